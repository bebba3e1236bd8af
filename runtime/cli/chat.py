"""``runtime run --text``: a conversation in the terminal, without sound."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import ExitStack, aclosing
from pathlib import Path

from actors.reports import Report
from runtime.cli import loops
from runtime.cli.chat_screen import ChatScreen
from runtime.cli.events_file import EventsFile
from runtime.cli.live_call import hold_call
from runtime.cli.output import exit_code, put
from runtime.cli.preparation import Prepared, prepare
from runtime.cli.run_options import RunOptions
from runtime.cli.stdin_lines import stdin_lines
from runtime.places import check_place
from transports.text_line import TextCaller, TextTransport

SETTLED_S = 0.2
"""Quiet for so long: nothing follows of the agent's own accord, such as a greeting."""
HOW_TO_END = "Write a line and press Enter; Ctrl-D ends the conversation."


def run_chat(options: RunOptions) -> int:
    """Hold the conversation; return 0, or 1 if the last line got no answer.

    Raises:
        UserError: the agent must be mended first.
    """
    prepared = prepare(options.agent, folder=options.folder)
    if options.events is not None:
        check_place(options.events)
    return loops.run(converse(prepared, events=options.events, userdata=options.userdata))


async def converse(prepared: Prepared, *, events: Path | None, userdata: object = None) -> int:
    """Hold the conversation on standard input and output."""
    typed = sys.stdin.isatty()
    caller = TextCaller()
    screen = ChatScreen(put, typed=typed)
    if typed:
        screen.line(HOW_TO_END)
    with ExitStack() as files:
        listeners: list[Callable[[Report], None]] = [screen.hear]
        if events is not None:
            listeners.append(files.enter_context(EventsFile(events)).write)
        await hold_call(
            prepared,
            TextTransport(caller),
            listeners=listeners,
            beside=lambda _job: (_pass_on(caller, screen),),
            userdata=userdata,
            in_writing=True,
        )
    return exit_code(answered=not screen.awaits_answer)


async def _pass_on(caller: TextCaller, screen: ChatScreen) -> None:
    """Hand on what is typed as it comes; of what is piped, each line once the last is answered."""
    async with aclosing(stdin_lines(sys.stdin.fileno())) as lines:
        async for line in lines:
            if not screen.typed:
                await _until_quiet(screen)
            screen.wrote(line)
            caller.write(line)
    caller.finish()


async def _until_quiet(screen: ChatScreen) -> None:
    while True:
        await screen.quiet.wait()
        await asyncio.sleep(SETTLED_S)
        if screen.quiet.is_set():
            return
