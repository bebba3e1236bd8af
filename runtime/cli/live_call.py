"""One call that a person holds at this terminal, and what goes on beside it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from actors.ports import Transport
from actors.reports import Report
from runtime.cli.live_worker import live_worker
from runtime.cli.preparation import Prepared
from runtime.cli.slot_watch import SlotWatch
from runtime.errors import UserError
from runtime.job import Job

Beside = Callable[[Job], Iterable[Coroutine[Any, Any, None]]]


async def hold_call(
    prepared: Prepared,
    transport: Transport,
    *,
    listeners: Iterable[Callable[[Report], None]],
    beside: Beside,
    userdata: object = None,
    in_writing: bool = False,
) -> None:
    """Open a room, run what goes beside the call, and return when the call is over.

    Raises:
        UserError: a vendor slot cannot work until the user mends something.
    """
    slots = SlotWatch(prepared.config)
    async with live_worker(prepared, (*listeners, slots.hear)) as worker:
        job = await worker.open_room(
            transport.name, transport, userdata=userdata, in_writing=in_writing
        )
        async with asyncio.TaskGroup() as tasks:
            others = (*beside(job), hang_up_if_hopeless(job, slots))
            running = [tasks.create_task(other) for other in others]
            await job.closed()
            for task in running:
                task.cancel()
    if slots.complaint:
        raise UserError(slots.complaint)


async def hang_up_if_hopeless(job: Job, slots: SlotWatch) -> None:
    """End the call when nobody of a slot can work."""
    await slots.found.wait()
    await job.close("a provider must be set up first")
