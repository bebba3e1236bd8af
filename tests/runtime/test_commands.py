"""What a shell is told of the command."""

import pytest

from runtime.cli.main import main


def answered(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exited:
        main(())
    assert exited.value.code == 0
    return capsys.readouterr().out


def test_a_shell_is_given_its_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_RUNTIME_COMPLETE", "zsh_source")

    assert "compdef _runtime_completion runtime" in answered(capsys)


@pytest.mark.parametrize(
    ("typed", "number", "offered"),
    [("runtime ch", "1", "check"), ("runtime run --cons", "2", "--console")],
)
def test_a_shell_is_told_how_a_word_goes_on(
    typed: str,
    number: str,
    offered: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("_RUNTIME_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", number)

    assert offered in answered(capsys).splitlines()
