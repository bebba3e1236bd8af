"""A supervisor of one room."""

from actors.call import Call
from supervision.spec import SupervisorSpec
from supervision.supervisor import Supervisor


class RoomSupervisor(Supervisor):
    """What it logs of its children bears the room, as what they log themselves does."""

    def __init__(self, call: Call, spec: SupervisorSpec) -> None:
        """Keep the children and the rules."""
        super().__init__(spec)
        self._call = call

    async def on_start(self) -> None:
        """Name the room, and start the children."""
        self._call.name_in_logs(self.address.name)
        await super().on_start()
