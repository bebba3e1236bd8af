"""The tool servers of one call: which were declared, and the actors that hold them open.

A server is started when an agent that declares it comes on stage for the first time, and stays
until the call is over: another agent that declares the same one finds it open.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from actors.call import Call
from actors.ports import Provider, ToolServer
from actors.tools.server import ServedToolbox, ToolServerActor
from runtime.room_supervisor import RoomSupervisor
from supervision.address import Address
from supervision.spec import Backoff, ChildSpec, Intensity, Restart, SupervisorSpec
from supervision.supervisor import StartChild

AGAIN: Final = Backoff(base_s=0.5, max_s=30.0, stable_after_s=60.0)
NEVER_GIVEN_UP: Final = Intensity(max_restarts=1000, within_s=30.0)
"""The rest between two starts bounds them; a server that comes back in an hour is welcome."""
SHUTDOWN_S: Final = 8.0
"""A child process is asked, then told, then killed."""


class ToolServers:
    """Knows the addresses; the actors live beside the tools of the call."""

    def __init__(self, call: Call) -> None:
        """Begin without any."""
        self._call = call
        self._known: list[tuple[Provider[ToolServer], Address[Any]]] = []

    def toolboxes(self, declared: Sequence[Provider[ToolServer]]) -> tuple[ServedToolbox, ...]:
        """Return the tools of these servers, and start those that nobody has declared before."""
        return tuple(ServedToolbox(each.name, self._address(each)) for each in declared)

    def children(self) -> Iterator[ChildSpec]:
        """Return the servers that are known by now, each under a supervisor of its own."""
        return (_child(provider, address, self._call) for provider, address in self._known)

    @property
    def declared(self) -> tuple[Provider[ToolServer], ...]:
        """The servers themselves."""
        return tuple(provider for provider, _ in self._known)

    @property
    def shutdown_s(self) -> float:
        """How long the end of those that are known by now may take."""
        return SupervisorSpec(children=tuple(self.children())).shutdown_s + SHUTDOWN_S

    def _address(self, provider: Provider[ToolServer]) -> Address[Any]:
        for known, address in self._known:
            if known == provider:
                return address
        address: Address[Any] = Address(f"server {provider.name}")
        self._known.append((provider, address))
        if self._call.addresses.tools.is_running:  # else it is a child from the beginning
            self._call.addresses.tools.tell(StartChild(_child(provider, address, self._call)))
        return address


def _child(provider: Provider[ToolServer], address: Address[Any], call: Call) -> ChildSpec:
    actor = ChildSpec(
        id=provider.name,
        start=lambda: ToolServerActor(provider, call),
        address=address,
        shutdown_s=SHUTDOWN_S,
    )
    spec = SupervisorSpec(children=(actor,), intensity=NEVER_GIVEN_UP, backoff=AGAIN)
    return ChildSpec(
        id=address.name,
        start=lambda: RoomSupervisor(call, spec),
        restart=Restart.TEMPORARY,
        shutdown_s=spec.shutdown_s,
    )
