"""One call on the command line: an agent, a WAV file that speaks to it, and what comes of it."""

import asyncio
import os
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from runtime.cli import loops
from runtime.cli.events_file import EventsFile
from runtime.cli.live_worker import live_worker
from runtime.cli.output import exit_code, say
from runtime.cli.preparation import Prepared, prepare
from runtime.cli.slot_watch import SlotWatch
from runtime.cli.transcript import Transcript
from runtime.errors import UserError
from runtime.job import Job
from runtime.places import check_place
from runtime.worker import Worker
from supervision.tree import TreeNode, render
from transports import WavFileError, WavFileTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """What a call is made from."""

    agent: str
    """``module:Attr``."""
    folder: Path
    """Where modules are looked for first."""
    input: Path
    output: Path
    events: Path | None = None
    userdata: object = None
    fast: bool = False
    """On virtual time: as fast as the stages allow."""
    tour: bool = False
    """Show a newcomer around afterwards."""


def run_call(options: CallOptions) -> int:
    """Hold the call; return 0, or 1 if the caller got no answer.

    Raises:
        UserError: the user can mend what is wrong; mostly found before the call begins.
    """
    prepared = prepare(options.agent, folder=options.folder)
    transport = WavFileTransport(input=options.input, output=options.output)
    try:
        transport.check()
    except WavFileError as error:
        raise UserError(str(error)) from error
    if options.events is not None:
        check_place(options.events, options.input, options.output)
    call = _Call(options, prepared, transport)
    return loops.run(call.hold(), fast=options.fast)


@dataclass(frozen=True, slots=True)
class _Call:
    options: CallOptions
    prepared: Prepared
    transport: WavFileTransport

    async def hold(self) -> int:
        answering = asyncio.Event()
        transcript = Transcript(say, on_answer=answering.set)
        slots = SlotWatch(self.prepared.config)
        with ExitStack() as files:  # open beyond the worker: its last reports come as it stops
            listeners = [transcript.hear, slots.hear]
            if self.options.events is not None:
                listeners.append(files.enter_context(EventsFile(self.options.events)).write)
            async with live_worker(
                self.prepared, listeners, is_visible=not self.options.fast
            ) as worker:
                tree = await self._until_closed(worker, answering, slots)
        if slots.complaint:
            raise UserError(slots.complaint)
        if tree is not None and self.options.tour:
            say(_tour(self.options, tree))
        return exit_code(answered=transcript.answered)

    async def _until_closed(
        self, worker: Worker, answering: asyncio.Event, slots: SlotWatch
    ) -> TreeNode | None:
        """Wait for the end of the call; return the tree as it was when the first answer began."""
        job = await worker.open_room(
            self.options.input.stem, self.transport, userdata=self.options.userdata
        )
        async with asyncio.TaskGroup() as tasks:
            picture = tasks.create_task(_picture(worker, answering))
            watch = tasks.create_task(_hang_up(job, slots))
            await job.closed()
            watch.cancel()
            if not answering.is_set():
                picture.cancel()
        return None if picture.cancelled() else picture.result()


async def _picture(worker: Worker, answering: asyncio.Event) -> TreeNode:
    await answering.wait()
    return await worker.snapshot()


async def _hang_up(job: Job, slots: SlotWatch) -> None:
    await slots.found.wait()
    await job.close("a provider must be set up first")


def _command() -> str:
    """Return what a user has to type: the environment's own command may not be on the PATH."""
    return "runtime" if shutil.which("runtime") else os.path.relpath(sys.argv[0])


def _tour(options: CallOptions, tree: TreeNode) -> str:
    again = f"{_command()} run {options.agent} --input YOURS.wav --output {options.output}"
    return f"""
The company behind this call, while it gave its first answer:

{render(tree)}

What the caller heard: {options.output} (it begins with the call, as {options.input} does)

Try next:
  {again}
  {again} --events events.jsonl --fast
  change {options.agent.partition(":")[0].replace(".", "/")}.py and call again"""
