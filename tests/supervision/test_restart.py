"""Restart arithmetic and plans, as properties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.actor import Actor
from supervision.messages import Exit
from supervision.restart import (
    count_restart,
    delay_s,
    failures_in_a_row,
    is_exceeded,
    is_restarted,
    plan,
)
from supervision.spec import Backoff, ChildSpec, Intensity, Restart, Strategy

RESTARTS = st.sampled_from(Restart)
TIMES = st.lists(st.floats(min_value=0, max_value=1000), max_size=30).map(sorted)


def child(number: int, restart: Restart) -> ChildSpec:
    return ChildSpec(id=f"c{number}", start=Actor, restart=restart)


@st.composite
def families(draw: st.DrawFn) -> tuple[tuple[ChildSpec, ...], str]:
    restarts = draw(st.lists(RESTARTS, min_size=1, max_size=8))
    children = tuple(child(number, restart) for number, restart in enumerate(restarts))
    return children, draw(st.sampled_from(children)).id


@given(families(), st.sampled_from(Strategy))
def test_a_plan_starts_in_order_and_stops_in_reverse(
    family: tuple[tuple[ChildSpec, ...], str], strategy: Strategy
) -> None:
    children, failed = family
    order = [spec.id for spec in children]
    made = plan(strategy, children, failed)
    assert list(made.start) == sorted(made.start, key=order.index)
    assert list(made.stop) == sorted(made.stop, key=order.index, reverse=True)


@given(families(), st.sampled_from(Strategy))
def test_whoever_is_stopped_comes_back_unless_temporary(
    family: tuple[tuple[ChildSpec, ...], str], strategy: Strategy
) -> None:
    children, failed = family
    made = plan(strategy, children, failed)
    temporary = {spec.id for spec in children if spec.restart is Restart.TEMPORARY}
    assert failed not in made.stop
    assert set(made.start) == {failed, *made.stop} - temporary


@given(families())
def test_each_strategy_takes_the_siblings_that_its_name_says(
    family: tuple[tuple[ChildSpec, ...], str],
) -> None:
    children, failed = family
    order = [spec.id for spec in children]
    assert plan(Strategy.ONE_FOR_ONE, children, failed).stop == ()
    assert set(plan(Strategy.ONE_FOR_ALL, children, failed).stop) == set(order) - {failed}
    later = order[order.index(failed) + 1 :]
    assert list(plan(Strategy.REST_FOR_ONE, children, failed).stop) == later[::-1]


@pytest.mark.parametrize(
    ("restart", "kinds"),
    [
        (Restart.PERMANENT, set(Exit)),
        (Restart.TRANSIENT, set(Exit) - {Exit.NORMAL, Exit.SHUTDOWN}),
        (Restart.TEMPORARY, set[Exit]()),
    ],
)
def test_the_kind_of_an_end_decides_who_comes_back(restart: Restart, kinds: set[Exit]) -> None:
    assert {kind for kind in Exit if is_restarted(restart, kind)} == kinds


@given(TIMES, st.integers(min_value=0, max_value=10), st.floats(min_value=0.001, max_value=100))
def test_intensity_is_exceeded_exactly_when_a_window_holds_too_many(
    times_s: list[float], max_restarts: int, within_s: float
) -> None:
    intensity = Intensity(max_restarts=max_restarts, within_s=within_s)
    window: tuple[float, ...] = ()
    for position, at_s in enumerate(times_s):
        window = count_restart(window, at_s, intensity)
        recent = [t for t in times_s[: position + 1] if at_s - t < within_s]
        assert is_exceeded(window, intensity) == (len(recent) > max_restarts)


@given(st.integers(min_value=1, max_value=5000), st.floats(min_value=0, max_value=1))
def test_a_delay_doubles_up_to_its_limit_give_or_take_the_jitter(n: int, chance: float) -> None:
    backoff = Backoff(base_s=0.1, max_s=5.0, jitter=0.25)
    steady = min(0.1 * 2 ** min(n - 1, 100), 5.0)
    assert math.isclose(delay_s(backoff, n, 0.5), steady)
    assert steady * 0.75 <= delay_s(backoff, n, chance) <= steady * 1.25
    assert delay_s(Backoff(base_s=0.0), n, chance) == 0


def test_having_been_stable_starts_the_count_afresh() -> None:
    backoff = Backoff(stable_after_s=10.0)
    assert failures_in_a_row(3, 9.99, backoff) == 4
    assert failures_in_a_row(3, 10.0, backoff) == 1
