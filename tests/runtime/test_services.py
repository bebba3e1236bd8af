"""What the worker offers to providers: engines that all rooms share."""

import asyncio
from collections.abc import Callable

from runtime.engines import SharedEngine
from runtime.services import WorkerServices
from supervision.address import Address
from supervision.clock import LoopClock
from supervision.spec import ChildSpec, SupervisorSpec
from supervision.supervisor import Supervisor, run_tree


class Library:
    """An engine that does nothing."""

    def run(self, job: object, emit: Callable[[object], bool]) -> None:
        pass

    def close(self) -> None:
        pass


async def test_rooms_that_ask_for_an_engine_at_once_get_one_that_runs() -> None:
    engines: Address[object] = Address("engines")
    dynamic = ChildSpec(id="engines", start=lambda: Supervisor(SupervisorSpec()), address=engines)
    clock = LoopClock(asyncio.get_running_loop())
    async with run_tree(SupervisorSpec(children=(dynamic,)), name="worker", clock=clock):
        services = WorkerServices(engines)

        async def ask() -> tuple[object, bool]:
            engine = await services.engine("library", Library)
            assert isinstance(engine, SharedEngine)
            return engine, engine.address.is_running

        answers = await asyncio.gather(ask(), ask(), ask())
    assert [running for _, running in answers] == [True, True, True]
    assert len({id(engine) for engine, _ in answers}) == 1
