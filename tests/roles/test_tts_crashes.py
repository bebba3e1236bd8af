"""The TTS role itself falls: the caller hears the very same audio."""

import random

import pytest

from actors.health_board import health_key
from actors.kept_speech import Spoken
from actors.phrases import Phrases
from actors.session.call_limits import CallLimits
from actors.signal_tone import signal_tone
from actors.tts.role import TtsRole
from providers.scripted import Fault
from providers.scripted_tts import ScriptedTTS, tone
from tests.calls.rig import agent, call
from tests.roles.crashes import POINTS, Crash, Point, planted
from tests.roles.listening import Spoken as Heard
from tests.roles.listening import spoken, voice

pytestmark = pytest.mark.slow
TEXT = "One two three four five. Six seven eight."


async def heard_with(crash: Crash) -> Heard:
    first = voice(fault=Fault(at=8), gap_s=0.08, timings_lag_ms=0)
    with planted(crash, TtsRole):
        return await spoken(first, voice("second", gap_s=0.08), text=TEXT)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.timeout(60)
async def test_tts_role_killed_at_every_message(point: Point) -> None:
    calm = Crash(0, point)
    wanted = await heard_with(calm)
    assert wanted.words == TEXT.lower().replace(".", "").split()
    for at in range(1, calm.seen + 1):
        heard = await heard_with(Crash(at, point))
        assert heard.words == wanted.words, f"{point} message {at}"
        assert heard.pcm.tobytes() == wanted.pcm.tobytes(), f"{point} message {at}"
        assert heard.transcript == wanted.transcript, f"{point} message {at}"


async def goodbye_with(crash: Crash, kept: bytes | None) -> bytes:
    """Return the sound of a goodbye that no voice can speak: it was kept, or is the tone."""
    random.seed(1)  # rests have jitter, which would shift the messages
    gone = ScriptedTTS(opening=Fault(times=999), sample_rate_hz=16_000)
    phrases = Phrases(wait="", deaf="", goodbye="Good bye.")
    who = agent(tts=gone, phrases=phrases, limits=CallLimits(outage_s=1.0))
    with planted(crash, TtsRole):
        async with call(who) as rig:
            if kept is not None:
                spoken_by = health_key(gone)
                phrase = Spoken("Good bye.", spoken_by, None, "en", 16_000)
                rig.job.call.kept.keep(phrase, kept)
            await rig.says()
            assert await rig.job.closed() == "the voice is gone"
    return b"".join(frame.pcm for frame in rig.caller.heard).rstrip(b"\0")


@pytest.mark.parametrize("kept", [tone(16_000, 600), None], ids=["kept", "tone"])
@pytest.mark.timeout(60)
async def test_what_is_heard_in_place_of_a_voice_is_heard_once_whenever_the_role_falls(
    kept: bytes | None,
) -> None:
    wanted = (signal_tone(16_000) if kept is None else kept).rstrip(b"\0")
    calm = Crash(0, "midway")
    assert await goodbye_with(calm, kept) == wanted
    messages, tells = [*range(1, calm.seen + 1)], 0
    while messages:  # those over which it can still fall once it has told so much
        tells += 1
        crashes = [Crash(at, "midway", tells) for at in messages]
        for crash in crashes:
            assert await goodbye_with(crash, kept) == wanted, f"message {crash.at}, told {tells}"
        messages = [crash.at for crash in crashes if crash.happened]
    assert tells > 3
