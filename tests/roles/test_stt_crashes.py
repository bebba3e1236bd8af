"""The STT role or its recogniser falls over any message: no word is lost, and none comes twice."""

import pytest

from actors.stt.performer import SttPerformer
from actors.stt.role import SttRole
from providers.attentive_stt import AttentiveSTT
from tests.roles.crashes import POINTS, Crash, Point, planted
from tests.roles.stt_rig import SttRig, frames, stt_slot, timed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]
TEXT = "one two three four"
WORDS = timed(TEXT, at_s=0.1, word_s=0.15)
SPEECH_S = 0.7


def ears(name: str, **fields: object) -> AttentiveSTT:
    given = {"name": name, "words": WORDS, "words_per_final": 2, **fields}
    return AttentiveSTT.model_validate(given)


async def speaks(rig: SttRig) -> None:
    await rig.hears(5)
    await rig.speech(SPEECH_S)
    await rig.hears(frames(1.6))


@pytest.mark.parametrize("spans", [True, False])
@pytest.mark.parametrize("point", POINTS)
async def test_stt_role_killed_at_every_message(
    point: Point,
    spans: bool,  # noqa: FBT001 - a case of the test
) -> None:
    async def heard_with(crash: Crash) -> list[str]:
        with planted(crash, SttRole):
            async with stt_slot(ears("first", spans=spans)) as rig:
                await speaks(rig)
                assert rig.role.incarnation == 1 + crash.happened
                return rig.words

    calm = Crash(0, point)
    assert await heard_with(calm) == TEXT.split()
    struck = 0
    for at in range(1, calm.seen + 1):
        crash = Crash(at, point)
        assert await heard_with(crash) == TEXT.split(), f"{point} message {at}"
        struck += crash.happened
    assert struck == calm.seen or point == "midway"
    assert struck > calm.seen // 2


@pytest.mark.parametrize("point", POINTS)
async def test_stt_performer_killed_at_every_message(point: Point) -> None:
    async def heard_with(crash: Crash) -> list[str]:
        with planted(crash, SttPerformer):
            async with stt_slot(ears("first"), ears("second")) as rig:
                await speaks(rig)
                assert len(rig.switches) == crash.happened
                return rig.words

    calm = Crash(0, point)
    assert await heard_with(calm) == TEXT.split()
    for at in range(1, calm.seen + 1):
        assert await heard_with(Crash(at, point)) == TEXT.split(), f"{point} message {at}"
