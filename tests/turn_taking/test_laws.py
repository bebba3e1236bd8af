"""The laws hold in every example, and in every session in twelve worlds."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.turn_taking import notation
from tests.turn_taking.laws import ALIKE, LAWS
from tests.turn_taking.playing import Player
from tests.turn_taking.sessions import PLANS, SETTINGS, Plan


@pytest.mark.parametrize("law", ALIKE, ids=lambda law: law.__name__)
def test_the_law_holds_in_every_example(law: Callable[[Player], None]) -> None:
    for example in notation.read_all():
        law(notation.play(example))


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_holds(law: Callable[[Player], None]) -> None:
    @settings(SETTINGS, max_examples=80)
    @given(PLANS)
    def check(plan: Plan) -> None:
        law(plan.play())

    check()
