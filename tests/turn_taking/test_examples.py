"""Every example of the page, and ours beside them, read as they stand."""

import pytest

from tests.turn_taking import notation


@pytest.mark.parametrize("example", notation.read_all(), ids=lambda example: example.name)
def test_it_goes_as_written(example: notation.Example) -> None:
    assert notation.outcome(example) == example.effects
