"""What must hold of every simulated call, each one small function of its log.

A new invariant is one more function in `INVARIANTS`: it raises AssertionError with what is wrong.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeAlias

from actors.audio import CALLER_RATE_HZ
from actors.reports import ActorRestarted, Failure
from actors.turn_taking import (
    CommitTurn,
    ConfirmSpeculation,
    Final,
    Interim,
    InterruptOutput,
    InterruptReason,
    OutputEnd,
    OutputEnded,
    OutputKind,
    StartOutput,
)
from runtime.testing import turn_laws
from runtime.testing.code import FRAMES, Sound
from runtime.testing.log import NS_PER_S, CallLog
from runtime.testing.plan import Ending
from runtime.testing.trouble import SIMULATED, ActorFault, VendorFault

Invariant: TypeAlias = Callable[[CallLog], None]

CLOSE_WITHIN_S = 15.0
"""After a hang-up: `on_exit` has 10 s, and what it says must be said."""
HEARD_WITHIN_S = 2.0
CUT_WITHIN_S = 0.1
"""A frame on its way, a fade, and a machine that is a little late."""
FINISH_WITHIN_S = 60.0
"""After the caller has nothing more to say: what he is owed is answered first."""


def _law(law: Callable[[turn_laws.Steps], None]) -> Invariant:
    def check(log: CallLog) -> None:
        law(log.steps)

    check.__name__ = law.__name__
    return check


# ---------------------------------------------------------------- the turns


def each_turn_has_one_end(log: CallLog) -> None:
    """A committed turn is answered, superseded, apologised for, left in silence, or cut by the end.

    Exactly one of these, and none is forgotten.
    """
    ends = _ends_by_epoch(log)
    committed = [effect for effect in _effects(log) if isinstance(effect, CommitTurn)]
    epochs = [effect.epoch for effect in committed]
    assert len(epochs) == len(set(epochs)), "one epoch for two turns"
    later = {effect.continues for effect in committed} - {None}
    for turn in committed:
        found = ends.get(turn.epoch, [])
        assert len(found) == 1, f"turn {turn.epoch} ({turn.text!r}) has {len(found)} ends: {found}"
        if found == ["failed"]:
            is_made_good = turn.epoch in later or _apology_after(log, turn.epoch)
            assert is_made_good, f"turn {turn.epoch} ({turn.text!r}) failed in silence"


def _ends_by_epoch(log: CallLog) -> dict[int, list[str]]:
    ends: dict[int, list[str]] = {}
    for effect in _effects(log):
        match effect:
            case OutputEnded(epoch, end):
                ends.setdefault(epoch, []).append(end.value)
            case InterruptOutput(epoch, _, reason):
                is_failure = reason is InterruptReason.STALLED
                end = OutputEnd.FAILED.value if is_failure else reason.value
                ends.setdefault(epoch, []).append(end)
            case _:
                pass
    return ends


def _apology_after(log: CallLog, epoch: int) -> bool:
    """Tell whether an apology, or the end of the call, came next after this epoch."""
    later = [e for e in _effects(log) if isinstance(e, StartOutput | ConfirmSpeculation)]
    following = next((effect for effect in later if effect.epoch > epoch), None)
    if following is None:
        return bool(log.closed)
    return isinstance(following, StartOutput) and following.kind is OutputKind.APOLOGY


def nothing_said_counts_twice(log: CallLog) -> None:
    """What the caller said once is not taken for said again."""
    texts = [effect.text for effect in _effects(log) if isinstance(effect, CommitTurn)]
    taken = Counter(word for text in texts for word in text.split())
    spoken = Counter(word.text for word in log.caller.words)
    twice = {word for word in taken if taken[word] > spoken[word]}
    assert not twice, f"heard twice: {sorted(twice)}"


def nothing_said_goes_unheard(log: CallLog) -> None:
    """Where the ears are well, every word reaches the Session, unless the end comes first."""
    if log.ears_suffer:
        return
    given = [step.given for step in log.steps if isinstance(step.given, Final | Interim)]
    heard = {word for text in given for word in text.text.split()}
    until_s = (log.ended_at_s or log.over_at_s) - HEARD_WITHIN_S
    said = {word.text for word in log.caller.words if word.end / CALLER_RATE_HZ < until_s}
    assert said <= heard, f"said and not heard: {sorted(said - heard)}"


def nobody_waits_for_ever(log: CallLog) -> None:
    """Whoever has said something hears something, or is heard not to have meant it, in time."""
    worst_s = log.worst_silence_s()
    assert worst_s <= log.longest_silence_s, f"the caller waited in silence for {worst_s:.1f} s"


# ---------------------------------------------------------------- the sound


def the_agent_says_its_text_in_order(log: CallLog) -> None:
    """Frames of a word follow each other, and so do words of a reply: no gap, no repetition.

    But for what a change of voices tells that it repeated.
    """
    place, again = _places(log), log.words_repeated()
    for before, after in itertools.pairwise(_sounds(log)):
        (_, was), (at_s, now) = before, after
        if was.word == now.word:
            _check_frames(at_s, was, now, log)
            continue
        old, new = place.get(log.code.words[was.word]), place.get(log.code.words[now.word])
        if old is None or new is None or old[0] != new[0] or log.voice_stammers:
            continue
        if again and 0 <= old[1] - new[1] <= again:
            continue
        said = f"{log.code.words[was.word]} → {log.code.words[now.word]} at {at_s:.2f} s"
        assert new[1] == old[1] + 1, f"a word is left out or comes again: {said}"
        assert was.frame >= FRAMES - 2, f"a word broke off: {said}"  # the last one may be faded


def what_was_cut_is_silent(log: CallLog) -> None:
    """Between an interruption and whatever begins next nothing sounds, but for one frame's fade."""
    sounds_s = [heard.at_s for heard in log.caller.heard if any(heard.pcm)]
    cut_s: float | None = None
    cuts: list[tuple[float, float]] = []
    for step in log.steps:
        for effect in step.effects:
            match effect:
                case StartOutput() | ConfirmSpeculation() if cut_s is not None:
                    cuts.append((cut_s, step.at_ns / NS_PER_S))
                    cut_s = None
                case InterruptOutput():
                    cut_s = step.at_ns / NS_PER_S
                case _:
                    pass
    cuts.append((log.over_at_s if cut_s is None else cut_s, log.over_at_s))
    for begin_s, end_s in cuts:
        found = [s for s in sounds_s if begin_s + CUT_WITHIN_S < s < end_s]
        assert not found, f"cut at {begin_s:.2f} s, it still sounds at {found[0]:.2f} s"


def _check_frames(at_s: float, was: Sound, now: Sound, log: CallLog) -> None:
    follows = now.frame == was.frame + 1
    begins_anew = now.frame == 0
    assert follows or begins_anew or log.voice_stammers, (
        f"{log.code.words[now.word]}: frame {now.frame} after {was.frame} at {at_s:.2f} s"
    )


def each_reply_begins_at_its_beginning(log: CallLog) -> None:
    """What is heard of a reply first is its first word."""
    place = _places(log)
    begun: set[int] = set()
    for at_s, sound in _sounds(log):
        found = place.get(log.code.words[sound.word])
        if found is not None and found[0] not in begun:
            begun.add(found[0])
            word = log.code.words[sound.word]
            assert found[1] == 0, (
                f"reply {found[0]} begins with its word {found[1]}, {word}, at {at_s:.2f} s"
            )


def _places(log: CallLog) -> dict[str, tuple[int, int]]:
    """Return of each word of the model its reply and its number there."""
    texts = [reply for reply in log.brain.replies.values() if isinstance(reply, str)]
    return {
        word.strip("."): (reply, number)
        for reply, text in enumerate(texts)
        for number, word in enumerate(text.split())
    }


def _sounds(log: CallLog) -> Iterator[tuple[float, Sound]]:
    for heard in log.caller.heard:
        sound = log.code.read(heard.pcm)
        if sound is not None:
            yield heard.at_s, sound


# ---------------------------------------------------------------- the end


def the_call_ends_in_time(log: CallLog) -> None:
    """A call that is brought to its end is over within its budget."""
    assert log.closed, "the call does not end"
    if log.ended_at_s:
        finishes = log.plan.ending is Ending.FINISHES
        limit_s = FINISH_WITHIN_S if finishes else CLOSE_WITHIN_S
        took_s = log.over_at_s - log.ended_at_s
        assert took_s <= limit_s, f"{log.plan.ending.value}, and the end came {took_s:.1f} s later"
    else:
        raise AssertionError(f"the call ended by itself: {log.closed}")


def nothing_is_left_over(log: CallLog) -> None:
    """No task, thread, actor or mail."""
    assert not log.left, f"left over: {'; '.join(log.left)}"


def nothing_falls_by_itself(log: CallLog) -> None:
    """Actors fall only when the plan lets them; what else is raised is a bug."""
    for report in log.reports:
        match report.event:
            case ActorRestarted(actor, reason, _) if not _is_planned(reason, log):
                raise AssertionError(f"{actor} fell by itself: {reason}")
            case Failure(where, _, message) if "Error" in message and not _is_planned(message, log):
                raise AssertionError(f"{where}: {message}")
            case _:
                pass


def _is_planned(reason: str, log: CallLog) -> bool:
    if SIMULATED in reason:
        return True
    harmed = any(isinstance(fault, ActorFault | VendorFault) for fault in log.plan.faults)
    return harmed and any(word in reason for word in ("killed", "KILLED"))


def _effects(log: CallLog) -> Iterator[object]:
    return (effect for step in log.steps for effect in step.effects)


INVARIANTS: tuple[Invariant, ...] = (
    *(_law(law) for law in turn_laws.LAWS),
    each_turn_has_one_end,
    nothing_said_counts_twice,
    nothing_said_goes_unheard,
    nobody_waits_for_ever,
    what_was_cut_is_silent,
    the_agent_says_its_text_in_order,
    each_reply_begins_at_its_beginning,
    the_call_ends_in_time,
    nothing_is_left_over,
    nothing_falls_by_itself,
)


def violations(log: CallLog) -> list[str]:
    """Return what is broken in this call: the invariant's name, and how."""
    found: list[str] = []
    for invariant in INVARIANTS:
        try:
            invariant(log)
        except AssertionError as error:
            found.append(f"{invariant.__name__}: {error}")
    return found
