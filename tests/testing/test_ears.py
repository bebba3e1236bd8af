"""The simulated recogniser hears what it is given, and nothing else."""

from collections.abc import AsyncGenerator

from actors.audio import CALLER_FRAME_SAMPLES
from actors.vendor import SttAudio, SttEvent, SttFinal, SttFlush, SttInput, SttSpeechStart
from runtime.testing.caller import VOICE, SimulatedCaller
from runtime.testing.ears import CallerSTT, Writer

FRAMES = 60
"""Four words of 300 ms."""


async def heard_from(frame: int) -> list[SttEvent]:
    """Return what is written down by one who listens from this frame of the speech on."""
    caller = SimulatedCaller()
    caller.say("two nights please now")

    async def given() -> AsyncGenerator[SttInput]:
        yield SttSpeechStart(0)
        for number in range(frame, FRAMES):
            yield SttAudio(number * CALLER_FRAME_SAMPLES, VOICE)
        yield SttFlush(1, FRAMES * CALLER_FRAME_SAMPLES)

    return [event async for event in Writer(CallerSTT(caller)).transcribe(given())]


async def test_who_listens_from_the_beginning_hears_every_word() -> None:
    assert SttFinal("two nights please now") in await heard_from(0)


async def test_who_comes_in_the_middle_hears_no_word_that_was_said_before() -> None:
    assert SttFinal("please now") in await heard_from(25)
