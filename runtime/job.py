"""The job: one room as a supervision tree, which is data: who is in it and in which order.

The sink starts first and the microphone last, so that nobody speaks to an absent neighbour;
stopping goes the other way.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from actors.call import Call
from actors.call_record import CallRecord
from actors.ingress import Ingress
from actors.line import TransportActor
from actors.session.plan import SessionPlan
from actors.session.session import Session
from actors.track.audio_track import AudioTrack
from actors.track.text_track import TextTrack
from actors.turn_taking import Capabilities
from runtime.job_plan import JobPlan
from runtime.room_supervisor import RoomSupervisor
from runtime.session_handle import SessionHandle
from runtime.slots import slot_child
from supervision.actor import Actor
from supervision.address import Address
from supervision.messages import ExitReason
from supervision.reporter import describe
from supervision.spec import AutoShutdown, ChildSpec, Intensity, Restart, SupervisorSpec

SLOT_ORDER = ("tts", "llm", "turn", "stt", "vad", "denoise")
CLOSE_WITHIN_S = 15.0


def job_tree(plan: JobPlan) -> SupervisorSpec:
    """Return the tree of a room."""
    call, addresses = plan.call, plan.call.addresses
    casts = plan.providers
    slots = (slot_child(name, casts[name], plan) for name in SLOT_ORDER if casts.get(name))
    again = Restart.TRANSIENT if plan.transport.resumable else Restart.TEMPORARY
    return SupervisorSpec(
        children=(
            ChildSpec(
                id="session",
                start=lambda: Session(_session_plan(plan)),
                restart=Restart.TRANSIENT,
                significant=True,
                address=addresses.session,
            ),
            ChildSpec(
                id="listeners",
                start=lambda: RoomSupervisor(call, SupervisorSpec()),
                address=plan.listeners.supervisor,
            ),
            ChildSpec(
                id="tools",
                start=lambda: RoomSupervisor(
                    call, SupervisorSpec(children=tuple(plan.servers.children()))
                ),
                address=addresses.tools,
                shutdown_s=plan.servers.shutdown_s,
            ),
            ChildSpec(
                id="text_track" if plan.in_writing else "audio_track",
                start=lambda: _track(plan),
                address=addresses.audio_track,
            ),
            *slots,
            ChildSpec(id="ingress", start=lambda: Ingress(call), address=addresses.ingress),
            ChildSpec(
                id="transport",
                start=lambda: TransportActor(call, plan.transport),
                restart=again,
                address=addresses.transport,
            ),
        ),
        intensity=Intensity(max_restarts=5, within_s=30.0),
        auto_shutdown=AutoShutdown.ANY_SIGNIFICANT,
        on_event=plan.on_event,
    )


def _track(plan: JobPlan) -> Actor:
    if plan.in_writing:
        return TextTrack(plan.call)
    fade_s = plan.part.turn_taking.interrupt.fade_s
    return AudioTrack(plan.call, fade_s=fade_s, is_reported=plan.transport.reports_playback)


def _capabilities(plan: JobPlan) -> Capabilities:
    if plan.in_writing:  # whoever sends a line has finished it
        return Capabilities(has_vad=False, stt_owns_end_of_turn=True, stt_interims=False)
    slots = plan.call.slots
    return Capabilities(
        has_vad="vad" in slots,
        has_stt="stt" in slots,
        has_turn_detector="turn" in slots,
        echo_cancelled=plan.transport.cancels_echo,
    )


def _session_plan(plan: JobPlan) -> SessionPlan:
    return SessionPlan(
        plan.call,
        plan.part,
        plan.summarise,
        _capabilities(plan),
        plan.transport.resumable,
        plan.limits,
        plan.trace,
    )


@dataclass(frozen=True, slots=True)
class Job:
    """A running room, as seen by whoever opened it."""

    room: str
    session: SessionHandle
    tree: Address[Any]
    """The room's supervisor."""
    call: Call
    """What its actors share: their addresses above all."""

    async def closed(self) -> str:
        """Wait until the room is over; return why it ended."""
        return self.why_ended(await self.tree.ended())

    def why_ended(self, reason: ExitReason | None) -> str:
        """Return why the call ended, given how its tree did."""
        record = self.session.address.hold
        if isinstance(record, CallRecord) and record.closing:
            return record.closing
        return "the call failed" if reason is None else f"the call failed: {describe(reason)}"

    async def close(self, reason: str, *, within_s: float = CLOSE_WITHIN_S) -> None:
        """End the call as a caller would notice it.

        ``on_exit``, goodbye, hang up; by force after ``within_s``.
        """
        self.session.hangup(reason)
        if not await self._ended_within(within_s):
            await self.tree.shutdown(deadline_s=within_s)

    async def _ended_within(self, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                await self.tree.ended()
        except TimeoutError:
            return False
        return True
