"""What can fall in a call, when, and how."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from actors.call import AnyAddress
from actors.denoise import DenoisePerformer, DenoiseRole
from actors.ingress import Ingress
from actors.line import TransportActor
from actors.llm.performer import LlmPerformer
from actors.llm.role import LlmRole
from actors.session.session import Session
from actors.slots.slot import Hold
from actors.stt.performer import SttPerformer
from actors.stt.role import SttRole
from actors.track.audio_track import AudioTrack
from actors.tts.performer import TtsPerformer
from actors.tts.role import TtsRole
from actors.turn import TurnPerformer, TurnRole
from actors.vad import VadPerformer, VadRole
from runtime.job import Job
from supervision.actor import Actor
from tests.reliability.vendors import Gate

HANG_S: Final = 5.0
MOMENTS: Final = ("idle", "listening", "thinking", "speaking", "tool running", "closing")
FAULTS: Final = ("raise", "hang", "kill")
RESUMABLE: Final = "transport, resumable"
STAGES: Final[Mapping[str, type[Actor]]] = {
    "ingress": Ingress,
    "denoise": DenoiseRole,
    "vad": VadRole,
    "stt": SttRole,
    "turn": TurnRole,
    "llm": LlmRole,
    "tts": TtsRole,
    "audio_track": AudioTrack,
    "session": Session,
    "transport": TransportActor,
    RESUMABLE: TransportActor,
}
PERFORMERS: Final[Mapping[str, type[Actor]]] = {
    "denoise performer": DenoisePerformer,
    "vad performer": VadPerformer,
    "stt performer": SttPerformer,
    "turn performer": TurnPerformer,
    "llm performer": LlmPerformer,
    "tts performer": TtsPerformer,
}
PARTS: Final = {**STAGES, **PERFORMERS}
GATED: Final = ("stt performer", "turn performer", "llm performer", "tts performer")
"""Their vendors can hang without holding up the loop; a detector or denoiser cannot."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault in one part at one moment; without a fault: how the call goes undisturbed."""

    part: str
    moment: str
    fault: str = ""

    @property
    def is_end_of_line(self) -> bool:
        """Whether the only line falls, which nobody can pick up again."""
        return self.part == "transport" and bool(self.fault)


class Culprit:
    """Whoever is to fall in a cell."""

    def __init__(self, cell: Cell, gates: Mapping[str, Gate]) -> None:
        self._cell = cell
        self._gates = gates
        self._armed = False
        self._job: Job | None = None
        self._before: tuple[AnyAddress, int] | None = None
        self.struck_at_s: float | None = None
        """When it happened, if it did."""

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Have the part's class listen for the order to fall."""
        kind = PARTS[self._cell.part]
        real: Callable[[Any, Any], Any] = kind.on_receive

        def on_receive(actor: Any, message: Any) -> Any:
            if not self._armed or actor.address is not self._target():
                return real(actor, message)
            self._armed = False
            self._note()
            return self._fall(real, actor, message)

        with patch.object(kind, "on_receive", on_receive):
            yield

    def strike(self, job: Job) -> None:
        """Let it happen: at once, or with the next message that the part gets."""
        self._job = job
        match self._cell.fault:
            case "kill":
                self._note()
                self._target().kill()
            case "hang" if self._cell.part in GATED:
                self._note()
                self._gates[self._slot].shut(HANG_S)
            case "raise" | "hang":
                self._armed = True
            case _:
                pass

    def is_back(self) -> bool:
        """Tell whether another incarnation, or another performer, is at work."""
        if self._before is None:
            return False
        address, incarnation = self._before
        if self._cell.part in STAGES:
            return address.is_running and address.incarnation > incarnation
        hold = self._role.hold
        assert isinstance(hold, Hold)
        return any(hold.live.get(name) is not address for name in hold.facts)

    @property
    def _slot(self) -> str:
        return self._cell.part.split()[0].strip(",")

    @property
    def _role(self) -> AnyAddress:
        assert self._job is not None
        return getattr(self._job.call.addresses, self._slot)

    def _target(self) -> AnyAddress:
        if self._cell.part in STAGES:
            return self._role
        hold = self._role.hold
        assert isinstance(hold, Hold)
        return hold.live[hold.last_on_stage or next(iter(hold.facts))]

    def _note(self) -> None:
        target = self._target()
        self.struck_at_s = asyncio.get_running_loop().time()
        self._before = (target, target.incarnation)

    def _fall(self, real: Callable[[Any, Any], Any], actor: Any, message: Any) -> Any:
        if self._cell.fault == "raise":
            raise RuntimeError("a planted crash")

        async def hang() -> Any:
            await asyncio.sleep(HANG_S)
            return real(actor, message)

        return hang()
