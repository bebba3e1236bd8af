"""Who gives way for being slow: three late turns in a row, and a trial that says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.promptness import Promptness
from actors.slots.cast import Cast, Standing
from actors.slots.slowness import answered, decided, to_try
from actors.vendor import FailureKind

LIMIT_S = 1.0


def two(*first_results_s: float) -> Cast:
    """The first is on stage and has given these first results; the second is not up."""
    cast = Cast.of(("first", "second")).ready("first", now_s=0.0).staged("first", now_s=0.0)
    for first_s in first_results_s:
        cast = answered(cast, "first", first_s=first_s, limit_s=LIMIT_S)
    return cast


def test_three_late_turns_in_a_row_call_for_a_trial() -> None:
    assert to_try(two(1.1, 1.2), 100.0) is None
    assert to_try(two(1.1, 1.2, 1.3), 100.0) == ("first", "second")
    assert to_try(two(1.1, 1.2, 1.0, 1.3), 100.0) is None


def test_lost_races_count_as_late_turns_though_each_of_them_took_the_stage_away() -> None:
    cast = Cast.of(("first", "second")).ready("first", now_s=0.0).ready("second", now_s=0.0)
    for _ in range(3):
        cast = cast.staged("first", now_s=0.0)
        cast = answered(cast, "first", first_s=0.5, limit_s=0.0)
        cast = cast.staged("second", now_s=0.0)
    assert to_try(cast, 100.0) is None
    assert to_try(cast.staged("first", now_s=100.0), 160.0) == ("first", "second")


def test_who_does_the_trial_in_seven_tenths_of_the_time_has_the_stage_from_then_on() -> None:
    cast = two(2.0, 2.0, 2.0).ready("second", now_s=9.0)
    cast = decided(cast, "first", "second", {"first": 1.0, "second": 0.7}, 100.0)
    assert (cast.present, cast.changed_at_s) == ("second", 100.0)
    assert cast.member("first").is_well
    assert cast.to_return(1e6) is None


def test_an_understudy_that_is_hardly_quicker_changes_nothing_and_is_not_tried_again_at_once() -> (
    None
):
    cast = two(2.0, 2.0, 2.0).ready("second", now_s=9.0)
    cast = decided(cast, "first", "second", {"first": 1.0, "second": 0.71}, 100.0)
    assert cast.present == "first"
    assert to_try(cast, 200.0) is None


def test_who_gave_way_comes_back_when_the_quicker_one_falls_or_is_slow_in_its_turn() -> None:
    cast = two(2.0, 2.0, 2.0).ready("second", now_s=9.0)
    cast = decided(cast, "first", "second", {"first": 1.0, "second": 0.1}, 100.0)
    fallen = cast.failed("second", FailureKind.ERROR, now_s=101.0, retry_after_s=None, chance=1.0)
    assert fallen.on_stage() == "first"
    for _ in range(3):
        cast = answered(cast, "second", first_s=3.0, limit_s=LIMIT_S)
    assert to_try(cast, 159.9) is None
    assert to_try(cast, 160.0) == ("second", "first")
    cast = decided(cast, "second", "first", {"second": 3.0, "first": 0.5}, 160.0)
    assert (cast.present, cast.member("first").gave_way) == ("first", False)


def test_neither_one_that_fails_elsewhere_nor_one_that_rests_nor_nobody_is_tried() -> None:
    cast = two(2.0, 2.0, 2.0)
    assert to_try(cast, 100.0, frozenset({"second"})) is None
    fallen = cast.failed("second", FailureKind.ERROR, now_s=0.0, retry_after_s=None, chance=1.0)
    assert to_try(fallen, 100.0) is None
    assert to_try(Cast.of(("only",)), 100.0) is None


@given(
    st.lists(st.floats(0.0, 3.0), max_size=8),
    st.floats(0.01, 5.0),
    st.floats(0.01, 5.0),
)
def test_nobody_gives_way_but_after_three_late_turns_to_one_that_is_quicker(
    first_results_s: list[float], slow_s: float, other_s: float
) -> None:
    cast = two(*first_results_s).ready("second", now_s=0.0)
    were_late = [first_s > LIMIT_S for first_s in first_results_s[-3:]]
    pair = to_try(cast, 100.0)
    assert (pair is not None) == (were_late == [True] * 3)
    if pair is not None:
        cast = decided(cast, *pair, {"first": slow_s, "second": other_s}, 100.0)
        assert (cast.present == "second") == (other_s <= 0.7 * slow_s)
    assert all(member.standing is Standing.READY for member in cast.members)
    assert all(not member.failures for member in cast.members)


@pytest.mark.parametrize("limit_s", [0.0, -1.0, float("nan")])
def test_a_limit_that_nobody_can_keep_is_refused(limit_s: float) -> None:
    with pytest.raises(ValueError, match=r"llm_s must be positive or None"):
        Promptness(llm_s=limit_s)
