import sys
from pathlib import Path

import pytest

from runtime.cli.main import main
from runtime.errors import UserError
from runtime.packages import PACKAGES, refuse_foreign, shared_folders

SOMEBODY = {"supervision": ["supervision"], "transports": ["understudy", "transports-py"]}


def test_our_own_packages_are_welcome() -> None:
    refuse_foreign()


def test_a_package_of_another_place_is_refused_with_that_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    with pytest.raises(UserError) as refused:
        refuse_foreign(("stranger",))

    assert f"'stranger' is not Understudy's own: it comes from {tmp_path}" in str(refused.value)
    assert "rename it, or call the command from another folder" in str(refused.value)


def test_a_missing_package_is_refused() -> None:
    with pytest.raises(UserError, match="it comes from nowhere"):
        refuse_foreign(("surely_not_there",))


def test_a_foreign_distribution_in_one_of_our_folders_is_named() -> None:
    first, second = shared_folders(SOMEBODY)

    assert first == (
        "the package 'supervision' is also brought by the distribution supervision; "
        "pip uninstall supervision, or give Understudy an environment of its own"
    )
    assert "'transports' is also brought by the distribution transports-py;" in second


def test_our_own_distribution_is_not_foreign() -> None:
    assert shared_folders({package: ["understudy"] for package in PACKAGES}) == []


def test_every_command_looks_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "transports").mkdir()
    (tmp_path / "transports" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "transports", raising=False)

    with pytest.raises(SystemExit) as exited:
        main(("devices",))

    assert exited.value.code == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("runtime: the package 'transports' is not Understudy's own")
    assert complaint.count("\n") == 1
