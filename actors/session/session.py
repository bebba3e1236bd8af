"""The Session: the turn machine as an actor, which alone decides who speaks when.

Every input is applied to the call record in one step; the effects of the step lie in the record
until they are carried out. A restarted Session therefore goes on exactly where the last one stood.
No user code runs here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from actors.call_record import Act, CallRecord, Deed
from actors.events import (
    CallerDone,
    CallerJoined,
    CallerLeft,
    HangUp,
    LineClosed,
    SlotDark,
    SlotLit,
)
from actors.hook_runner import Hook, failure_of, run_hook
from actors.part import EndReply, HandOver
from actors.reports import AgentChanged, SessionClosed, WokenUp
from actors.session.call_limits import Clockwork, LimitDue
from actors.session.conductor import Conductor
from actors.session.giving_up import give_up
from actors.session.inputs import Listener
from actors.session.memory import shown
from actors.session.outages import OUTAGES, Outages
from actors.session.plan import SessionPlan
from actors.session.succession import EXIT_HOOK_S, Succession
from actors.session.summary import KEEP_TURNS
from actors.tools.events import ToolEnded
from actors.turn_taking import (
    AgentState,
    CancelTimer,
    Input,
    SetTimer,
    TimerName,
    initial,
    inputs,
    rearm,
    step,
)
from actors.turn_taking import effects as fx
from actors.turn_taking.trace import Step
from actors.wishes import (
    ChangeLineup,
    Close,
    GetConversation,
    StopSpeaking,
)
from supervision.actor import Actor
from supervision.address import Down
from supervision.messages import Exit, ExitReason

SUMMARY_S = 60.0
MAX_TRIES = 2


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
        self._conductor = Conductor(plan.call, self._now_ns)
        self._listener = Listener(self._conductor, plan.call.track_rate_hz)
        self._clockwork = Clockwork(plan.limits, self)
        self._outages = Outages(plan.call, self._conductor, self._clockwork, self)
        self._succession = Succession(plan.call, self, plan.summarise)

    def _now_ns(self) -> int:
        return self.clock.now_ns()

    @property
    def _record(self) -> CallRecord:
        return cast("CallRecord", self.hold)

    def on_start(self) -> None:
        """Take up the record, or open it."""
        self._call.name_in_logs("session")
        if self.hold is None:
            part = self._plan.part
            machine = initial(part.rules, self._plan.capabilities)
            self.hold = CallRecord(machine, {part.id: part}, part.id)
            self._clockwork.begin(self._record)
        else:
            self._clockwork.resume(self._record)
            self._succession.take_up(self._record)
            again = rearm(self._record.machine)
            self._record.todo.extend(deed for deed in again if deed not in self._record.todo)
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
        if isinstance(message, ChangeLineup):  # what was cut was told to those who leave
            self._call.lineup.filled = message.filled
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
            case LimitDue() | SlotDark() | SlotLit():
                return self._endangered(record, message, now_ns)
            case CallerDone():
                record.caller_done = True
                self._end_if_quiet(record)
            case Close(reason):
                return self._close(record, reason)
            case LineClosed(reason):
                return self._line_ended(record, reason)
            case Down(key="transport", reason=reason):
                return self._transport_down(record, reason)
            case Down(key=("hook", str(name))):
                return self._hook_ended(record, name, message)
            case HandOver() | ToolEnded(hand_over=HandOver()):
                return self._handed_over(record, message, now_ns)
            case _:
                return self._listener.inputs(record, message, now_ns)
        return ()

    # ------------------------------------------------------------ effects

    def _drain(self) -> None:
        """Carry out what is left to do; a deed over which two incarnations fell is given up."""
        record = self._record
        while record.todo:
            record.tries += 1
            if record.tries <= MAX_TRIES:
                self._carry_out(record.todo[0])
                record.todo.popleft()
                record.tries = 0
            else:
                record.tries = 0  # first: a Session that falls over the telling does not try again
                give_up(record, self._conductor, self.address)
        if record.ending and not record.closed:
            record.closed = True
            self._conductor.close_cut(record)
            self._conductor.report(SessionClosed(record.closing))
            self._call.addresses.transport.tell(HangUp(record.closing))
            self.stop()

    def _carry_out(self, deed: Deed) -> None:
        match deed:
            case SetTimer(name, due_ns):
                delay_s = max(0, due_ns - self.clock.now_ns()) / 1e9
                self.after(delay_s, _TimerDue(name), key=name)
            case CancelTimer(name):
                self.cancel_after(name)
            case Act():
                for given in self._succession.act(self._record, deed):
                    self._step(self._record, given, self.clock.now_ns())
            case AgentChanged():
                self._conductor.report(deed)
            case _:
                self._conductor.carry_out(self._record, deed)
                if isinstance(deed, fx.AgentStateChanged):
                    self._end_if_quiet(self._record)
                    self._summarise_if_due(self._record)
                elif isinstance(deed, fx.WakeUp):
                    self._conductor.report(WokenUp())
                    self.run_hook("on_wake_up", self._record.part.hooks.on_wake_up, timeout_s=None)

    def _handed_over(
        self, record: CallRecord, message: HandOver | ToolEnded, now_ns: int
    ) -> tuple[Input, ...]:
        """Let another agent take over; if a tool did it, its output is written first, once."""
        if isinstance(message, HandOver):
            return self._succession.begin(record, message)
        order = message.hand_over if message.output.call_id in record.tool_calls else None
        if order is not None:
            self._call.addresses.llm.tell(EndReply(message.epoch))
        ended = self._listener.inputs(record, message, now_ns)
        return ended if order is None else (*ended, *self._succession.begin(record, order))

    # ------------------------------------------------------------ begin and end

    def _joined(self, record: CallRecord, who: str) -> tuple[Input, ...]:
        if record.entered:
            return (inputs.Joined(who),)
        self.run_hook("on_enter", record.part.hooks.on_enter, timeout_s=None)
        record.entered = True
        return (inputs.Joined(who), inputs.Started())

    def _end_if_quiet(self, record: CallRecord) -> None:
        is_quiet = record.agent_state == AgentState.IDLE.value
        if record.caller_done and is_quiet and not self._succession.goes_on(record):
            self.address.tell(Close("the caller has finished"))

    def _summarise_if_due(self, record: CallRecord) -> None:
        context, conversation = record.part.script.context, shown(record)
        if record.summarising or not context.wants_summary(conversation, record.summary):
            return
        summarise, before = self._plan.summarise, record.summary
        self.run_hook(
            "summary", lambda: summarise(conversation, before, KEEP_TURNS), timeout_s=SUMMARY_S
        )
        record.summarising = True

    def _endangered(
        self, record: CallRecord, message: LimitDue | SlotDark | SlotLit, now_ns: int
    ) -> tuple[Input, ...]:
        if not isinstance(message, LimitDue):
            wish = self._outages.heard(record, message)
            if wish is None or isinstance(wish, inputs.Withdraw):
                return () if wish is None else (wish,)
            return self._listener.inputs(record, wish, now_ns)
        if message.why not in record.limits or record.closing:
            return ()
        if message.why in OUTAGES.values():
            say, cut = self._outages.end(record, message.why)
            ended = (cut, *self._listener.inputs(record, say, now_ns))
        else:
            ended = self._close(record, message.why)
        del record.limits[message.why]
        return ended

    def _close(self, record: CallRecord, reason: str) -> tuple[Input, ...]:
        """Begin to close: first the user's goodbye, then the machine, then the line."""
        if record.closing:
            return ()
        if not record.acts:
            self.run_hook("on_exit", record.part.hooks.on_exit, timeout_s=EXIT_HOOK_S)
        else:  # if nobody says goodbye, one has gone and the next was never there
            record.ending = not self._succession.break_off(record)
        record.closing = reason  # last: a Session that fell over this does the whole of it again
        return (inputs.Close(),) if record.ending else ()

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
        if (failure := failure_of(name, down.reason)) is not None:
            self._conductor.report(failure)
        if name == "summary":
            record.summarising = False
        if record.closing and name == "on_exit":
            record.ending = True
            return (inputs.Close(),)
        self._succession.hook_ended(record, name)
        return ()

    def run_hook(
        self, name: str, hook: Callable[[], Awaitable[None]], *, timeout_s: float | None
    ) -> None:
        """Run user code in a child of its own; its end is told to the Session."""
        run_hook(self._call, self.address, Hook(name, hook, timeout_s))
