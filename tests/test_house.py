"""The rules of the house that no linter checks."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("supervision", "actors", "providers", "transports", "runtime")
LONGEST = dict.fromkeys(PACKAGES, 300) | {"tests": 500}
FORBIDDEN_CALLS = {"hasattr", "setattr", "eval", "exec"}
FILES = sorted(file.relative_to(ROOT) for room in LONGEST for file in (ROOT / room).rglob("*.py"))
CODE = [file for file in FILES if file.parts[0] in PACKAGES]


def nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_top_level_import_is_our_folder(package: str) -> None:
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).parent == ROOT / package


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_is_one_noun_long(file: Path) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST[file.parts[0]]


@pytest.mark.parametrize("file", CODE, ids=str)
def test_no_file_asks_around_a_contract(file: Path) -> None:
    names = {
        node.func.id
        for node in nodes(file)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not names & FORBIDDEN_CALLS


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_import_is_absolute(file: Path) -> None:
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in nodes(file))
