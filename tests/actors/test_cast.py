"""Who is on stage: the arithmetic of understudies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.slots.billing import billing
from actors.slots.cast import Breaker, Cast, Standing
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
    assert cast.on_stage() == "second"
    assert cast.ready("first", now_s=0.0).on_stage() == "first"


def after_a_fall(*, proven_at_s: float | None = None) -> Cast:
    """The first has fallen at 0 and is up again at 2; the second is on stage since 1."""
    cast = Cast.of(("first", "second")).ready("first", now_s=-9.0).staged("first", now_s=-9.0)
    cast = fail(cast, "first").ready("second", now_s=1.0).staged("second", now_s=1.0)
    cast = cast.ready("first", now_s=2.0)
    return cast if proven_at_s is None else cast.proven("first", now_s=proven_at_s)


def test_whoever_is_on_stage_stays_there_though_the_first_is_up_again() -> None:
    assert after_a_fall(proven_at_s=3.0).on_stage() == "second"


def test_one_that_failed_must_prove_itself_before_it_may_return() -> None:
    assert after_a_fall().to_prove() == ("first",)
    assert after_a_fall().to_return(1e6) is None
    assert after_a_fall().returns_at_s() is None
    assert after_a_fall(proven_at_s=3.0).to_prove() == ()


def test_it_returns_half_a_minute_after_that_and_a_minute_after_the_last_change() -> None:
    cast = after_a_fall(proven_at_s=3.0)
    assert cast.returns_at_s() == 61.0
    assert [cast.to_return(now_s) for now_s in (33.0, 60.9, 61.0)] == [None, None, "first"]
    late = after_a_fall(proven_at_s=100.0)
    assert [late.to_return(now_s) for now_s in (129.9, 130.0)] == [None, "first"]


def test_one_that_fails_in_other_rooms_does_not_return_and_is_asked_last() -> None:
    cast = after_a_fall(proven_at_s=3.0)
    assert cast.to_return(61.0, frozenset({"first"})) is None
    assert cast.on_stage(frozenset({"second"})) == "first"
    assert cast.on_stage(frozenset({"first", "second"})) == "second"


def test_the_breaker_opens_at_three_failures_in_half_a_minute_and_closes_with_the_proof() -> None:
    cast = Cast.of(("only",))
    for now_s in (0.0, 10.0, 20.0):
        assert cast.member("only").breaker(now_s) is not Breaker.OPEN
        cast = fail(cast, "only", now_s=now_s)
    assert cast.member("only").breaker(20.0) is Breaker.OPEN
    assert cast.member("only").breaker(31.0) is not Breaker.OPEN
    cast = cast.ready("only", now_s=22.0)
    assert cast.member("only").breaker(22.0) is Breaker.HALF_OPEN
    assert cast.proven("only", now_s=23.0).member("only").breaker(23.0) is Breaker.CLOSED


def test_the_tree_is_told_how_each_performer_stands() -> None:
    cast = after_a_fall()
    assert billing(cast, 2.0) == {"first": "ready, half-open", "second": "on stage"}
    cast = fail(fail(cast, "first", now_s=3.0), "first", now_s=4.0)
    cast = fail(cast, "second", kind=FailureKind.MISCONFIGURED)
    assert billing(cast, 4.0) == {"first": "resting, breaker open", "second": "retired"}
    assert billing(Cast.of(("only",)), 0.0) == {"only": "off"}


def test_failures_far_apart_never_add_up() -> None:
    cast = Cast.of(("only",))
    for day in range(5):
        now_s = day * 8_000.0
        cast = fail(cast, "only", now_s=now_s)
        assert cast.member("only").failures == 1
        cast = cast.ready("only", now_s=now_s + 1).proven("only", now_s=now_s + 2)


def test_a_rest_is_cut_short_while_somebody_is_wanted_and_nobody_there() -> None:
    cast = Cast.of(("only",))
    for now_s in range(8):
        cast = fail(cast, "only", now_s=float(now_s))
    assert cast.wakes_at_s() == 7.0 + 60.0
    assert cast.wanted().wakes_at_s() == 7.0 + 2.0


def test_the_understudy_is_called_while_the_first_fails_elsewhere() -> None:
    cast = Cast.of(("first", "second"))
    assert cast.to_start(0.0, frozenset({"first"})) == ("first", "second")


def test_the_next_after_somebody_is_ready_or_else_may_be_started() -> None:
    cast = Cast.of(("first", "second", "third")).ready("first", now_s=0.0)
    assert cast.next_after("first", 0.0) == "second"
    assert cast.ready("third", now_s=0.0).next_after("first", 0.0) == "third"
    assert Cast.of(("only",)).next_after("only", 0.0) is None


def test_of_those_that_all_have_failed_the_one_that_did_so_least_is_on_stage() -> None:
    cast = fail(fail(Cast.of(("first", "second")), "first"), "first")
    cast = fail(cast, "second").ready("first", now_s=1.0).ready("second", now_s=1.0)
    assert cast.on_stage() == "second"


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
    assert cast.member("only").standing is Standing.RETIRED
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


def test_nobody_is_woken_for_a_rest_that_is_over() -> None:
    both = Cast.of(("first", "second")).ready("first", now_s=0.0).starting("second")
    cast = both.failed("second", FailureKind.ERROR, now_s=1.0, retry_after_s=None, chance=1.0)
    until_s = cast.wakes_at_s(1.0)
    assert until_s is not None
    assert cast.to_start(until_s) == ()  # the first one is well
    assert cast.wakes_at_s(until_s) is None
