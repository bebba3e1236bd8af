"""One simulated call from its plan to its outcome: the same seed, the same events."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from actors.call import CallAddresses
from actors.ports import Transport
from runtime.agent import Agent, AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.testing.brain import Brain
from runtime.testing.caller import SimulatedCaller
from runtime.testing.code import CodeBook
from runtime.testing.ear import Ear
from runtime.testing.ears import CallerVAD
from runtime.testing.fates import Fates
from runtime.testing.human import Human
from runtime.testing.log import CallLog
from runtime.testing.outputs import NS_PER_S
from runtime.testing.plan import CallPlan
from runtime.testing.scripts import with_mocks
from runtime.testing.simulation import needs_something
from runtime.testing.trouble import JITTER, SIMULATED, ActorFault, Blow, ClockFault, kind_of
from runtime.testing.vendors import SimLLM, SimSTT, SimTTS
from runtime.testing.writer import WritingCaller
from runtime.worker import Worker
from supervision.address import Address
from supervision.leftover_tasks import LeftoverTasks, check_nothing_left
from supervision.living import living_actors
from supervision.simulation_loop import Receive, SimulationLoop
from supervision.virtual_time import Deadlock, Livelock
from transports.loopback import LoopbackTransport
from transports.text_line import TextTransport

ROOM = "simulated"


class SimulatedCrash(Exception):
    """An actor fell over a message because the plan said so."""


def hold(
    target: AgentTarget, plan: CallPlan, *, real_tools: bool = False, turns_seed: str = "turns"
) -> CallLog:
    """Hold the call of this plan and return what happened.

    Args:
        target: the agent.
        plan: the call.
        real_tools: let the agent's own tools run; else they only pretend.
        turns_seed: with the plan's own seed decides which of the actors with mail runs next.
    """
    begun_s, before, others = time.perf_counter(), living_actors(), threads()
    state = random.getstate()
    random.seed(plan.seed)
    agent = instantiate(target)
    config = AgentConfig.of(agent)
    if not config.tts:  # nobody would hear an answer
        plan = replace(plan, in_writing=True)
    fates = Fates(plan)
    brain = Brain(random.Random(f"brain {plan.seed}"))  # noqa: S311 - no secret
    caller = WritingCaller() if plan.in_writing else SimulatedCaller()
    log = CallLog(plan, caller, brain, CodeBook())
    chance = random.Random(f"{turns_seed} {plan.seed}")  # noqa: S311 - no secret
    clock, blows = _Clock(plan, fates), _Blows(plan, fates)

    def watch(address: Address[Any], receive: Receive) -> Receive:
        return log.deeds.watch(address, blows.watch(address, receive))

    def new_loop() -> SimulationLoop:
        loop = SimulationLoop(chance, watch=watch, late_ns=clock.late_ns)
        clock.now_s = loop.time
        return loop

    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            _cast(agent, config, log, fates)
            agent = agent if real_tools else _with_pretended_tools(agent, config)
            runner.run(_hold(agent, log))
            check_nothing_left(runner.get_loop())
    except (LeftoverTasks, Deadlock, Livelock) as error:
        log.left.append(f"{type(error).__name__}: {str(error).partition('; pending')[0]}")
    finally:
        random.setstate(state)
    if living_actors() > before:
        log.left.append(f"{living_actors() - before} actors live on")
    log.left.extend(f"thread {name}" for name in threads() - others)
    log.struck = fates.struck
    log.wall_s = time.perf_counter() - begun_s
    return log


async def _hold(agent: Agent, log: CallLog) -> None:
    ear = Ear(log.reports)
    loop = asyncio.get_running_loop()
    async with Worker(agent, trace=log.steps.append) as worker:
        await worker.subscribe(ear.take)
        job = await worker.open_room(ROOM, _line(log.caller), in_writing=log.plan.in_writing)
        human = Human(log.caller, job, ear)
        log.closed = await human.live(log.plan)
        ends_s = (human.ended_at_s, log.deeds.hung_up_at_s)
        log.ended_at_s = min((end_s for end_s in ends_s if end_s is not None), default=None)
        log.over_at_s = loop.time()
    log.left.extend(_mail_left(job.call.addresses))


def _line(caller: SimulatedCaller) -> Transport:
    if isinstance(caller, WritingCaller):
        return TextTransport(caller.text)
    return LoopbackTransport(caller)


def _mail_left(addresses: CallAddresses) -> list[str]:
    """Name the mail that nobody has read, and what was given up or refused."""
    stages = (addresses.session, addresses.audio_track, addresses.ingress, addresses.transport)
    found: list[str] = []
    for address in (*stages, addresses.tools, *addresses.slots.values()):
        stats = address.stats()
        if stats.depth or stats.set_aside or stats.refused:
            wrong = f"{stats.depth} unread, {stats.set_aside} set aside, {stats.refused} refused"
            found.append(f"mail of {address.name}: {wrong}")
    return found


def _with_pretended_tools(agent: Agent, config: AgentConfig) -> Agent:
    return with_mocks(agent, dict.fromkeys((s.name for s in config.toolbox.schemas), "done"))


def _cast(agent: Agent, config: AgentConfig, log: CallLog, fates: Fates) -> None:
    count = 2 if log.plan.understudies else 1
    agent.denoise, agent.vad = None, CallerVAD(name="sim-vad")
    agent.stt = SimSTT(log.caller, fates)
    log.has_voice = bool(config.tts) and not log.plan.in_writing
    if config.llm:
        agent.llm = [SimLLM(log.brain, fates, by_prefix=log.plan.timings)] * count
    if config.tts:
        agent.tts = [SimTTS(log.code, fates)] * count
        agent.phrases = replace(agent.phrases, in_advance=False)  # streams are counted
    if any(needs_something(detector) for detector in config.turn_detector):
        agent.turn_detector = None


@dataclass(slots=True)
class _Blows:
    """Ends actors at the messages that the plan names."""

    plan: CallPlan
    fates: Fates
    seen: Counter[str] = field(default_factory=Counter[str])

    def watch(self, address: Address[Any], receive: Receive) -> Receive:
        name = address.name
        faults = [f for f in self.plan.faults if isinstance(f, ActorFault) and f.actor == name]
        if not faults:
            return receive

        def handle(message: Any) -> Any:
            number = self.seen[name]
            self.seen[name] += 1
            for fault in faults:
                if fault.message == number:
                    self._strike(address, fault)
            return receive(message)

        return handle

    def _strike(self, address: Address[Any], fault: ActorFault) -> None:
        self.fates.note(fault.actor, kind_of(fault))
        if fault.blow is Blow.CRASH:
            raise SimulatedCrash(f"{SIMULATED} at message {fault.message}")
        # As from outside: when the handler has ended or waits, not before it has begun.
        asyncio.get_running_loop().call_soon(address.kill)


class _Clock:
    """Makes the loop late, a little always and much where the plan says so."""

    def __init__(self, plan: CallPlan, fates: Fates) -> None:
        self._stalls = sorted(
            (f for f in plan.faults if isinstance(f, ClockFault)), key=lambda fault: fault.at_s
        )
        self._fates = fates
        self._jitter_ns = int(plan.jitter_s * NS_PER_S)
        self._chance = random.Random(f"clock {plan.seed}")  # noqa: S311 - no secret
        self._is_noted = False
        self.now_s: Callable[[], float] = float

    def late_ns(self) -> int:
        late_ns = 0
        if self._jitter_ns:
            late_ns = int(self._chance.random() * self._jitter_ns)
            self._note_jitter()
        if self._stalls and self.now_s() >= self._stalls[0].at_s:
            stall = self._stalls.pop(0)
            self._fates.note("clock", kind_of(stall))
            late_ns += int(stall.stall_s * NS_PER_S)
        return late_ns

    def _note_jitter(self) -> None:
        """Count it once a call."""
        if not self._is_noted:
            self._is_noted = True
            self._fates.note("clock", JITTER)


def threads() -> set[str]:
    """Name the threads that would keep the process from ending."""
    return {thread.name for thread in threading.enumerate() if not thread.daemon}
