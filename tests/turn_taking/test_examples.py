"""Every example of the page, and ours beside them, read as they stand."""

from pathlib import Path

import pytest

from tests.turn_taking import notation

LINES = (Path(__file__).parent / "examples.txt").read_text(encoding="utf-8").splitlines()
EXAMPLES = [notation.read(line) for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_it_goes_as_written(example: notation.Example) -> None:
    assert notation.play(example) == example.effects
