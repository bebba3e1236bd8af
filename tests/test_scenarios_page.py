"""The page of scenarios names tests that exist, and leaves out no scenario."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCENARIOS = 40
ROWS = re.findall(
    r"^\| (\d+) \| (.+?) \| (.+) \|$", (ROOT / "docs/scenarios.md").read_text(), re.MULTILINE
)
NAMED = [
    pytest.param(path, test, id=f"{number}-{test}")
    for number, _, proof in ROWS
    for path, test in re.findall(r"`(\S+?\.py)::(\w+)`", proof)
]


def test_every_scenario_stands_there_once_with_its_proof_or_what_is_missing() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, SCENARIOS + 1))
    for number, expected, proof in ROWS:
        assert expected.endswith("."), number
        assert "::" in proof or proof.startswith("*not built*: "), number
        assert proof.startswith(("`tests/", "*not built*: ", "*in part*: ")), number


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_test_that_is_named_exists(path: str, test: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert test in {node.name for node in tree.body if isinstance(node, functions)}
