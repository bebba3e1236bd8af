"""One call on the command line: an agent, a WAV file that speaks to it, and what comes of it."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from runtime import log, loops
from runtime.agent import AgentTarget
from runtime.config import Settings
from runtime.errors import UserError
from runtime.events_file import EventsFile, check_events_path
from runtime.loader import check, load
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
    settings = Settings.from_environment()
    log.configure(settings)
    target = load(options.agent, folder=options.folder)
    check(target, reference=options.agent)
    transport = WavFileTransport(input=options.input, output=options.output)
    try:
        transport.check()
    except WavFileError as error:
        raise UserError(str(error)) from error
    if options.events is not None:
        check_events_path(options.events)
    return loops.run(_hold(options, target, transport, settings), fast=options.fast)


async def _hold(
    options: CallOptions, target: AgentTarget, transport: WavFileTransport, settings: Settings
) -> int:
    answering = asyncio.Event()
    transcript = Transcript(click.echo, on_answer=answering.set)
    with ExitStack() as files:  # open beyond the worker: its last reports come as it stops
        async with Worker(target, settings=settings) as worker:
            await worker.subscribe(transcript.hear)
            if options.events is not None:
                events = files.enter_context(EventsFile(options.events))
                await worker.subscribe(events.write)
            job = await worker.open_room(options.input.stem, transport)
            async with asyncio.TaskGroup() as tasks:
                picture = tasks.create_task(_picture(worker, answering))
                await job.closed()
                picture.cancel()
    if transcript.misconfigured is not None and not transcript.answered:
        raise UserError(transcript.misconfigured)
    if options.tour and not picture.cancelled():
        click.echo(_tour(options, picture.result()))
    return 0 if transcript.answered else NOT_ANSWERED


async def _picture(worker: Worker, answering: asyncio.Event) -> TreeNode:
    """Return the tree as it is while the first answer is given."""
    await answering.wait()
    return await worker.snapshot()


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
