"""The Session: the turn machine as an actor, which alone decides who speaks when.

Every input is applied to the call record in one step; the effects of the step lie in the record
until they are carried out. A restarted Session therefore goes on exactly where the last one stood.
No user code runs here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from actors.call import AnyAddress, Call
from actors.call_limits import CallLimits, Clockwork, LimitDue
from actors.call_record import CallRecord
from actors.conductor import Conductor
from actors.conversation import Conversation, Summary
from actors.events import CallerDone, CallerJoined, CallerLeft, HangUp, LineClosed
from actors.hook_runner import HookRunner
from actors.producer import Script
from actors.reports import Failure, SessionClosed, WokenUp
from actors.session_inputs import Listener
from actors.turn_taking import (
    AgentState,
    CancelTimer,
    Capabilities,
    Input,
    SetTimer,
    TimerName,
    TurnTakingConfig,
    initial,
    inputs,
    rearm,
    step,
)
from actors.turn_taking import effects as fx
from actors.turn_taking.trace import Step, Trace
from actors.wishes import (
    Close,
    GetConversation,
    StopSpeaking,
)
from supervision.actor import Actor
from supervision.address import Address, Down
from supervision.messages import Exit, ExitReason
from supervision.spec import ChildSpec, Restart
from supervision.supervisor import StartChild

EXIT_HOOK_S = 10.0
SUMMARY_S = 60.0
MAX_TRIES = 2


@dataclass(frozen=True, slots=True)
class Hooks:
    """The user's code that a Session sets going, never runs itself."""

    on_enter: Callable[[], Awaitable[None]]
    on_exit: Callable[[], Awaitable[None]]
    on_wake_up: Callable[[], Awaitable[None]]
    summarise: Callable[[Conversation, Summary | None], Awaitable[None]]
    """Has a model summarise the conversation, and tells the Session (`SummaryWritten`)."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a Session is made from."""

    call: Call
    script: Script
    hooks: Hooks
    turn_taking: TurnTakingConfig
    capabilities: Capabilities
    resumable: bool
    """Whether the transport is started again after a failure."""
    limits: CallLimits = field(default_factory=CallLimits)
    trace: Trace | None = None
    """Is given each step of the turn machine."""


@dataclass(frozen=True, slots=True)
class _TimerDue:
    name: TimerName


class Session(Actor):
    """Owns the call record.

    Ends the call by ending itself, once everything that has to be said about it was said.
    """

    def __init__(self, plan: SessionPlan) -> None:
        """Keep the plan; the record is the address's hold."""
        super().__init__()
        self._plan = plan
        self._call = plan.call
        self._conductor = Conductor(plan.call, plan.script, self._now_ns)
        self._listener = Listener(self._conductor, plan.call.track_rate_hz)
        self._clockwork = Clockwork(plan.limits, self)

    def _now_ns(self) -> int:
        return self.clock.now_ns()

    @property
    def _record(self) -> CallRecord:
        return cast("CallRecord", self.hold)

    def on_start(self) -> None:
        """Take up the record, or open it."""
        self._call.name_in_logs("session")
        if self.hold is None:
            self.hold = CallRecord(initial(self._plan.turn_taking, self._plan.capabilities))
            self._clockwork.begin(self._record)
        else:
            self._clockwork.resume(self._record)
            for effect in rearm(self._record.machine):
                self._carry_out(effect)
        self._call.addresses.transport.monitor(self.address, "transport")
        self._drain()

    def on_receive(self, message: object) -> object:
        """Apply one message.

        The same one again (the last incarnation fell over it) only finishes what it began.
        """
        record = self._record
        if isinstance(message, GetConversation):
            return record.conversation
        if record.applied is not message:
            now_ns = self.clock.now_ns()
            for given in self._inputs(record, message, now_ns):
                self._step(record, given, now_ns)
            record.applied = message
        self._drain()
        return None

    def _step(self, record: CallRecord, given: Input, now_ns: int) -> None:
        before = record.machine
        record.machine, effects = step(before, given, now_ns)
        record.todo.extend(effects)
        if self._plan.trace is not None:
            self._plan.trace(Step(now_ns, given, before, record.machine, effects))

    def _inputs(self, record: CallRecord, message: object, now_ns: int) -> tuple[Input, ...]:
        match message:
            case _TimerDue(name):
                return (inputs.Timer(name),)
            case StopSpeaking(force):
                return (inputs.Interrupt(force),)
            case CallerJoined(who):
                self._clockwork.joined(record, who)
                return self._joined(record, who)
            case CallerLeft(who):
                self._clockwork.left(record, who)
                return (inputs.Left(who),)
            case LimitDue(why) if why in record.limits:
                self._close(record, why)
            case CallerDone():
                record.caller_done = True
                self._end_if_quiet(record)
            case Close(reason):
                self._close(record, reason)
            case LineClosed(reason):
                return self._line_ended(record, reason)
            case Down(key="transport", reason=reason):
                return self._transport_down(record, reason)
            case Down(key=("hook", str(name))):
                return self._hook_ended(record, name, message)
            case _:
                return self._listener.inputs(record, message, now_ns)
        return ()

    # ------------------------------------------------------------ effects

    def _drain(self) -> None:
        """Carry out what is left to do; an effect over which two incarnations fell is given up."""
        record = self._record
        while record.todo:
            record.tries += 1
            if record.tries <= MAX_TRIES:
                self._carry_out(record.todo[0])
            record.todo.popleft()
            record.tries = 0
        if record.ending and not record.closed:
            record.closed = True
            self._conductor.close_interrupted(record)
            self._conductor.report(SessionClosed(record.closing))
            self._call.addresses.transport.tell(HangUp(record.closing))
            self.stop()

    def _carry_out(self, effect: fx.Effect) -> None:
        match effect:
            case SetTimer(name, due_ns):
                delay_s = max(0, due_ns - self.clock.now_ns()) / 1e9
                self.after(delay_s, _TimerDue(name), key=name)
            case CancelTimer(name):
                self.cancel_after(name)
            case _:
                self._conductor.carry_out(self._record, effect)
                if isinstance(effect, fx.AgentStateChanged):
                    self._end_if_quiet(self._record)
                    self._summarise_if_due(self._record)
                elif isinstance(effect, fx.WakeUp):
                    self._conductor.report(WokenUp())
                    self._run_hook("on_wake_up", self._plan.hooks.on_wake_up, timeout_s=None)

    # ------------------------------------------------------------ begin and end

    def _joined(self, record: CallRecord, who: str) -> tuple[Input, ...]:
        if record.entered:
            return (inputs.Joined(who),)
        record.entered = True
        self._run_hook("on_enter", self._plan.hooks.on_enter, timeout_s=None)
        return (inputs.Joined(who), inputs.Started())

    def _end_if_quiet(self, record: CallRecord) -> None:
        if record.caller_done and record.agent_state == AgentState.IDLE.value:
            self.address.tell(Close("the caller has finished"))

    def _summarise_if_due(self, record: CallRecord) -> None:
        context = self._plan.script.context
        if record.summarising or not context.wants_summary(record.conversation, record.summary):
            return
        record.summarising = True
        summarise, before = self._plan.hooks.summarise, record.summary
        conversation = record.conversation
        self._run_hook("summary", lambda: summarise(conversation, before), timeout_s=SUMMARY_S)

    def _close(self, record: CallRecord, reason: str) -> None:
        """Begin to close: first the user's goodbye, then the machine, then the line."""
        if record.closing:
            return
        record.closing = reason
        self._run_hook("on_exit", self._plan.hooks.on_exit, timeout_s=EXIT_HOOK_S)

    def _line_ended(self, record: CallRecord, reason: str) -> tuple[Input, ...]:
        """Nobody hears a goodbye any more: what is queued is dropped, then the call is closed."""
        self._close(record, reason)
        return (inputs.Close(),)

    def _transport_down(self, record: CallRecord, reason: ExitReason) -> tuple[Input, ...]:
        if record.closing:
            return ()
        if self._plan.resumable and reason.kind is not Exit.NORMAL:
            self._call.addresses.transport.monitor(self.address, "transport")
            return ()
        return self._line_ended(record, f"the transport ended: {reason.error or 'it stopped'}")

    def _hook_ended(self, record: CallRecord, name: str, down: Down) -> tuple[Input, ...]:
        if down.reason.kind not in {Exit.NORMAL, Exit.SHUTDOWN}:
            error = down.reason.error
            detail = f"{type(error).__name__}: {error}" if error else down.reason.kind.name.lower()
            self._conductor.report(Failure(name, "error", detail))
        if name == "summary":
            record.summarising = False
        if name != "on_exit":
            return ()
        record.ending = True
        return (inputs.Close(),)

    def _run_hook(
        self, name: str, hook: Callable[[], Awaitable[None]], *, timeout_s: float | None
    ) -> None:
        address: AnyAddress = Address(name)
        address.monitor(self.address, ("hook", name))
        spec = ChildSpec(
            id=name,
            start=lambda: HookRunner(hook, timeout_s=timeout_s),
            restart=Restart.TEMPORARY,
            address=address,
        )
        self._call.addresses.tools.tell(StartChild(spec))
