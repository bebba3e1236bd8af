"""What every actor of one call is given.

The addresses of the others, the ring, the room's name and the way to report.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from structlog.contextvars import bind_contextvars

from actors.caller_ring import CallerRing
from actors.camera import Camera
from actors.conversation import new_id
from actors.health_board import HealthBoard
from actors.hooks import CallHooks
from actors.part import OnStage
from actors.ports import Services
from actors.reports import Event, Report
from supervision.address import Address
from supervision.mail import MailboxLimits

AnyAddress = Address[Any]
"""An address whose messages are not narrowed.

Stages accept the union that their `on_receive` matches.
"""


@dataclass(frozen=True, slots=True)
class CallAddresses:
    """The stable addresses of a call, made before any of its actors."""

    session: AnyAddress
    audio_track: AnyAddress
    tts: AnyAddress
    llm: AnyAddress
    turn: AnyAddress
    stt: AnyAddress
    vad: AnyAddress
    denoise: AnyAddress
    ingress: AnyAddress
    tools: AnyAddress
    transport: AnyAddress

    @classmethod
    def reserve(cls) -> "CallAddresses":
        """Make the addresses; mail that comes before the actors waits."""
        caller = MailboxLimits(media=500)
        agent = MailboxLimits(media=4096)
        return cls(
            session=Address("session"),
            audio_track=Address("audio_track", limits=agent),
            tts=Address("tts", limits=agent),
            llm=Address("llm", limits=agent),
            turn=Address("turn"),
            stt=Address("stt", limits=MailboxLimits(media=4096)),
            vad=Address("vad", limits=caller),
            denoise=Address("denoise", limits=caller),
            ingress=Address("ingress", limits=caller),
            tools=Address("tools"),
            transport=Address("transport", limits=caller),
        )

    def of_slot(self, slot: str) -> AnyAddress:
        """Return the address of a vendor slot's role."""
        return {
            "denoise": self.denoise,
            "vad": self.vad,
            "stt": self.stt,
            "turn": self.turn,
            "llm": self.llm,
            "tts": self.tts,
        }[slot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as its actors see it."""

    room: str
    """The room's name."""
    session_id: str = field(default_factory=lambda: new_id("ses"))
    """Unique for each call, where a room's name may come again."""
    addresses: CallAddresses
    services: Services
    publish: Callable[[Report], None]
    track_rate_hz: int
    on_stage: OnStage
    """Which of the agents that have played in this call plays now."""
    slots: frozenset[str] = frozenset()
    """The vendor slots that this agent has: denoise, vad, stt, turn, llm, tts."""
    ring: CallerRing = field(default_factory=CallerRing)
    camera: Camera = field(default_factory=Camera)
    """What the caller shows."""
    health: HealthBoard = field(default_factory=HealthBoard)
    """What the worker's rooms know of their vendors."""

    @property
    def hooks(self) -> CallHooks:
        """The code in the flow of whoever is on stage."""
        return self.on_stage.part.in_flow

    def name_in_logs(self, actor: str) -> None:
        """Bind room, session and actor to whatever the calling actor logs from now on."""
        bind_contextvars(room=self.room, session=self.session_id, actor=actor)

    def report(self, event: Event, *, at_ns: int, epoch: int = 0) -> None:
        """Publish one public event of this call."""
        self.publish(Report(at_ns, self.room, epoch, event))

    def after(self, slot: str) -> AnyAddress | None:
        """Return the next stage on the caller's side that this agent has, or None."""
        order = ("ingress", "denoise", "vad", "stt")
        following = order[order.index(slot) + 1 :]
        return next(
            (self.addresses.of_slot(name) for name in following if name in self.slots), None
        )
