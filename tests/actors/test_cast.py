"""Who is on stage: the arithmetic of understudies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.cast import Cast, Standing
from actors.vendor import FailureKind


def fail(
    cast: Cast, name: str, *, now_s: float = 0.0, kind: FailureKind = FailureKind.ERROR
) -> Cast:
    return cast.failed(name, kind, now_s=now_s, retry_after_s=None, chance=1.0)


def test_only_the_first_is_started_while_nobody_has_failed() -> None:
    assert Cast.of(("first", "second")).to_start(0.0) == ("first",)


def test_the_understudy_is_started_as_soon_as_the_first_has_failed() -> None:
    cast = fail(Cast.of(("first", "second")).starting("first"), "first")
    assert cast.to_start(0.0) == ("second",)


def test_the_first_ready_one_in_the_order_of_preference_is_on_stage() -> None:
    cast = Cast.of(("first", "second")).ready("second", now_s=0.0)
    assert cast.on_stage(0.0) == "second"
    assert cast.ready("first", now_s=0.0).on_stage(0.0) == "first"


def test_one_that_failed_comes_back_when_it_has_been_well_for_half_a_minute() -> None:
    cast = fail(Cast.of(("first", "second")).starting("first"), "first")
    cast = cast.ready("second", now_s=1.0).ready("first", now_s=2.0)
    assert [cast.on_stage(now_s) for now_s in (2.0, 31.9, 32.0)] == ["second", "second", "first"]


def test_of_those_that_all_have_failed_the_one_that_did_so_least_is_on_stage() -> None:
    cast = fail(fail(Cast.of(("first", "second")), "first"), "first")
    cast = fail(cast, "second").ready("first", now_s=1.0).ready("second", now_s=1.0)
    assert cast.on_stage(2.0) == "second"


def test_rests_double_from_half_a_second_to_a_minute() -> None:
    cast, now_s, rests = Cast.of(("only",)), 0.0, list[float]()
    for _ in range(10):
        cast = fail(cast, "only", now_s=now_s)
        rests.append(cast.members[0].rests_until_s - now_s)
        now_s = cast.members[0].rests_until_s
        cast = cast.ready("only", now_s=now_s)
    assert rests == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_half_a_minute_without_failure_makes_the_slate_clean() -> None:
    cast = fail(fail(Cast.of(("only",)), "only"), "only", now_s=1.0).ready("only", now_s=2.0)
    assert fail(cast, "only", now_s=31.0).members[0].failures == 3
    assert fail(cast, "only", now_s=33.0).members[0].failures == 1


def test_a_misconfigured_performer_is_never_asked_again() -> None:
    cast = fail(Cast.of(("only",)), "only", kind=FailureKind.MISCONFIGURED)
    assert cast.dark
    assert cast.to_start(1e9) == ()


def test_a_vendor_that_asks_for_a_pause_gets_it_and_no_black_mark() -> None:
    cast = Cast.of(("only",)).failed(
        "only", FailureKind.RATE_LIMITED, now_s=0.0, retry_after_s=7.0, chance=0.0
    )
    assert (cast.members[0].rests_until_s, cast.members[0].failures) == (7.0, 0)


@pytest.mark.parametrize("names", [(), ("same", "same")])
def test_a_cast_needs_names_that_tell_its_performers_apart(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        Cast.of(names)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_somebody_is_ready_or_being_started_or_resting_whatever_happens(
    happenings: list[tuple[str, bool]],
) -> None:
    cast, now_s = Cast.of(("a", "b", "c")), 0.0
    for name, well in happenings:
        now_s += 1.0
        for starter in cast.to_start(now_s):
            cast = cast.starting(starter)
        standing = {member.name: member.standing for member in cast.members}[name]
        if standing not in {Standing.STARTING, Standing.READY}:
            continue
        cast = cast.ready(name, now_s=now_s) if well else fail(cast, name, now_s=now_s)
    busy = {Standing.READY, Standing.STARTING, Standing.RESTING}
    assert cast.to_start(now_s) or any(member.standing in busy for member in cast.members)
