"""One round of tools: each call a temporary child, recorded from its start to its one output."""

from collections.abc import Callable

from actors.call import AnyAddress, Call
from actors.conversation import ToolCall, ToolOutput
from actors.llm.job import LlmJob, wish_of
from actors.part import HandOver
from actors.tool_limits import ToolLimits
from actors.tools.events import ToolEnded, ToolStarted, ToolStatus
from actors.tools.runner import ToolReturned, ToolRunner
from actors.user_code import blame
from supervision.address import Address
from supervision.messages import ExitReason
from supervision.spec import ChildSpec, Restart
from supervision.supervisor import StartChild, StopChild

UNKNOWN = "interrupted: unknown whether it was done"
MAX_SAME_CALLS = 3
"""A model that asks more often than this for the same thing in one reply runs in circles."""


class ToolRound:
    """Starts, records and interrupts the tools of a job's present round.

    Stateless: the job holds it all.
    """

    def __init__(
        self,
        call: Call,
        role: Address[object],
        job: LlmJob,
        tell: Callable[[AnyAddress, object], None],
    ) -> None:
        """Work for the ``role`` on the ``job``; ``tell`` is how the role tells others."""
        self._call = call
        self._role = role
        self._job = job
        self._tell = tell

    def start(self) -> None:
        """Start every call of the round beside each other, once."""
        if self._job.started:
            return
        self._job.started = True
        for tool_call in self._job.calls.values():
            if not self._reuse(tool_call):
                self._start(tool_call)

    def _reuse(self, tool_call: ToolCall) -> bool:
        """Give what the same call has given already to a model that has just taken over.

        It may ask again for what was done before its time.
        """
        done = self._job.done.get(wish_of(tool_call)) if self._job.is_resumed else None
        if done is None or self._limits(tool_call).repeatable:
            return False
        again = ToolOutput(
            call_id=tool_call.call_id,
            name=done.name,
            output=done.output,
            is_error=done.is_error,
        )
        self._job.outputs[tool_call.call_id] = again
        return True

    def _start(self, tool_call: ToolCall) -> None:
        limits = self._limits(tool_call)
        started = ToolStarted(self._job.epoch, tool_call, limits.safe, limits.timeout_s)
        self._tell_session(started)
        wish = wish_of(tool_call)
        self._job.asked[wish] += 1
        if self._job.asked[wish] > MAX_SAME_CALLS:
            text = f"not run: {tool_call.name} was called {MAX_SAME_CALLS} times just so already"
            self.ended(tool_call.call_id, text, "failed")
        else:
            self._run(tool_call)

    def _tell_session(self, message: ToolStarted | ToolEnded) -> None:
        self._tell(self._call.addresses.session, message)

    def _run(self, tool_call: ToolCall) -> None:
        address: Address[object] = Address(f"tool {tool_call.name}")
        address.monitor(self._role, ("tool", tool_call.call_id))
        timeout_s = self._limits(tool_call).timeout_s
        spec = ChildSpec(
            id=tool_call.id,
            start=lambda: ToolRunner(
                self._job.toolbox, tool_call, self._job.epoch, self._role, timeout_s=timeout_s
            ),
            restart=Restart.TEMPORARY,
            address=address,
        )
        self._tell(self._call.addresses.tools, StartChild(spec))

    def _limits(self, tool_call: ToolCall) -> ToolLimits:
        return self._job.toolbox.limits(tool_call.name)

    def fell(self, call_id: str, reason: ExitReason) -> None:
        """Record the end of a tool that gave no output: what it raised is its output."""
        error = reason.error
        if error is None:
            self.ended(call_id, UNKNOWN, "interrupted")
        else:  # a bug: its text alone, such as that of a KeyError, would say nothing
            self.ended(call_id, blame(error), "failed")

    def abandoned(self, call_id: str) -> None:
        """Go on without a tool that has not come to an end in its time."""
        tool_call = self._job.calls[call_id]
        timeout_s = self._limits(tool_call).timeout_s
        text = f"{tool_call.name} gave no answer within {timeout_s:g} s"
        self.ended(call_id, text, "abandoned")

    def returned(self, returned: ToolReturned) -> None:
        """Record what a tool gave; of two that hand the call over in one reply the first does."""
        hand_over = returned.hand_over
        if hand_over is not None and self._job.handed_over:
            self.ended(returned.call_id, "not done: the call was handed over already", "failed")
            return
        self._job.handed_over = self._job.handed_over or hand_over is not None
        self.ended(returned.call_id, returned.output, "done", hand_over)

    def ended(
        self, call_id: str, text: str, status: ToolStatus, hand_over: HandOver | None = None
    ) -> None:
        """Record the one output of a call."""
        tool_call = self._job.calls[call_id]
        output = ToolOutput(
            call_id=call_id, name=tool_call.name, output=text, is_error=status != "done"
        )
        self._job.outputs[call_id] = output
        ended = ToolEnded(self._job.epoch, output, tool_call.arguments, status, hand_over)
        self._tell_session(ended)

    def interrupt(self) -> None:
        """Stop what still runs; its output says that it was interrupted."""
        if not self._job.started:
            return
        for call_id, tool_call in self._job.calls.items():
            if call_id not in self._job.outputs:
                self._tell(self._call.addresses.tools, StopChild(tool_call.id))
                self.ended(call_id, UNKNOWN, "interrupted")
