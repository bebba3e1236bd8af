"""A configuration that makes no sense is refused with one clear line."""

import math
import re
from collections.abc import Callable

import pytest

from actors.turn_taking import (
    DtmfConfig,
    EOUConfig,
    InterruptConfig,
    SpeculationConfig,
    TurnTakingConfig,
)

REFUSED: dict[str, Callable[[], object]] = {
    "eou: wait_s must be a positive number of seconds, not 0": lambda: EOUConfig(wait_s=0),
    "eou: max_turn_s must be a positive number of seconds, not -1": lambda: EOUConfig(
        max_turn_s=-1
    ),
    "eou: stt_silence_s must be a positive number of seconds, not inf": lambda: EOUConfig(
        stt_silence_s=math.inf
    ),
    "eou: settle_s must be a positive number of seconds, not nan": lambda: EOUConfig(
        settle_s=math.nan
    ),
    "eou: sure_p must be between 0 and 1, not 1.5": lambda: EOUConfig(sure_p=1.5),
    "eou: min_confidence must be between 0 and 1, not -0.1": lambda: EOUConfig(min_confidence=-0.1),
    "eou: unlikely_p <= likely_p <= sure_p must hold": lambda: EOUConfig(likely_p=0.99),
    "interrupt: min_duration_s must be a positive number of seconds, not 0": lambda: (
        InterruptConfig(min_duration_s=0)
    ),
    "interrupt: min_words must be at least 1, not 0": lambda: InterruptConfig(min_words=0),
    "interrupt: '...' has no word in it": lambda: InterruptConfig(phrases=("stop", "...")),
    "speculation: max_per_turn must be at least 1, not 0": lambda: SpeculationConfig(
        max_per_turn=0
    ),
    "dtmf: gap_s must be a positive number of seconds, not 0": lambda: DtmfConfig(gap_s=0),
    "dtmf: terminator must be one key or empty, not '##'": lambda: DtmfConfig(terminator="##"),
    "turn taking: queue_max must be at least 1, not 0": lambda: TurnTakingConfig(queue_max=0),
    "turn taking: wake_up_s must be a positive number of seconds, not 0": lambda: TurnTakingConfig(
        wake_up_s=0
    ),
    "turn taking: away_s must be a positive number of seconds, not -2": lambda: TurnTakingConfig(
        away_s=-2
    ),
}
ENDS = "eou: 0 < sure_s <= min_s < max_s <= incomplete_s must hold"


@pytest.mark.parametrize("line", REFUSED)
def test_it_is_refused_with_the_line(line: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(line) + "$"):
        REFUSED[line]()


@pytest.mark.parametrize(
    "ends",
    [(0.6, 0.5, 0.8, 1.5), (0.3, 0.8, 0.8, 1.5), (0.3, 0.9, 0.8, 1.5), (0.3, 0.5, 1.6, 1.5)],
    ids=str,
)
def test_the_ends_of_the_wait_are_in_order(ends: tuple[float, float, float, float]) -> None:
    sure_s, min_s, max_s, incomplete_s = ends
    with pytest.raises(ValueError, match="^" + re.escape(ENDS) + "$"):
        EOUConfig(sure_s=sure_s, min_s=min_s, max_s=max_s, incomplete_s=incomplete_s)


def test_the_ends_may_meet_where_that_makes_sense() -> None:
    EOUConfig(sure_s=0.5, min_s=0.5, max_s=1.5, incomplete_s=1.5)


def test_what_is_off_is_not_checked() -> None:
    TurnTakingConfig(wake_up_s=None, away_s=None)


def test_no_key_may_end_the_digits() -> None:
    assert DtmfConfig(terminator="").terminator == ""
