"""The worker: the root supervisor, and the way to embed the runtime in any asyncio service.

``async with Worker(Main) as worker: job = await worker.open_room("r1", transport)``.

Leaving the block closes every room and
leaves no task, thread, process or file behind.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self

import structlog
from starlette.types import ASGIApp

from actors.ports import Transport
from actors.reports import Report
from actors.turn_taking.trace import Trace
from runtime.agent import AgentTarget
from runtime.casting import House, Opening, plan_job
from runtime.config import Settings
from runtime.curtain_puller import CurtainPuller
from runtime.doors.config import DoorConfig
from runtime.doors.doors import Doors
from runtime.doors.tokens import Grant, TokenDesk
from runtime.errors import UserError
from runtime.job import Job, job_tree
from runtime.log import configure_unless_done
from runtime.pipeline_mode import pipeline_mode
from runtime.room_observer import RoomObserver
from runtime.room_supervisor import RoomSupervisor
from runtime.services import WorkerServices
from runtime.telemetry import Telemetry
from runtime.tool_threads import ToolThreads
from supervision.actor_base import ActorBase
from supervision.address import Address
from supervision.clock import Clock, LoopClock
from supervision.spec import ChildSpec, Intensity, Restart, SupervisorSpec
from supervision.supervisor import Snapshot, StartChild, Supervisor, run_tree
from supervision.tree import TreeNode, find
from supervision.watchdog import LoopWatchdog

OPEN_WITHIN_S = 30.0
SNAPSHOT_WITHIN_S = 5.0
STOPPED_WITHIN_S = 20.0
PATIENT = Intensity(max_restarts=20, within_s=30.0)
"""Of those below which many strangers' actors come and go."""

log = structlog.get_logger(__name__)


class Worker:
    """Owns the rooms, the shared engines and the subscribers.

    Runs on the loop on which it is entered.
    """

    def __init__(
        self, agent: AgentTarget, *, settings: Settings | None = None, trace: Trace | None = None
    ) -> None:
        """Serve ``agent``: a class, an instance (copied for each room) or a factory.

        ``trace`` is given each step of every room's turn machine, for whoever checks its laws.
        """
        self._agent = agent
        self._settings = settings or Settings()
        self._stack = AsyncExitStack()
        self._jobs: dict[str, Job] = {}
        self._rooms: Address[Any] = Address("jobs")
        self._curtains: Address[Any] = Address("curtains")
        self._engines: Address[Any] = Address("engines")
        self._subscribers: Address[Any] = Address("telemetry")
        self._doors: Address[Any] = Address("doors")
        self._doorways: list[Callable[[], ChildSpec]] = []
        self._telemetry = Telemetry(self._subscribers)
        self._services = WorkerServices(self._engines, self._settings.secret_values())
        self._root: Address[Any] | None = None
        self._is_leaving = False
        self._takes_calls = True
        self._open_doors: Doors | None = None
        self._clock: Clock | None = None
        self._executor = ToolThreads()
        self._house = House(self._services, self._telemetry.publish, self._executor, trace)

    async def __aenter__(self) -> Self:
        """Start the tree; the log is set up first if nobody has done so."""
        configure_unless_done(self._settings)
        self._clock = LoopClock(asyncio.get_running_loop())
        self._stack.enter_context(LoopWatchdog())
        tree = run_tree(self._tree(), name="worker", clock=self._clock)
        self._root = await self._stack.enter_async_context(tree)
        self._stack.push_async_callback(self._close_rooms)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """Close all rooms at once, as their callers would notice it, then stop the tree.

        Cancelled, it leaves the callers to it; the tree is stopped in its order all the same.
        """
        self._is_leaving = True
        return await self._stack.__aexit__(kind, error, traceback)

    async def _close_rooms(self) -> None:
        async with asyncio.TaskGroup() as rooms:
            for job in tuple(self._jobs.values()):
                rooms.create_task(job.close("the worker stops"))

    def _tree(self) -> SupervisorSpec:
        return SupervisorSpec(
            children=(
                ChildSpec(id="curtains", start=CurtainPuller, address=self._curtains),
                _dynamic("telemetry", self._subscribers),
                _dynamic("engines", self._engines),
                _dynamic("jobs", self._rooms),
                ChildSpec(
                    id="doors",
                    start=lambda: Supervisor(self._all_doorways()),
                    address=self._doors,
                    shutdown_s=STOPPED_WITHIN_S,
                ),
            ),
        )

    def _all_doorways(self) -> SupervisorSpec:
        """Return what is open by now, so that all of it comes back if the supervisor falls."""
        return SupervisorSpec(
            children=tuple(doorway() for doorway in self._doorways), intensity=PATIENT
        )

    # ------------------------------------------------------------ rooms

    async def open_room(
        self,
        room: str,
        transport: Transport,
        *,
        userdata: object = None,
        in_writing: bool = False,
    ) -> Job:
        """Start a job for this room; returns once its tree is up.

        ``userdata`` is what the agent finds in ``session.userdata(Kind)``. ``in_writing``: the
        caller writes and reads, so the agent's ears and voice stay out.

        Raises:
            UserError: The room is open already, the agent's declaration is wrong, or the worker
                is not entered or has ended.
        """
        if not self.is_up:
            raise UserError("open rooms inside 'async with Worker(…)': the worker is not up")
        if room in self._jobs and self._jobs[room].tree.is_running:
            raise UserError(f"the room {room!r} is open already: close it first, or choose another")
        self._jobs = {name: job for name, job in self._jobs.items() if job.tree.is_running}
        opening = Opening(room, transport, userdata, in_writing)
        observer = RoomObserver(room, self._telemetry.publish, self._now_ns)
        plan = plan_job(self._agent, opening, self._house, observer)
        spec = job_tree(plan)
        child = ChildSpec(
            id=room,
            start=lambda: RoomSupervisor(plan.call, spec),
            restart=Restart.TEMPORARY,
            address=plan.tree,
            shutdown_s=spec.shutdown_s,
            start_timeout_s=spec.start_timeout_s,
        )
        job = self._jobs[room] = Job(room, plan.handle, plan.tree, plan.call)
        plan.tree.monitor(self._curtains, job)
        await self._rooms.ask(StartChild(child), timeout_s=OPEN_WITHIN_S)
        parts = plan.call.slots - {"tts"} if in_writing else plan.call.slots
        log.info("room opened", room=room, mode=pipeline_mode(parts).value)
        return job

    def _now_ns(self) -> int:
        return 0 if self._clock is None else self._clock.now_ns()

    async def drain(self, within_s: float) -> None:
        """Let nobody new in by the doors, and wait until the calls under way are over.

        Those that are not over ``within_s`` stay open: leaving the worker ends them politely.
        """
        self._takes_calls = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while rooms := self.rooms:
                    await asyncio.gather(*(self._jobs[room].tree.ended() for room in rooms))

    async def open_door(self, name: str, start: Callable[[], ActorBase]) -> None:
        """Start an actor that lets the outside in; it stops before the rooms do."""
        doorway = partial(ChildSpec, id=name, start=start, restart=Restart.TRANSIENT)
        await self._doors.ask(StartChild(doorway()), timeout_s=OPEN_WITHIN_S)
        self._doorways.append(doorway)

    # ------------------------------------------------------------ doors

    def asgi(self, config: DoorConfig | None = None) -> ASGIApp:
        """Return the doors as an ASGI application, to be mounted in any other.

        It may be made before the worker is entered, and answers 503 until then.

        Raises:
            UserError: the doors were made before with another configuration, or
                ``UNDERSTUDY_SECRET`` is too short.
        """
        from runtime.doors.app import asgi_app  # noqa: PLC0415 - loads WebRTC, codecs and all

        return asgi_app(self.doors(config))

    def doors(self, config: DoorConfig | None = None) -> Doors:
        """Return what the routes of the doors share, made on first use.

        Raises:
            UserError: see `asgi`.
        """
        if self._open_doors is None:
            desk = TokenDesk(self._settings.door_secret)
            self._open_doors = Doors(self, config or DoorConfig(), desk)
            self._telemetry.subscribe_early(self._open_doors.hear)
            self._doorways += self._open_doors.actors()
            if self._root is not None:
                for doorway in self._open_doors.actors():
                    self._doors.tell(StartChild(doorway()))
        elif config is not None and config != self._open_doors.config:
            raise UserError("the worker's doors are set up already, in another way")
        return self._open_doors

    def token(
        self, identity: str, *grants: Grant | str, room: str | None = None, lives_s: int = 300
    ) -> str:
        """Return a token for the doors.

        Args:
            identity: who it is for.
            grants: what it allows, such as `Grant.JOIN` or ``"join"``.
            room: for which room `Grant.JOIN` and `Grant.LISTEN` hold.
            lives_s: for how long it lets somebody in for the first time.

        Raises:
            UserError: the identity or the room is no name, or there is no such grant.
        """
        return self.doors().desk.issue(identity, grants, lives_s=lives_s, room=room)

    # ------------------------------------------------------------ looking in

    @property
    def is_up(self) -> bool:
        """Whether the worker has been entered, and is not being left."""
        return self._root is not None and self._root.is_running and not self._is_leaving

    @property
    def takes_calls(self) -> bool:
        """Whether the doors let in who is new: not once it drains."""
        return self._takes_calls

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms that are open, or about to be."""
        return tuple(name for name, job in self._jobs.items() if job.tree.last_exit is None)

    def actor(self, *path: str) -> Address[Any] | None:
        """Return an actor by the names of the tree, such as ``("jobs", "r1", "session")``."""
        return None if self._root is None else find(self._root, path)

    async def subscribe(self, callback: Callable[[Report], None]) -> None:
        """Call ``callback`` on the loop with every public event of every room from now on."""
        await self._telemetry.subscribe(callback)

    async def snapshot(self) -> TreeNode:
        """Return the whole tree as it is now.

        Raises:
            RuntimeError: The worker has not been entered.
        """
        if self._root is None:
            raise RuntimeError("enter the worker first: async with Worker(…) as worker")
        return await self._root.ask(Snapshot(), timeout_s=SNAPSHOT_WITHIN_S)


def _dynamic(name: str, address: Address[Any]) -> ChildSpec:
    spec = SupervisorSpec(intensity=PATIENT)
    return ChildSpec(
        id=name, start=lambda: Supervisor(spec), address=address, shutdown_s=STOPPED_WITHIN_S
    )
