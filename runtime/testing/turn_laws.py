"""The laws of turn taking, each as a check of all steps of one session (docs/turn-taking.md).

A law that is broken raises AssertionError, which says how. They hold once everything is quiet: at
the end of a call, or after nothing but alarms has happened for long enough.
"""

import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from actors.turn_taking import (
    AgentAudioProgress,
    AmendTurn,
    CancelSpeculation,
    CancelTimer,
    CommitTurn,
    ConfirmSpeculation,
    Effect,
    Final,
    Interim,
    InterruptOutput,
    OutputEnded,
    PausePlayback,
    Phase,
    Preflight,
    ResumePlayback,
    SetTimer,
    SpeakWithin,
    StartOutput,
    StartSpeculation,
    State,
    Timer,
    TimerName,
    TurnDiscarded,
    machine,
)
from actors.turn_taking.trace import Step
from runtime.testing.reply_ledger import ReplyLedger, nothing_goes_on

PASTIMES = frozenset({TimerName.WAKE, TimerName.AWAY})
"""Alarms that do not lead anywhere."""

Steps: TypeAlias = Sequence[Step]


# ---------------------------------------------------------------- 1


def nothing_said_is_lost(steps: Steps) -> None:
    """Each word of each accepted Final is in exactly one turn or was discarded.

    A word that was said several times is there at least once.
    """
    places = Counter(word for text in _where_texts_went(steps) for word in text.split())
    said: dict[str, set[tuple[str, int]]] = {}
    for step in steps:
        given = step.given
        if isinstance(given, Final | Interim | Preflight):
            for word in given.text.split():
                said.setdefault(word, set()).add((given.who, given.utt))
    for final, by_interim in _accepted(steps):
        words = final.text.split()
        for word in words:
            there = places[word]
            is_once = there == 1 or (by_interim and there)
            is_repeated = len(said[word]) > 1 or words.count(word) > 1
            assert is_once or (there and is_repeated), f"{word}: {there}"


def _effects(steps: Steps) -> Iterator[Effect]:
    return (effect for step in steps for effect in step.effects)


def _accepted(steps: Steps) -> Iterator[tuple[Final, bool]]:
    seen: set[tuple[str, int]] = set()
    for step in steps:
        given = step.given
        if isinstance(given, Final) and step.before.phase is not Phase.CLOSING:
            key = (given.who, given.utt)
            if key not in seen:
                yield given, any((c.who, c.utt) == key for c in step.before.closed)
            seen.add(key)


def _where_texts_went(steps: Steps) -> list[str]:
    turns: dict[int, str] = {}
    discarded: list[str] = []
    for effect in _effects(steps):
        match effect:
            case CommitTurn(epoch=epoch, text=text):
                turns[epoch] = text
            case AmendTurn(epoch=epoch, old=old, new=new):
                turns[epoch] = _amended(turns[epoch], old, new)
            case TurnDiscarded(text=text):
                discarded.append(text)
            case _:
                pass
    return [*turns.values(), *discarded]


def _amended(turn: str, old: str, new: str) -> str:
    if not old:
        return f"{turn} {new}"
    assert f" {old} " in f" {turn} ", f"{old} was not in {turn}"
    return f" {turn} ".replace(f" {old} ", f" {new} ").strip()


# ---------------------------------------------------------------- 2


def one_reply_per_turn(steps: Steps) -> None:
    """Each turn has one output, and each output one end."""
    ledger = ReplyLedger()
    for step in steps:
        ledger.follow(step)
    assert not ledger.is_open, "an output without an end"
    assert ledger.owed is None, "an apology is still due"


# ---------------------------------------------------------------- 3


def no_timer_is_lost(steps: Steps) -> None:
    """While something goes on an alarm is set, and a restart would set the same."""
    armed: dict[TimerName, int] = {}
    for step in steps:
        if isinstance(step.given, Timer):
            armed.pop(step.given.name, None)
        for effect in step.effects:
            if isinstance(effect, SetTimer):
                armed[effect.name] = effect.due_ns
        armed = {name: due_ns for name, due_ns in armed.items() if name not in _cancelled(step)}
        _check_armed(step.after, armed)
        again = {e.name: e.due_ns for e in machine.rearm(step.after) if isinstance(e, SetTimer)}
        assert again == armed, "a restarted driver would set other alarms"


def _cancelled(step: Step) -> set[TimerName]:
    set_names = {effect.name for effect in step.effects if isinstance(effect, SetTimer)}
    return {
        effect.name
        for effect in step.effects
        if not isinstance(effect, SetTimer) and isinstance(effect, CancelTimer)
    } - set_names


def _check_armed(state: State, armed: dict[TimerName, int]) -> None:
    if state.phase in (Phase.STARTING, Phase.CLOSING) or nothing_goes_on(state):
        return
    assert armed.keys() - PASTIMES, "something goes on and no alarm is set"
    silent = not any(speaker.believed for speaker in state.speakers)
    if state.phase is Phase.IDLE and state.pending and silent:
        assert TimerName.TURN in armed, "a text waits for no alarm"


# ---------------------------------------------------------------- 4


def a_cut_is_final(steps: Steps) -> None:
    """Nothing names an epoch after its end."""
    gone: set[int] = set()
    paused: int | None = None
    for effect in _effects(steps):
        epoch = _epoch_of(effect)
        assert epoch not in gone, f"{effect} after its end"
        match effect:
            case PausePlayback():
                assert paused is None, "paused twice"
                paused = epoch
            case ResumePlayback():
                assert paused == epoch, "resumed without a pause"
                paused = None
            case InterruptOutput() | CancelSpeculation() | OutputEnded():
                gone.add(effect.epoch)
                paused = None if paused == epoch else paused
            case _:
                pass
        starts = isinstance(effect, StartOutput | ConfirmSpeculation)
        assert not (starts and paused is not None), "a pause without an end"


def _epoch_of(effect: Effect) -> int | None:
    match effect:
        case CommitTurn() | StartOutput() | StartSpeculation() | ConfirmSpeculation():
            return effect.epoch
        case CancelSpeculation() | PausePlayback() | ResumePlayback() | InterruptOutput():
            return effect.epoch
        case OutputEnded() | SpeakWithin():
            return effect.epoch
        case _:
            return None


# ---------------------------------------------------------------- 5


def memory_is_honest(steps: Steps) -> None:
    """An interruption carries the last position that was heard."""
    played_ms: Counter[int] = Counter()
    begun = 0
    for step in steps:
        if isinstance(step.given, AgentAudioProgress) and step.given.epoch == begun:
            played_ms[begun] = step.given.played_ms
        for effect in step.effects:
            if isinstance(effect, StartOutput | ConfirmSpeculation):
                begun = effect.epoch
            elif isinstance(effect, InterruptOutput):
                assert effect.played_ms == played_ms[effect.epoch], "not the last progress"


# ---------------------------------------------------------------- 6


def it_always_comes_back_to_quiet(steps: Steps) -> None:
    """Nothing goes on any more."""
    assert not steps or nothing_goes_on(steps[-1].after), "it is not quiet at the end"


# ---------------------------------------------------------------- 7


def it_is_deterministic(steps: Steps) -> None:
    """The same inputs do the same again, now and then from a copy as a restarted driver has it."""
    for index, step in enumerate(steps):
        before = step.before
        if index % 8 == 0:
            before = pickle.loads(pickle.dumps(before))  # noqa: S301 our own
        again = machine.step(before, step.given, step.at_ns)
        assert again == (step.after, step.effects), "the same input did something else"


LAWS = (
    nothing_said_is_lost,
    one_reply_per_turn,
    no_timer_is_lost,
    a_cut_is_final,
    memory_is_honest,
    it_always_comes_back_to_quiet,
    it_is_deterministic,
)
