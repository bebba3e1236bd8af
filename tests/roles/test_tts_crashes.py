"""The TTS role itself falls: the caller hears the very same audio."""

import pytest

from actors.tts.role import TtsRole
from providers.scripted import Fault
from tests.roles.crashes import POINTS, Crash, Point, planted
from tests.roles.listening import Spoken, spoken, voice

pytestmark = pytest.mark.slow
TEXT = "One two three four five. Six seven eight."


async def heard_with(crash: Crash) -> Spoken:
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
