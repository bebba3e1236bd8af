"""Scenarios that concern a caller at a WebSocket, by their names: the sane outcome of each."""

import asyncio
import gc
import json
import math

import pytest

from tests.transports.far_end import FarEnd
from tests.transports.socket_call import Loudspeaker, Scene, socket_call
from transports.control import written

# ---------------------------------------------------------------- 28: turns, and flat memory


KEPT_S = 75.0
"""The sound that a call keeps to replay it to a new recogniser: memory grows until it is full."""
TURN_S = 4.8


@pytest.mark.slow
async def test_28_turns_complete_over_a_websocket_and_memory_stays_flat() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far)
        await turns(scene, far, math.ceil(KEPT_S / TURN_S) + 1)
        before = living(scene, far)
        await turns(scene, far, 6)
        assert living(scene, far) < before + 6 * 5  # a second of sound would be fifty
        assert scene.job.session.agent_state in {"idle", "listening"}


async def turns(scene: Scene, far: Loudspeaker, number: int) -> None:
    for _ in range(number):
        await scene.speak(far, 0.8, TURN_S - 0.8)


def living(scene: Scene, far: Loudspeaker) -> int:
    """Count what lives, but for what the test itself has taken down."""
    far.sent.clear()
    scene.reports.clear()
    gc.collect()
    return len(gc.get_objects())


async def test_28_the_agent_is_idle_again_after_its_turn() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far)
        await scene.speak(far, 0.8, 4.0)
        states = [change["state"] for change in scene.named("agent_state_changed")]
        assert states[-1] == "idle"
        assert "speaking" in states


# ---------------------------------------------------------------- 29: two people in a room


async def test_29_of_two_people_one_is_heard_and_never_a_mixture_of_both() -> None:
    async with socket_call() as scene:
        speaker, listener = Loudspeaker(lag=0), FarEnd()
        scene.connect(speaker)
        listening = asyncio.get_running_loop().create_task(
            scene.audience.serve(listener, 16_000, greeting=written("ready"))
        )
        for _ in range(40):
            listener.says(b"\x10\x27" * 320)
        await scene.speak(speaker, 0.8, 4.0)
        heard = b"".join(frame.pcm for frame in scene.job.call.ring.since(0))
        assert b"\x10\x27" * 8 not in heard
        assert listener.audio.rstrip(b"\0") == bytes(speaker.got).rstrip(b"\0")
        scene.audience.end(1000, "the test is over")
        await listening


# ---------------------------------------------------------------- 30: a person named Reagent


@pytest.mark.parametrize("identity", ["Reagent", "agent", "Agent-Smith", "front_desk"])
async def test_30_a_person_is_a_person_whatever_their_name(identity: str) -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far, greeting=written("ready", identity=identity))
        await scene.speak(far, 0.8, 4.0)
        assert [turn["text"] for turn in scene.named("turn_committed")] == ["two nights please"]


# ---------------------------------------------------------------- 32: keys


def press(far: FarEnd, keys: str) -> None:
    for key in keys:
        far.says(json.dumps({"type": "dtmf", "digit": key}))


async def entered(scene: Scene, far: FarEnd, seconds: float) -> list[str]:
    await scene.listen(far, seconds)
    return [event["digits"] for event in scene.named("dtmf_entered")]


async def test_32_keys_come_in_order_and_end_with_the_terminator() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far)
        press(far, "4711#")
        assert await entered(scene, far, 0.2) == ["4711"]


async def test_32_keys_without_a_terminator_end_with_the_gap() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far)
        press(far, "08")
        assert await entered(scene, far, 1.5) == []
        assert await entered(scene, far, 1.0) == ["08"]
