"""Code from outside that listens to a call: it may fail as often as it likes.

It is started again a few times and then left out, aloud. Nobody falls with it: neither the other
listeners nor the call.
"""

from collections.abc import Callable
from typing import Any, Final

from supervision.actor_base import ActorBase
from supervision.address import Address
from supervision.spec import ChildSpec, Intensity, Restart, SupervisorSpec
from supervision.supervisor import Supervisor

PATIENCE: Final = Intensity(max_restarts=10, within_s=30.0)


def outsider(address: Address[Any], start: Callable[[], ActorBase]) -> ChildSpec:
    """Return a child that is this actor under a supervisor of its own."""
    actor = ChildSpec(id=address.name, start=start, address=address)
    spec = SupervisorSpec(children=(actor,), intensity=PATIENCE)
    return ChildSpec(id=address.name, start=lambda: Supervisor(spec), restart=Restart.TEMPORARY)
