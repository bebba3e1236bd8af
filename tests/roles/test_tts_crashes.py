"""The TTS role itself falls: the caller hears the very same audio."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest

from actors.call import AnyAddress
from actors.tts import TtsRole
from providers.scripted import Fault
from supervision.address import Address
from tests.roles.listening import Spoken, spoken, voice

pytestmark = pytest.mark.slow
TEXT = "One two three four five. Six seven eight."
Point = Literal["before", "midway", "after"]


class Planted(Exception):
    """What the role is made to fall over."""


@dataclass(slots=True)
class Crash:
    """Lets the role fall over its message number ``at``, once."""

    at: int
    point: Point
    seen: int = 0
    is_armed: bool = False

    def reach(self, point: Point) -> None:
        """Raise if this is the point."""
        if self.is_armed and point == self.point:
            self.is_armed = False
            raise Planted(f"{point} message {self.at}")


@contextmanager
def planted(crash: Crash) -> Generator[None]:
    """Plant the crash in every TTS role: before a message, once it has told somebody, or after."""
    receive = TtsRole.on_receive
    tell: Callable[[AnyAddress, object], None] = Address[object].tell

    def on_receive(role: TtsRole, message: object) -> None:
        crash.seen += 1
        crash.is_armed = crash.seen == crash.at
        crash.reach("before")
        receive(role, message)
        crash.reach("after")
        crash.is_armed = False

    def told(address: AnyAddress, message: object) -> None:
        tell(address, message)
        crash.reach("midway")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TtsRole, "on_receive", on_receive)
        patch.setattr(Address, "tell", told)
        yield


async def heard_with(crash: Crash) -> Spoken:
    first = voice(fault=Fault(at=8), gap_s=0.08, timings_lag_ms=0)
    with planted(crash):
        return await spoken(first, voice("second", gap_s=0.08), text=TEXT)


@pytest.mark.parametrize("point", ["before", "midway", "after"])
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
