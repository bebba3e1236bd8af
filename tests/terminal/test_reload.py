import os
from pathlib import Path
from typing import NoReturn

import pytest

from runtime.cli.reload import code_in, differences, run_reloading
from runtime.errors import UserError


class Again(Exception):
    """Stands for the new process."""


def begin_again() -> NoReturn:
    raise Again


def save(path: Path, at_s: int) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# saved at {at_s}\n")
    os.utime(path, (at_s, at_s))


def test_a_change_during_the_call_calls_again_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "agent.py", 1)
    pauses: list[float] = []

    def call() -> int:
        save(tmp_path / "agent.py", 2)
        return 0

    with pytest.raises(Again):
        run_reloading(call, tmp_path, again=begin_again, pause=pauses.append)

    assert pauses == []
    assert capsys.readouterr().out == "Changed: agent.py. Calling again.\n"


def test_without_a_change_it_waits_for_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "agent.py", 1)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            save(tmp_path / "tools.py", 1)

    with pytest.raises(Again):
        run_reloading(lambda: 0, tmp_path, again=begin_again, pause=pause)

    assert len(pauses) == 3
    assert "Waiting for the code to change; Ctrl-C ends." in capsys.readouterr().out


def test_code_that_cannot_be_loaded_is_told_and_may_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call() -> int:
        raise UserError("module agent is not valid Python")

    with pytest.raises(Again):
        run_reloading(
            call, tmp_path, again=begin_again, pause=lambda _s: save(tmp_path / "agent.py", 1)
        )

    assert capsys.readouterr().err == "runtime: module agent is not valid Python\n"


def test_hidden_folders_and_other_files_do_not_count(tmp_path: Path) -> None:
    save(tmp_path / "agent.py", 1)
    save(tmp_path / ".venv" / "library.py", 1)
    save(tmp_path / "__pycache__" / "agent.py", 1)
    save(tmp_path / "notes.txt", 1)

    assert [path.name for path in code_in(tmp_path)] == ["agent.py"]


def test_new_gone_and_changed_files_differ() -> None:
    before = {Path("a.py"): 1, Path("b.py"): 1, Path("c.py"): 1}
    now = {Path("a.py"): 1, Path("b.py"): 2, Path("d.py"): 1}

    assert differences(before, now) == [Path("b.py"), Path("c.py"), Path("d.py")]
