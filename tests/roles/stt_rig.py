"""The STT slot alone on virtual time: its real role and performers, a caller, and a Session that
only listens."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.call import AnyAddress, Call, CallAddresses, Lineup
from actors.caller_ring import CallerRing
from actors.events import CallerFinal, CallerInterim
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.recogniser_news import RecogniserBehind
from actors.reports import ProviderSwitched, Report
from actors.slots.slot import Slot, Understudy
from actors.stt.hold import SttHold
from actors.stt.performer import SttPerformer
from actors.stt.role import SttRole
from actors.vendor import WordTiming
from providers.attentive_stt import AttentiveSTT
from supervision.actor import Actor
from supervision.address import Address
from supervision.spec import ChildSpec, SupervisorSpec
from supervision.supervisor import Supervisor, run_tree
from tests.actors.parts import on_stage
from tests.providers.fake_services import FakeServices

FRAME_S = 0.02
PCM = bytes(2 * CALLER_FRAME_SAMPLES)
NOTICED = 4
"""So many frames after its beginning speech is noticed."""
ENDED = 8
"""So many frames after its end the end is noticed."""


def frames(seconds: float) -> int:
    return round(seconds / FRAME_S)


def timed(text: str, *, at_s: float = 0.5, word_s: float = 0.3) -> list[WordTiming]:
    """Lay the words of a text one after the other, from a time of the call on."""
    step = round(word_s * CALLER_RATE_HZ)
    first = round(at_s * CALLER_RATE_HZ)
    starts = (first + number * step for number in range(len(text.split())))
    return [
        WordTiming(word, start, start + step)
        for word, start in zip(text.split(), starts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """What the Session was told, and when."""

    at_s: float
    message: object


class Session(Actor):
    """Writes down what it is told."""

    def __init__(self, told: list[Told]) -> None:
        super().__init__()
        self._told = told

    def on_receive(self, message: object) -> None:
        self._told.append(Told(self.clock.now_s(), message))


@dataclass(slots=True)
class SttRig:
    """One slot under test."""

    call: Call
    told: list[Told]
    reports: list[Report]
    place: int = 0
    """The next sample of the caller."""
    marks: int = field(default=0)

    @property
    def role(self) -> AnyAddress:
        return self.call.addresses.stt

    @property
    def hold(self) -> SttHold:
        assert isinstance(self.role.hold, SttHold)
        return self.role.hold

    def messages(self, kind: type[Any]) -> list[Any]:
        return [told.message for told in self.told if isinstance(told.message, kind)]

    @property
    def finals(self) -> list[str]:
        return [final.text for final in self.messages(CallerFinal) if final.text]

    @property
    def words(self) -> list[str]:
        return " ".join(self.finals).split()

    @property
    def interims(self) -> list[str]:
        return [interim.text for interim in self.messages(CallerInterim)]

    @property
    def behind(self) -> list[RecogniserBehind]:
        return self.messages(RecogniserBehind)

    @property
    def switches(self) -> list[ProviderSwitched]:
        found = (report.event for report in self.reports)
        return [event for event in found if isinstance(event, ProviderSwitched)]

    async def hears(self, count: int) -> None:
        """Let so many frames come in real time."""
        for _ in range(count):
            frame = CallerAudio(self.place, PCM)
            self.place += CALLER_FRAME_SAMPLES
            self.call.ring.append(frame)
            self.role.tell(frame)
            await asyncio.sleep(FRAME_S)

    async def speech(self, seconds: float) -> None:
        """Let the caller speak, and the VAD mark it."""
        begin = self.place
        await self.hears(NOTICED)
        self.role.tell(SpeechStart(begin))
        await self.hears(frames(seconds) - NOTICED)
        end = self.place
        await self.hears(ENDED)
        self.marks += 1
        self.role.tell(SpeechEnd(end, self.marks))

    async def says(self, seconds: float, *, then_s: float = 1.0) -> None:
        """Let the caller be silent for half a second, speak, and be silent again."""
        await self.hears(frames(0.5))
        await self.speech(seconds)
        await self.hears(frames(then_s))


@asynccontextmanager
async def stt_slot(
    *vendors: AttentiveSTT,
    has_vad: bool = True,
    ring_s: float = 75.0,
    role: type[SttRole] = SttRole,
) -> AsyncGenerator[SttRig]:
    """Start the slot with these recognisers in order of preference."""
    told: list[Told] = []
    reports: list[Report] = []
    addresses = CallAddresses.reserve()
    with FakeServices() as services:
        call = Call(
            room="r1",
            addresses=addresses,
            services=services,
            publish=reports.append,
            track_rate_hz=16_000,
            ring=CallerRing(length_s=ring_s),
            on_stage=on_stage(),
            lineup=Lineup(frozenset({"vad", "stt"} if has_vad else {"stt"})),
        )
        async with run_tree(tree(call, told, vendors, role)):
            yield SttRig(call, told, reports)


def tree(
    call: Call, told: list[Told], vendors: Sequence[AttentiveSTT], role: type[SttRole]
) -> SupervisorSpec:
    performers: AnyAddress = Address("stt/performers")
    names = [f"{vendor.name}#{number}" for number, vendor in enumerate(vendors)]

    def understudy(name: str, vendor: AttentiveSTT) -> Understudy:
        def make(name: str) -> SttPerformer:
            return SttPerformer(name, vendor, call.addresses.stt, call)

        return Understudy(name, make, name)

    entries = tuple(map(understudy, names, vendors))
    slot = Slot("stt", call, entries, performers)
    return SupervisorSpec(
        children=(
            ChildSpec(id="session", start=lambda: Session(told), address=call.addresses.session),
            ChildSpec(
                id="performers", start=lambda: Supervisor(SupervisorSpec()), address=performers
            ),
            ChildSpec(id="role", start=lambda: role(slot), address=call.addresses.stt),
        )
    )
