"""The rehearsal: while nobody speaks, the voice speaks in advance what must be said without it.

Apology, waiting and goodbye are kept as sound, for the time when no voice is left.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from actors.call import AnyAddress
from actors.kept_speech import Spoken
from actors.part import Part
from actors.resample import StreamResampler
from actors.slots.cast import Member
from actors.slots.performer import Result
from actors.slots.role import Role
from actors.tts.job import TtsHold
from actors.tts.performer import Speak
from actors.vendor import SpeechPcm, SpeechRequest

MOST_TRIES = 3
"""A phrase that came to nothing so often is left alone for the rest of the call."""


@dataclass(slots=True)
class Rehearsed:
    """A phrase that is being spoken in advance."""

    attempt: int
    spoken: Spoken
    vendor_rate_hz: int
    raw: list[bytes] = field(default_factory=list[bytes])


class Rehearsal:
    """Stateless but for the role's hold, and for how often a phrase was tried."""

    def __init__(self, role: Role[TtsHold]) -> None:
        """Work for ``role``."""
        self._role = role
        self._call = role.call
        self._tries = Counter[str]()
        self._now: Rehearsed | None = None

    def go_on(self) -> None:
        """Have the next phrase spoken, if nobody speaks and somebody can."""
        held = self._role.held
        if self._now is not None or held.trial is not None or held.utterances or not held.quiet:
            return
        name = held.cast.on_stage()
        if name is None or not held.cast.member(name).is_well:
            return
        part = self._call.on_stage.part
        for text in _phrases(part) if part.script.phrases.in_advance else ():
            spoken = self._spoken(text, held.troupe[name].health_key)
            if self._tries[text] < MOST_TRIES and self._call.kept.get(spoken) is None:
                self._ask(held.cast.member(name), spoken)
                return

    def break_off(self) -> None:
        """Make room for what is to be heard: the performer drops a job for the next one."""
        self._now = None

    def take(self, result: Result) -> bool:
        """Take sound; return whether it is a rehearsal's."""
        if self._now is None or self._now.attempt != result.attempt:
            return False
        if isinstance(result.value, SpeechPcm):
            self._now.raw.append(result.value.pcm)
        return True

    def finish(self, attempt: int) -> bool:
        """Keep a phrase that was spoken to its end; return whether it is a rehearsal's."""
        now = self._now
        if now is None or now.attempt != attempt:
            return False
        self._now = None
        resampler = StreamResampler(now.vendor_rate_hz, self._call.track_rate_hz)
        pcm = resampler.push(b"".join(now.raw)) + resampler.flush()
        self._call.kept.keep(now.spoken, pcm)
        return True

    def kept(self, text: str) -> bytes | None:
        """Return the sound of a phrase that any of the slot's voices has spoken in advance."""
        for entry in self._role.held.troupe.values():
            pcm = self._call.kept.get(self._spoken(text, entry.health_key))
            if pcm is not None:
                return pcm
        return None

    def is_phrase(self, text: str, part: Part) -> bool:
        """Whether this is said when something is wrong, so that silence would be no answer."""
        return any(text == phrase for phrase in _phrases(part))

    def _ask(self, member: Member, spoken: Spoken) -> None:
        held = self._role.held
        rate_hz = held.facts[member.name]
        self._tries[spoken.text] += 1
        attempt = self._role.next_attempt()
        self._now = Rehearsed(attempt, spoken, cast("int", rate_hz))
        request = SpeechRequest(spoken.text, spoken.language, spoken.voice, is_probe=True)
        address: AnyAddress = held.live[member.name]
        address.tell(Speak(attempt, request))

    def _spoken(self, text: str, health_key: str) -> Spoken:
        part = self._call.on_stage.part
        return Spoken(text, health_key, part.voice, part.language, self._call.track_rate_hz)


def _phrases(part: Part) -> Iterator[str]:
    for text in (part.script.apology, *part.script.phrases.all):
        yield from part.script.pieces(text)
