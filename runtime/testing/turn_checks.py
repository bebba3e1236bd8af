"""What becomes of what a simulated caller says: each turn has one end, and no word is lost."""

from collections import Counter
from collections.abc import Iterator
from math import inf

from actors.audio import CALLER_RATE_HZ
from actors.reports import AgentSpeechStarted, DtmfEntered
from actors.turn_taking import (
    CommitTurn,
    ConfirmSpeculation,
    Effect,
    Final,
    Interim,
    InterruptOutput,
    InterruptReason,
    OutputEnd,
    OutputEnded,
    OutputKind,
    StartOutput,
    TurnDiscarded,
)
from runtime.testing.log import CallLog
from runtime.testing.plan import BACKCHANNELS, COMMANDS, Deed

HEARD_WITHIN_S = 2.0
OFTEN = frozenset(word for text in (*BACKCHANNELS, *COMMANDS) for word in text.split())
SUPERSEDED = frozenset(
    {
        InterruptReason.SPEECH,
        InterruptReason.WORDS,
        InterruptReason.COMMAND,
        InterruptReason.CONTINUED,
    }
)


def each_turn_has_one_end(log: CallLog) -> None:
    """A committed turn is answered, superseded, apologised for, left in silence, or cut by the end.

    Exactly one of these, and none is forgotten.
    """
    effects = list(_effects(log))
    committed = [effect for effect in effects if isinstance(effect, CommitTurn)]
    epochs = [effect.epoch for effect in committed]
    assert len(epochs) == len(set(epochs)), "one epoch for two turns"
    ends = [(n, e) for n, e in enumerate(effects) if isinstance(e, OutputEnded | InterruptOutput)]
    for turn in committed:
        found = [(n, end) for n, end in ends if end.epoch == turn.epoch]
        said = f"turn {turn.epoch} ({turn.text!r})"
        assert len(found) == 1, f"{said} has {len(found)} ends: {[end for _, end in found]}"
        ((number, end),) = found
        wrong = _wrong_with(log, turn.text, end, effects[number + 1 :])
        assert wrong is None, f"{said} {wrong}"


def _wrong_with(
    log: CallLog, text: str, end: OutputEnded | InterruptOutput, later: list[Effect]
) -> str | None:
    """Say why a turn's end is not what it says it is; None: it is."""
    match end:
        case OutputEnded(epoch, OutputEnd.FINISHED):
            is_heard = _sounded(log, epoch) or not log.has_voice
            return None if is_heard else "counts as answered, and nothing was heard"
        case OutputEnded(_, OutputEnd.SILENT):
            return "was answered, and nothing was heard" if log.brain.answers(text) else None
        case OutputEnded() | InterruptOutput(_, _, InterruptReason.STALLED):
            is_made_good = _is_continued(end.epoch, later) or _is_apologised(later)
            return None if is_made_good or _is_last(log, later) else "failed in silence"
        case InterruptOutput(epoch, _, reason) if reason in SUPERSEDED:
            following = next((e for e in later if isinstance(e, CommitTurn | TurnDiscarded)), None)
            if following is None:
                return None if _is_last(log, later) else "was superseded by nothing"
            goes_on = isinstance(following, TurnDiscarded) or following.continues == epoch
            is_one = reason is InterruptReason.CONTINUED and not _sounded(log, epoch)
            return "was to be continued, and was not" if is_one and not goes_on else None
        case InterruptOutput(_, _, InterruptReason.CLOSING):
            return None if _is_last(log, later) else "was cut by the end, and the call went on"
        case _:  # a key was pressed, or he left
            return None


def _sounded(log: CallLog, epoch: int) -> bool:
    started = (r.epoch for r in log.reports if isinstance(r.event, AgentSpeechStarted))
    return epoch in started


def _is_continued(epoch: int, later: list[Effect]) -> bool:
    return any(isinstance(e, CommitTurn) and e.continues == epoch for e in later)


def _is_apologised(later: list[Effect]) -> bool:
    """Tell whether an apology came next."""
    following = _begins(later)[:1]
    return any(isinstance(e, StartOutput) and e.kind is OutputKind.APOLOGY for e in following)


def _begins(effects: list[Effect]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, StartOutput | ConfirmSpeculation)]


def _is_last(log: CallLog, later: list[Effect]) -> bool:
    """Tell whether the call came to its end before anything else began."""
    return bool(log.closed) and not _begins(later)


def nothing_said_counts_twice(log: CallLog) -> None:
    """What the caller said once is not taken for said again.

    Of words that he uses often nobody can tell which of them comes again.
    """
    texts = [effect.text for effect in _effects(log) if isinstance(effect, CommitTurn)]
    taken = Counter(word for text in texts for word in text.split())
    spoken = Counter(word.text for word in log.caller.words)
    twice = {word for word in taken if taken[word] > spoken[word]} - OFTEN
    assert not twice, f"heard twice: {sorted(twice)}"


def nothing_said_goes_unheard(log: CallLog) -> None:
    """Every word reaches the Session, whatever befalls the ears, unless the end comes first."""
    given = [step.given for step in log.steps if isinstance(step.given, Final | Interim)]
    heard = {word for text in given for word in text.text.split()}
    until_s = log.begins_to_end_s - HEARD_WITHIN_S
    said = {word.text for word in log.caller.words if word.end / CALLER_RATE_HZ < until_s}
    assert said <= heard, f"said and not heard: {sorted(said - heard)}"


def no_key_is_lost(log: CallLog) -> None:
    """Every key reaches the agent, once and in order, unless the end comes first."""
    if not log.steps or any(act.deed is Deed.COME_AND_GO for act in log.plan.acts):
        return  # who leaves takes along what he has not finished
    config = log.steps[0].before.config.dtmf
    entered = "".join(r.event.digits for r in log.reports if isinstance(r.event, DtmfEntered))
    until_s = log.begins_to_end_s - config.gap_s - HEARD_WITHIN_S
    keys = [key for key in log.caller.keys if key.digit != config.terminator]
    pressed, due = ("".join(k.digit for k in keys if k.at_s < at_s) for at_s in (inf, until_s))
    told = f"pressed {pressed!r}, and the agent got {entered!r}"
    assert entered.startswith(due), told
    assert pressed.startswith(entered), told


def nobody_waits_for_ever(log: CallLog) -> None:
    """Whoever has said something hears something, or is heard not to have meant it, in time."""
    worst_s = log.worst_silence_s()
    assert worst_s <= log.longest_silence_s, f"the caller waited in silence for {worst_s:.1f} s"


def _effects(log: CallLog) -> Iterator[Effect]:
    return (effect for step in log.steps for effect in step.effects)


TURN_CHECKS = (
    each_turn_has_one_end,
    nothing_said_counts_twice,
    nothing_said_goes_unheard,
    no_key_is_lost,
    nobody_waits_for_ever,
)
