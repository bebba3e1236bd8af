"""The keys of a call by microphone and loudspeaker, pressed at a terminal."""

import asyncio
import os
import sys
import termios
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from providers.scripted_tts import tone
from runtime.agent_config import AgentConfig
from runtime.cli.console import talk
from runtime.cli.preparation import Prepared
from runtime.config import LogLevel, Settings
from tests.calls.rig import agent
from tests.terminal.pseudo_terminal import PseudoTerminal, as_it_is, pseudo_terminal
from tests.terminal.sound_card import SoundCard, machine
from transports.sound_device import SoundDesk, SoundDeviceTransport

pytestmark = [pytest.mark.real_time, pytest.mark.slow]

SPOKEN = tone(16_000, 20)
FRAME_S = 0.02


class Person:
    """Somebody at a terminal with a headset."""

    def __init__(self, terminal: PseudoTerminal, card: SoundCard, desk: SoundDesk) -> None:
        self.terminal = terminal
        self.desk = desk
        self._card = card
        self.ended = asyncio.Event()
        self.exit_code = -1

    async def speaks(self, seconds: float) -> None:
        """Speak, and be silent after it."""
        for frame in range(round(seconds / FRAME_S) + 30):
            is_speech = frame < seconds / FRAME_S
            self._card.hear(SPOKEN if is_speech else bytes(len(SPOKEN)))
            self._card.sound()
            await asyncio.sleep(FRAME_S)

    async def talks(self, prepared: Prepared, transport: SoundDeviceTransport) -> None:
        self.exit_code = await talk(prepared, transport, events=None)
        self.ended.set()


@asynccontextmanager
async def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Person]:
    card = machine(monkeypatch)
    who = agent()
    settings = Settings(log_level=LogLevel.ERROR)
    prepared = Prepared("hotel:Main", tmp_path, who, AgentConfig.of(who), settings)
    transport = SoundDeviceTransport(full_duplex=True).fitted()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    as_it_is(monkeypatch)
    with (
        pseudo_terminal() as terminal,
        os.fdopen(os.dup(terminal.theirs)) as keyboard,
        os.fdopen(os.dup(terminal.theirs), "w") as screen,
    ):
        before = termios.tcgetattr(terminal.theirs)
        monkeypatch.setattr(sys, "stdin", keyboard)
        monkeypatch.setattr(sys, "stdout", screen)
        who_talks = Person(terminal, card, transport.desk)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(who_talks.talks(prepared, transport))
            await terminal.until("m mutes, q hangs up")
            yield who_talks
            terminal.press("q")
            async with asyncio.timeout(40):
                await who_talks.ended.wait()
        await terminal.until("you hung up")
        assert termios.tcgetattr(terminal.theirs) == before


async def test_m_shuts_the_microphone_and_m_opens_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with person(tmp_path, monkeypatch) as caller:
        caller.terminal.press("m")
        await caller.terminal.until("MUTED")
        await caller.speaks(0.6)
        await caller.terminal.until("MUTED     ▮▮▮")
        assert "two nights" not in caller.terminal.seen

        caller.terminal.forget()
        caller.terminal.press("m")
        await caller.terminal.until("mic ")
        await caller.speaks(0.6)
        await caller.terminal.until("caller: two nights please")
        await caller.terminal.until("We have three rooms free.")
    assert caller.exit_code == 0


async def test_other_keys_do_nothing_and_none_is_echoed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with person(tmp_path, monkeypatch) as caller:
        caller.terminal.forget()
        caller.terminal.press("zzz\n")
        await caller.terminal.until("m mutes")
        await asyncio.sleep(0.2)
        assert not caller.desk.muted
        assert "z" not in caller.terminal.seen
    assert caller.exit_code == 1, "nothing was asked, so nothing was answered"
