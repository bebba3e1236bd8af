"""One call on the command line: an agent, a WAV file that speaks to it, and what comes of it."""

import asyncio
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from runtime import log, loops
from runtime.agent import AgentTarget
from runtime.agent_config import AgentConfig
from runtime.config import LogLevel, Settings
from runtime.errors import UserError
from runtime.events_file import EventsFile, check_events_path
from runtime.job import Job
from runtime.loader import check, load
from runtime.slot_watch import SlotWatch
from runtime.transcript import Transcript
from runtime.worker import Worker
from supervision.tree import TreeNode, render
from transports import WavFileError, WavFileTransport

NOT_ANSWERED = 1


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
    fast: bool = False
    """On virtual time: as fast as the stages allow."""
    tour: bool = False
    """Show a newcomer around afterwards."""


def run_call(options: CallOptions) -> int:
    """Hold the call; return 0, or 1 if the caller got no answer.

    Raises:
        UserError: the user can mend what is wrong; mostly found before the call begins.
    """
    # The transcript tells of trouble already; in the log stands what is a bug.
    settings = Settings.from_environment(log_level=LogLevel.ERROR)
    log.configure(settings)
    target = load(options.agent, folder=options.folder)
    config = check(target, reference=options.agent)
    transport = WavFileTransport(input=options.input, output=options.output)
    try:
        transport.check()
    except WavFileError as error:
        raise UserError(str(error)) from error
    if options.events is not None:
        check_events_path(options.events)
    call = _Call(options, target, transport, settings)
    return loops.run(call.hold(config), fast=options.fast)


@dataclass(frozen=True, slots=True)
class _Call:
    options: CallOptions
    target: AgentTarget
    transport: WavFileTransport
    settings: Settings

    async def hold(self, config: AgentConfig) -> int:
        answering = asyncio.Event()
        transcript = Transcript(_say, on_answer=answering.set)
        slots = SlotWatch(config)
        with ExitStack() as files:  # open beyond the worker: its last reports come as it stops
            listeners = [transcript.hear, slots.hear]
            if self.options.events is not None:
                listeners.append(files.enter_context(EventsFile(self.options.events)).write)
            async with Worker(self.target, settings=self.settings) as worker:
                for listener in listeners:
                    await worker.subscribe(listener)
                tree = await self._until_closed(worker, answering, slots)
        if slots.complaint:
            raise UserError(slots.complaint)
        if tree is not None and self.options.tour:
            _say(_tour(self.options, tree))
        return 0 if transcript.answered else NOT_ANSWERED

    async def _until_closed(
        self, worker: Worker, answering: asyncio.Event, slots: SlotWatch
    ) -> TreeNode | None:
        """Wait for the end of the call; return the tree as it was when the first answer began."""
        job = await worker.open_room(self.options.input.stem, self.transport)
        async with asyncio.TaskGroup() as tasks:
            picture = tasks.create_task(_picture(worker, answering))
            watch = tasks.create_task(_hang_up(job, slots))
            await job.closed()
            watch.cancel()
            if not answering.is_set():
                picture.cancel()
        return None if picture.cancelled() else picture.result()


def _say(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:  # as in `runtime run … | head`: nobody reads on, but the call goes on
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


async def _picture(worker: Worker, answering: asyncio.Event) -> TreeNode:
    await answering.wait()
    return await worker.snapshot()


async def _hang_up(job: Job, slots: SlotWatch) -> None:
    await slots.found.wait()
    await job.close("a provider must be set up first")


def _tour(options: CallOptions, tree: TreeNode) -> str:
    again = f"runtime run {options.agent} --input YOURS.wav --output {options.output}"
    return f"""
The company behind this call, while it gave its first answer:

{render(tree)}

What the caller heard: {options.output} (it begins with the call, as {options.input} does)

Try next:
  {again}
  {again} --events events.jsonl --fast
  change {options.agent.partition(":")[0].replace(".", "/")}.py and call again"""
