"""Each law can fail: for each there are faults in the rules that its check finds."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from actors.turn_taking import (
    CancelSpeculation,
    InterruptOutput,
    InterruptReason,
    ResumePlayback,
    State,
    TimerName,
)
from actors.turn_taking.reasons import CancelReason, ResumeReason
from actors.turn_taking.rules import (
    agent,
    corrections,
    floor,
    speculation,
    speech,
    taking,
    timers,
    turns,
    user_side,
    views,
    waits,
)
from actors.turn_taking.rules.draft import Draft
from tests.turn_taking import laws, notation
from tests.turn_taking.playing import Player
from tests.turn_taking.sessions import PLANS, SETTINGS, Plan

pytestmark = pytest.mark.slow

UNTIL_FOUND = settings(
    SETTINGS, max_examples=1000, phases=[Phase.generate], report_multiple_bugs=False
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule of the machine, and what it is replaced by."""

    law: Callable[[Player], None]
    room: Any
    name: str
    instead: Any


def nothing(*args: Any, **kwargs: Any) -> None:
    """Do nothing where something was to be done."""


def rules_without(*names: TimerName) -> Mapping[TimerName, Callable[[State], int | None]]:
    return {name: rule for name, rule in timers.RULES.items() if name not in names}


def release_only_the_first(draft: Draft, answers_since_ns: int | None) -> None:
    kept = draft.state.kept[:1]
    draft.put(kept=())
    user_side.pend(draft, *kept)


def keep_it_twice(draft: Draft, text: Any) -> None:
    draft.put(kept=(*draft.state.kept, text, text))


def everybody_is_silent(state: State) -> bool:
    return not (state.opens or state.textless or state.pending or state.kept)


def start_what_is_queued_again(draft: Draft) -> None:
    queue = draft.state.queue
    ORIGINAL_START(draft)
    draft.put(queue=queue)


def apologise_for_anything(draft: Draft, live: Any, reason: str) -> None:
    ORIGINAL_APOLOGY(draft, replace(live, kind=floor.OutputKind.TURN), reason)


def resume_without_a_pause(draft: Draft, reason: ResumeReason) -> None:
    live = draft.state.live
    if live is not None:
        draft.put_live(live, pause=None)
        draft.emit(ResumePlayback(live.epoch, reason))


def cut_and_go_on(draft: Draft, reason: InterruptReason) -> None:
    live = draft.state.live
    if live is not None and reason is InterruptReason.DTMF:
        draft.emit(InterruptOutput(live.epoch, live.played_ms, reason))
    else:
        ORIGINAL_INTERRUPT(draft, reason)


def cancel_and_keep(draft: Draft, reason: CancelReason) -> None:
    if draft.state.speculation is not None:
        draft.emit(CancelSpeculation(draft.state.speculation.epoch, reason))


def hear_no_progress(_given: Any) -> dict[str, int]:
    return {}


def wait_as_it_comes() -> Callable[[State], int]:
    calls = itertools.count()
    return lambda state: next(calls) * 10**6


def remember_across_sessions() -> Callable[[str], bool]:
    calls = itertools.count()
    return lambda text: next(calls) % 2 == 0


LEADING = [name for name in TimerName if name not in (*laws.PASTIMES, TimerName.BARGE)]
ORIGINAL_START = floor.start_next
ORIGINAL_APOLOGY = floor.apologise
ORIGINAL_INTERRUPT = floor.interrupt

FAULTS = {
    "held texts but the first are forgotten": Fault(
        laws.nothing_said_is_lost, user_side, "release", release_only_the_first
    ),
    "a held text is held twice": Fault(laws.nothing_said_is_lost, user_side, "keep", keep_it_twice),
    "a Final that reads otherwise is swallowed": Fault(
        laws.nothing_said_is_lost, corrections, "correct", nothing
    ),
    "a text whose Final is lost is never taken": Fault(
        laws.it_always_comes_back_to_quiet, taking, "take_opens", nothing
    ),
    "a queued output begins again and again": Fault(
        laws.one_reply_per_turn, floor, "start_next", start_what_is_queued_again
    ),
    "a failure goes without an apology": Fault(
        laws.one_reply_per_turn, floor, "apologise", nothing
    ),
    "even a failed apology is apologised for": Fault(
        laws.one_reply_per_turn, floor, "apologise", apologise_for_anything
    ),
    "an apology outlives the next turn": Fault(
        laws.one_reply_per_turn, turns, "_supersede", nothing
    ),
    "a speculation is never confirmed": Fault(
        laws.one_reply_per_turn, speculation, "confirm", nothing
    ),
    "an output begins over the user": Fault(
        laws.one_reply_per_turn, views, "is_user_side_empty", everybody_is_silent
    ),
    **{
        f"the alarm {name.value} is never set": Fault(
            laws.no_timer_is_lost, timers, "RULES", rules_without(name)
        )
        for name in LEADING
    },
    "playback is resumed without a pause": Fault(
        laws.a_cut_is_final, floor, "resume", resume_without_a_pause
    ),
    "a cut output lives on": Fault(laws.a_cut_is_final, floor, "interrupt", cut_and_go_on),
    "a cancelled speculation lives on": Fault(
        laws.a_cut_is_final, speculation, "cancel", cancel_and_keep
    ),
    "progress is not noted": Fault(laws.memory_is_honest, agent, "_heard_so_far", hear_no_progress),
    "a VAD that is stuck stays believed": Fault(
        laws.it_always_comes_back_to_quiet, speech, "disbelieve", nothing
    ),
    "the wait is another each time": Fault(
        laws.it_is_deterministic, waits, "wait_ns", wait_as_it_comes()
    ),
    "a rule counts its calls": Fault(
        laws.it_is_deterministic, user_side, "has_words", remember_across_sessions()
    ),
}


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_a_fault_is_planted_against_the_law(law: Callable[[Player], None]) -> None:
    assert any(fault.law is law for fault in FAULTS.values())


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_the_law_finds_the_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault.room, fault.name, fault.instead)
    with pytest.raises(AssertionError):
        look_for_it(fault.law)


def look_for_it(law: Callable[[Player], None]) -> None:
    """Look in the examples first: that is quick."""
    if law in laws.ALIKE:
        for example in notation.read_all():
            law(notation.play(example))

    @UNTIL_FOUND
    @given(PLANS)
    def check(plan: Plan) -> None:
        law(plan.play())

    check()
