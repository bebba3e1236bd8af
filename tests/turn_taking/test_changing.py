"""Copies of the machine's state are those that `dataclasses.replace` would make."""

from dataclasses import replace

import pytest

from actors.turn_taking import Capabilities, TurnTakingConfig, initial
from actors.turn_taking.state import Calm

BEFORE = initial(TurnTakingConfig(), Capabilities())


def test_a_change_is_what_replace_would_make_of_it() -> None:
    changes = {"now_ns": 5, "digits": "1", "calm": Calm(wakes=2)}
    changed = BEFORE.changed(**changes)
    assert changed == replace(BEFORE, **changes)
    assert hash(changed) == hash(replace(BEFORE, **changes))


def test_a_change_leaves_the_old_state_as_it_was() -> None:
    BEFORE.changed(digits="1")
    assert BEFORE.digits == initial(TurnTakingConfig(), Capabilities()).digits


def test_a_field_that_does_not_exist_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="digit_count"):
        BEFORE.changed(digit_count=1)
