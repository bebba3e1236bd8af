"""Calls that once broke something, by seed, and what was mended then."""

import pytest

from examples.front_desk import Main
from runtime.testing.campaign import keep_quiet
from runtime.testing.invariants import violations
from runtime.testing.plan import CallPlan
from runtime.testing.world import hold

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
WOKEN_FOR_NOBODY = "a role woke without end for a rested understudy that nobody wanted"


@pytest.mark.parametrize(
    ("seed", "mended"),
    [
        (59, WOKEN_FOR_NOBODY),
        (124, WOKEN_FOR_NOBODY),
        (137, WOKEN_FOR_NOBODY),
        (157, "a model that hung was never given up where the voice was faster than guessed"),
        (227, "a voice that left out words by its own timings was taken for whole"),
        (131, "an alarm that was put off by a moment rang too early, and was lost"),
        (238, "an Interim that its own Final had overtaken opened an utterance of its own"),
        (400, "a law took a word that is said twice in one breath for doubled"),
        (667, "the simulated model said the same again to who said the same again"),
        (1072, "a word that a rival tells it repeated was taken for a fault"),
    ],
)
def test_a_call_that_was_broken_once_holds(seed: int, mended: str) -> None:
    keep_quiet()
    assert violations(hold(Main, CallPlan.of(seed))) == [], mended
