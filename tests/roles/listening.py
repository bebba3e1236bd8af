"""A caller with an ear: which words were said, by voices that hum each at its own pitch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from providers.scripted_tts import LOWEST_HZ, STEP_HZ, ScriptedTTS
from tests.calls.rig import Rig, agent, call
from transports.loopback import Heard

RATE_HZ = 16_000
FRAME_S = 0.02
WORD_MS = 300
WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    *("twenty", "last"),
)
FIRST, SECOND = " ".join(WORDS[:10]), " ".join(WORDS[10:])
TEXT = f"{FIRST.capitalize()}. {SECOND.capitalize()}."
LOUD = 100.0


def voice(name: str = "first", **fields: Any) -> ScriptedTTS:
    """Return a voice whose words can be told apart."""
    given: dict[str, Any] = {"sample_rate_hz": RATE_HZ, "chunk_ms": 100, **fields}
    return ScriptedTTS(name=name, vocabulary=WORDS, word_ms=WORD_MS, **given)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the caller heard of one utterance."""

    frames: tuple[Heard, ...]
    switches: tuple[dict[str, Any], ...]
    failures: tuple[dict[str, Any], ...]
    transcript: str

    @property
    def words(self) -> list[str]:
        """The words of which at least the half was heard."""
        return [word for word, ms in self.sounds if ms >= WORD_MS // 2]

    @property
    def sounds(self) -> list[tuple[str, int]]:
        """Every hum and how many milliseconds of it were heard."""
        hums = [self.word_of(frame.pcm) for frame in self.frames]
        runs = ((word, 20 * len(list(run))) for word, run in groupby(hums))
        return [(word, ms) for word, ms in runs if word]

    @property
    def gap_s(self) -> float:
        """All the time between the first and the last sound in which no frame came."""
        return sum(max(0.0, b.at_s - a.at_s - FRAME_S) for a, b in pairwise(self.frames))

    @property
    def pcm(self) -> Any:
        """The samples that were heard."""
        return np.frombuffer(b"".join(frame.pcm for frame in self.frames), dtype="<i2")

    @staticmethod
    def word_of(pcm: bytes) -> str:
        """Return which word sounds in 20 ms; empty: none."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
        if float(np.abs(samples).mean()) < LOUD:
            return ""
        pitch_hz = int(np.abs(np.fft.rfft(samples)).argmax()) * 50
        return WORDS[min(len(WORDS) - 1, max(0, round((pitch_hz - LOWEST_HZ) / STEP_HZ)))]


def repeated(words: Sequence[str]) -> int:
    """Count the words that were said again.

    Raises:
        AssertionError: A word is missing, or one comes before its turn.
    """
    reached = 0
    for word in words:
        place = WORDS.index(word)
        assert place <= reached, f"{WORDS[reached]} is missing in {words}"
        reached = max(reached, place + 1)
    assert reached == len(WORDS), f"{WORDS[reached:]} are missing in {words}"
    return len(words) - reached


async def spoken(
    *voices: ScriptedTTS, text: str = TEXT, until: str = "agent_transcript", **fields: Any
) -> Spoken:
    """Let an agent with these voices say the text, and listen until that event."""
    async with call(agent(tts=list(voices), **fields)) as rig:
        rig.job.session.say(text)
        await rig.until(until)
        return heard_by(rig)


def heard_by(rig: Rig) -> Spoken:
    """Return what the caller has heard so far."""
    return Spoken(
        tuple(rig.caller.heard),
        tuple(rig.fields("provider_switched")),
        tuple(rig.fields("error")),
        rig.fields("agent_transcript")[-1]["text"] if rig.named("agent_transcript") else "",
    )
