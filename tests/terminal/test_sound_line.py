import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import cast

import pytest

from actors.arrivals import Arrival, AudioIn, Joined
from actors.ports import Line
from providers.scripted_tts import tone
from tests.providers.fake_services import FakeServices
from tests.terminal.sound_card import SoundCard, machine
from transports.sound_device import (
    ECHO_TAIL_S,
    QUIETEST_DBFS,
    SoundDesk,
    SoundDeviceTransport,
    level_dbfs,
)

SPOKEN = tone(16_000, 20)
ANSWER = tone(24_000, 20)
QUIET = bytes(len(SPOKEN))


class Desk:
    """An open line at a machine under test."""

    def __init__(self, card: SoundCard, line: Line, desk: SoundDesk) -> None:
        self.card = card
        self.line = line
        self.desk = desk
        self.arrivals = cast("AsyncGenerator[Arrival, None]", line.arrivals())

    async def let_in(self) -> bytes:
        """Speak one frame; return what the agent gets of it."""
        self.card.hear(SPOKEN)
        arrival = await anext(self.arrivals)
        assert isinstance(arrival, AudioIn)
        assert arrival.sample_rate_hz == 16_000
        return arrival.pcm


@asynccontextmanager
async def at_desk(
    monkeypatch: pytest.MonkeyPatch, *, full_duplex: bool = False
) -> AsyncGenerator[Desk]:
    card = machine(monkeypatch)
    transport = SoundDeviceTransport(full_duplex=full_duplex).fitted()
    async with transport.open(FakeServices()) as line:
        desk = Desk(card, line, transport.desk)
        assert await anext(desk.arrivals) == Joined()
        async with aclosing(desk.arrivals):
            yield desk
    assert all(stream.started and stream.closed for stream in card.streams)


async def test_what_is_spoken_comes_in_and_what_is_answered_sounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_desk(monkeypatch) as desk:
        assert await desk.let_in() == SPOKEN
        desk.line.play(ANSWER)
        desk.line.play(ANSWER)

        assert [desk.card.sound(), desk.card.sound()] == [ANSWER, ANSWER]
        assert set(desk.card.sound()) == {0}


async def test_a_muted_microphone_lets_silence_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_desk(monkeypatch) as desk:
        desk.desk.muted = True
        assert await desk.let_in() == QUIET
        desk.desk.muted = False
        assert await desk.let_in() == SPOKEN


async def test_the_agent_does_not_hear_itself_nor_the_room_s_echo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_desk(monkeypatch) as desk:
        desk.line.play(ANSWER)
        assert await desk.let_in() == QUIET
        assert desk.desk.guarded
        await asyncio.sleep(ECHO_TAIL_S)
        assert await desk.let_in() == QUIET, "latency and the queue come on top"
        await asyncio.sleep(0.1)

        assert await desk.let_in() == SPOKEN
        assert not desk.desk.guarded


async def test_with_headphones_the_agent_can_be_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_desk(monkeypatch, full_duplex=True) as desk:
        desk.line.play(ANSWER)

        assert await desk.let_in() == SPOKEN


def test_only_headphones_keep_the_echo_out() -> None:
    assert not SoundDeviceTransport().cancels_echo
    assert SoundDeviceTransport(full_duplex=True).cancels_echo


async def test_the_meters_follow_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_desk(monkeypatch) as desk:
        desk.line.play(ANSWER)
        await desk.let_in()
        assert desk.desk.input_dbfs > -20
        assert desk.desk.output_dbfs > -20
        await asyncio.sleep(1.0)
        await desk.let_in()
        assert desk.desk.output_dbfs == QUIETEST_DBFS


@pytest.mark.parametrize(
    ("pcm", "dbfs"),
    [(b"", -60.0), (bytes(640), -60.0), (b"\x01\x00" * 320, -60.0), (b"\x00\x80" * 320, 0.0)],
)
def test_a_level_lies_between_the_quietest_and_full_scale(pcm: bytes, dbfs: float) -> None:
    assert level_dbfs(pcm) == pytest.approx(dbfs)
