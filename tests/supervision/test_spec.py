"""Specs are checked when they are made."""

from collections.abc import Callable

import pytest

from supervision.actor import Actor
from supervision.spec import AutoShutdown, Backoff, ChildSpec, Intensity, Restart, SupervisorSpec


def significant() -> ChildSpec:
    return ChildSpec(id="a", start=Actor, restart=Restart.TRANSIENT, significant=True)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Intensity(max_restarts=-1), "max_restarts"),
        (lambda: Intensity(within_s=0), "within_s"),
        (lambda: Backoff(base_s=-1), "base_s"),
        (lambda: Backoff(base_s=2, max_s=1), "base_s <= max_s"),
        (lambda: Backoff(jitter=1.0), "jitter"),
        (lambda: Backoff(stable_after_s=-1), "stable_after_s"),
        (lambda: ChildSpec(id="", start=Actor), "id"),
        (lambda: ChildSpec(id="a", start=Actor, shutdown_s=float("inf")), "shutdown_s"),
        (lambda: ChildSpec(id="a", start=Actor, start_timeout_s=0), "start_timeout_s"),
        (lambda: ChildSpec(id="a", start=Actor, significant=True), "significant"),
        (lambda: SupervisorSpec(children=(significant(),)), "AutoShutdown"),
        (lambda: SupervisorSpec(children=(ChildSpec(id="a", start=Actor),) * 2), "one id"),
    ],
)
def test_a_spec_that_cannot_work_is_refused_when_it_is_made(
    make: Callable[[], object], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_a_significant_child_needs_a_supervisor_that_heeds_it() -> None:
    spec = SupervisorSpec(children=(significant(),), auto_shutdown=AutoShutdown.ANY_SIGNIFICANT)
    assert spec.children[0].significant


def test_a_supervisors_deadlines_cover_its_childrens() -> None:
    children = tuple(ChildSpec(id=str(n), start=Actor, shutdown_s=3) for n in range(4))
    spec = SupervisorSpec(children=children)
    assert spec.shutdown_s > 12
    assert spec.start_timeout_s > 20
