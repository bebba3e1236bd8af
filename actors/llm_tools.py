"""One round of tools: each call a temporary child, recorded from its start to its one output."""

from supervision.supervisor import StartChild, StopChild

from actors.call import Call
from actors.conversation import ToolOutput
from actors.events import ToolEnded, ToolStarted, ToolStatus
from actors.llm_job import LlmJob
from actors.ports import Toolbox
from actors.tool_runner import ToolRunner
from supervision.address import Address
from supervision.spec import ChildSpec, Restart

TOOL_TIMEOUT_S = 30.0


class ToolRound:
    """Starts, records and interrupts the tools of a job's present round.

    Stateless: the job holds it all.
    """

    def __init__(self, call: Call, role: Address[object], job: LlmJob) -> None:
        """Work for the ``role`` on the ``job``."""
        self._call = call
        self._role = role
        self._job = job
        self._session = call.addresses.session

    def start(self, toolbox: Toolbox) -> None:
        """Start every call of the round beside each other."""
        for tool_call in self._job.calls.values():
            self._session.tell(ToolStarted(self._job.epoch, tool_call))
            address: Address[object] = Address(f"tool {tool_call.name}")
            address.monitor(self._role, ("tool", tool_call.call_id))
            spec = ChildSpec(
                id=tool_call.id,
                start=lambda tool_call=tool_call: ToolRunner(
                    toolbox, tool_call, self._job.epoch, self._role, timeout_s=TOOL_TIMEOUT_S
                ),
                restart=Restart.TEMPORARY,
                address=address,
            )
            self._call.addresses.tools.tell(StartChild(spec))

    def ended(self, call_id: str, text: str, status: ToolStatus) -> None:
        """Record the one output of a call."""
        tool_call = self._job.calls[call_id]
        output = ToolOutput(
            call_id=call_id, name=tool_call.name, output=text, is_error=status != "done"
        )
        self._job.outputs[call_id] = output
        self._session.tell(ToolEnded(self._job.epoch, output, tool_call.arguments, status))

    def interrupt(self) -> None:
        """Stop what still runs; its output says that it was interrupted."""
        for call_id, tool_call in self._job.calls.items():
            if call_id not in self._job.outputs:
                self._call.addresses.tools.tell(StopChild(tool_call.id))
                self.ended(call_id, "interrupted: unknown whether it was done", "interrupted")
