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
from actors.kept_speech import KeptSpeech
from actors.part import OnStage
from actors.ports import Services
from actors.reports import Event, Report
from supervision.address import Address
from supervision.mail import MailboxLimits

AnyAddress = Address[Any]
"""An address whose messages are not narrowed.

Stages accept the union that their `on_receive` matches.
"""


_CALLER = MailboxLimits(media=500)
_AGENT = MailboxLimits(media=4096)
_SLOT_LIMITS = {
    "denoise": _CALLER,
    "vad": _CALLER,
    "stt": MailboxLimits(media=4096),
    "turn": MailboxLimits(),
    "llm": _AGENT,
    "tts": _AGENT,
}
CALLER_SIDE = ("ingress", "denoise", "vad", "stt")
_AFTER = {slot: CALLER_SIDE[place:] for place, slot in enumerate(CALLER_SIDE, 1)}


@dataclass(slots=True)
class Lineup:
    """Which vendor slots a call has at present; changed by whoever changes its tree."""

    filled: frozenset[str] = frozenset()
    utterances: int = 0
    """How many the caller has finished: ears that come back go on counting."""


@dataclass(frozen=True, slots=True)
class CallAddresses:
    """The stable addresses of a call, made before any of its actors.

    Only a part that left the call for good and comes again gets a new one.
    """

    session: AnyAddress
    audio_track: AnyAddress
    ingress: AnyAddress
    tools: AnyAddress
    transport: AnyAddress
    slots: dict[str, AnyAddress]
    """Of the roles of the vendor slots."""

    @classmethod
    def reserve(cls) -> "CallAddresses":
        """Make the addresses; mail that comes before the actors waits."""
        return cls(
            session=Address("session"),
            audio_track=Address("audio_track", limits=_AGENT),
            ingress=Address("ingress", limits=_CALLER),
            tools=Address("tools"),
            transport=Address("transport", limits=_CALLER),
            slots={slot: Address(slot, limits=limits) for slot, limits in _SLOT_LIMITS.items()},
        )

    def renew(self, slot: str) -> None:
        """Give a slot that left for good a new address, for the next one of its kind."""
        self.slots[slot] = Address(slot, limits=_SLOT_LIMITS[slot])

    def of_slot(self, slot: str) -> AnyAddress:
        """Return the address of a vendor slot's role."""
        return self.slots[slot]

    @property
    def tts(self) -> AnyAddress:
        """The voice."""
        return self.slots["tts"]

    @property
    def llm(self) -> AnyAddress:
        """The language model."""
        return self.slots["llm"]

    @property
    def turn(self) -> AnyAddress:
        """The turn detector."""
        return self.slots["turn"]

    @property
    def stt(self) -> AnyAddress:
        """The recogniser."""
        return self.slots["stt"]

    @property
    def vad(self) -> AnyAddress:
        """The voice activity detection."""
        return self.slots["vad"]

    @property
    def denoise(self) -> AnyAddress:
        """The noise suppression."""
        return self.slots["denoise"]


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
    lineup: Lineup = field(default_factory=Lineup)
    ring: CallerRing = field(default_factory=CallerRing)
    camera: Camera = field(default_factory=Camera)
    """What the caller shows."""
    health: HealthBoard = field(default_factory=HealthBoard)
    """What the worker's rooms know of their vendors."""
    kept: KeptSpeech = field(default_factory=KeptSpeech)
    """Phrases that the worker's voices have spoken in advance."""

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

    @property
    def slots(self) -> frozenset[str]:
        """The vendor slots that this agent has now: of denoise, vad, stt, turn, llm, tts."""
        return self.lineup.filled

    @property
    def has_vad(self) -> bool:
        """Whether speech is marked in the caller's stream."""
        return "vad" in self.lineup.filled

    @property
    def has_voice(self) -> bool:
        """Whether what the agent says is spoken."""
        return "tts" in self.lineup.filled

    @property
    def is_in_writing(self) -> bool:
        """Whether the text track stands in for voice and audio track."""
        return self.addresses.tts is self.addresses.audio_track

    def after(self, slot: str) -> AnyAddress | None:
        """Return the next stage on the caller's side that this agent has now, or None."""
        filled, slots = self.lineup.filled, self.addresses.slots
        for name in _AFTER[slot]:
            if name in filled:
                return slots[name]
        return None
