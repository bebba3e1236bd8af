"""What the caller of a simulated call hears: the agent's text in order, nothing that was cut."""

import itertools

from actors.turn_taking import ConfirmSpeculation, InterruptOutput, StartOutput
from runtime.testing.code import FRAMES, Sound
from runtime.testing.log import CallLog
from runtime.testing.outputs import MEANT, NS_PER_S, sounds

CUT_WITHIN_S = 0.1
"""A frame on its way, a fade, and a machine that is a little late."""
FADED = 1
"""So many of a word's last frames may be faded."""
UNNOTICED = 2
"""So many may be missing where a voice ends early: its own timings may be as wrong."""

HALF = FRAMES // 2 - 1
"""Cut after this frame a word counts as heard, and is not said again."""


def the_agent_says_its_text_in_order(log: CallLog) -> None:
    """Frames of a word follow each other, and so do words of a reply: no gap, no repetition.

    But for what a change of voices tells that it repeated.
    """
    place = _places(log)
    for before, after in itertools.pairwise(sounds(log.caller, log.code)):
        (was_s, was), (at_s, now) = before, after
        output = log.output_at(at_s)
        if output is None or log.voice_stammers(output):
            continue
        if was.word == now.word:
            _check_frames(at_s, was, now, log)
            continue
        old, new = place.get(log.code.words[was.word]), place.get(log.code.words[now.word])
        if old is None or new is None or old[0] != new[0]:
            continue
        if output.words_repeated and 0 <= old[1] - new[1] <= output.words_repeated:
            continue
        said = f"{log.code.words[was.word]} → {log.code.words[now.word]} at {at_s:.2f} s"
        assert new[1] == old[1] + 1, f"a word is left out or comes again: {said}"
        goes_on = log.output_at(was_s) is output
        assert was.frame >= (_last_frame(log) if goes_on else HALF), f"a word broke off: {said}"


def _check_frames(at_s: float, was: Sound, now: Sound, log: CallLog) -> None:
    follows = now.frame == was.frame + 1
    begins_anew = now.frame == 0
    assert follows or begins_anew, (
        f"{log.code.words[now.word]}: frame {now.frame} after {was.frame} at {at_s:.2f} s"
    )


def _last_frame(log: CallLog) -> int:
    """Return the frame up to which a word must sound."""
    return FRAMES - 1 - FADED - (UNNOTICED if log.voice_ends_early else 0)


def each_reply_begins_at_its_beginning(log: CallLog) -> None:
    """What is heard of a reply first is its first word, and that from its first frame on."""
    place = _places(log)
    begun: set[int] = set()
    for output in log.outputs:
        for word in output.words:
            found = place.get(word.text)
            if found is not None and found[0] not in begun:
                begun.add(found[0])
                said = f"epoch {output.epoch}, reply {found[0]}"
                assert found[1] == 0, f"{said} begins with its word {found[1]}, {word.text}"
                assert word.first == 0, f"{said} begins with frame {word.first} of {word.text}"


def what_is_finished_was_heard_to_its_end(log: CallLog) -> None:
    """Of a reply in an output that came to its end each word was heard, the last one as well."""
    place, lengths = _places(log), _lengths(log)
    for output in log.outputs:
        if not output.is_finished or log.voice_stammers(output):
            continue
        heard = {place[word.text] for word in output.said() if word.text in place}
        for reply in {reply for reply, _ in heard}:
            missing = set(range(lengths[reply])) - {number for r, number in heard if r == reply}
            assert not missing, (
                f"epoch {output.epoch} finished, and words {sorted(missing)} of the "
                f"{lengths[reply]} of its reply {reply} never sounded"
            )


def memory_is_what_was_heard(log: CallLog) -> None:
    """The agent remembers of what it said what sounded, to the word; when cut, give or take one."""
    for output in log.outputs:
        if output.transcript is None or not log.plan.timings or log.voice_stammers(output):
            continue
        heard = list(dict.fromkeys(word.text for word in output.words if word.was_heard))
        remembered = [word.strip(MEANT) for word in output.transcript.split()]
        known = remembered == heard or (not output.is_finished and _but_for_one(remembered, heard))
        assert known, f"epoch {output.epoch}: heard {heard}, and remembered is {remembered}"


def _but_for_one(one: list[str], other: list[str]) -> bool:
    """Tell whether the two differ in no more than the last word of either."""
    shorter, longer = sorted((one, other), key=len)
    return longer[: len(shorter)] == shorter and len(longer) - len(shorter) <= 1


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


def _texts(log: CallLog) -> list[list[str]]:
    """Return the words of each text that the model has given."""
    replies = log.brain.replies.values()
    return [
        [word.strip(MEANT) for word in reply.split()] for reply in replies if isinstance(reply, str)
    ]


def _lengths(log: CallLog) -> list[int]:
    return [len(words) for words in _texts(log)]


def _places(log: CallLog) -> dict[str, tuple[int, int]]:
    """Return of each word of the model its reply and its number there."""
    texts = enumerate(_texts(log))
    return {word: (reply, number) for reply, words in texts for number, word in enumerate(words)}


SOUND_CHECKS = (
    what_was_cut_is_silent,
    the_agent_says_its_text_in_order,
    each_reply_begins_at_its_beginning,
    what_is_finished_was_heard_to_its_end,
    memory_is_what_was_heard,
)
