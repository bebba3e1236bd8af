"""The verbs of the command ``runtime``: their options and what they are for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from runtime.cli.run_options import DEFAULT_HOST, DEFAULT_PORT, RunOptions
from runtime.cli.userdata import read_userdata
from runtime.config import socket_folder

EXAMPLES = """
\b
Examples:
  runtime run examples.front_desk:Main
  runtime run examples.front_desk:Main --console
  runtime run examples.front_desk:Main --text
  runtime run examples.front_desk:Main --input question.wav --output answer.wav
"""
GRANTS = """
\b
Grants:
  create  open rooms
  join    talk in the room of --room
  listen  hear what is said there
  admin   everything, in every room

\b
Example:
  runtime token --identity ada --room table-4 --grant join --grant listen
"""
FILE = click.Path(path_type=Path)
FROM_1 = click.IntRange(min=1)
AGENT = click.argument("agent", metavar="MODULE:ATTR")
PID = click.option(
    "--pid", type=int, metavar="NUMBER", help="Which worker, if more than one is running."
)


@click.group(invoke_without_command=True)
@click.version_option(package_name="understudy", prog_name="runtime")
@click.pass_context
def cli(context: click.Context) -> None:
    """Hold spoken conversations with agents that are declared in Python."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _way_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say how the caller talks."""
    for option in reversed(
        (
            click.option("--console", is_flag=True, help="Talk: microphone and loudspeaker."),
            click.option("--text", is_flag=True, help="Chat in the terminal, without sound."),
            click.option(
                "--input",
                "input_path",
                type=FILE,
                metavar="IN.wav",
                help="What the caller says: a WAV file of any rate, width and number of channels.",
            ),
            click.option(
                "--output",
                "output_path",
                type=FILE,
                metavar="OUT.wav",
                help="Where to write what the caller hears, from the beginning of the call on.",
            ),
            click.option(
                "--input-device",
                metavar="DEVICE",
                help="The microphone, by number or part of its name: see runtime devices.",
            ),
            click.option("--output-device", metavar="DEVICE", help="The loudspeaker, likewise."),
            click.option(
                "--full-duplex",
                is_flag=True,
                help="With headphones: listen while the agent speaks, so that it can be cut off.",
            ),
        )
    ):
        command = option(command)
    return command


def _door_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of the doors, which are open when no other way to talk was chosen."""
    for option in reversed(
        (
            click.option(
                "--host",
                default=DEFAULT_HOST,
                show_default=True,
                metavar="ADDRESS",
                help="Where to listen. Beyond this machine it needs UNDERSTUDY_SECRET.",
            ),
            click.option(
                "--port",
                type=click.IntRange(0, 65_535),
                default=DEFAULT_PORT,
                show_default=True,
                metavar="NUMBER",
                help="Where to listen; 0: wherever there is a place.",
            ),
            click.option(
                "--allow-origin",
                multiple=True,
                metavar="ORIGIN",
                help="A page that may talk to the doors besides their own: https://shop.example",
            ),
            click.option(
                "--ice-server",
                multiple=True,
                metavar="URL",
                help="For WebRTC through networks: stun:stun.example.org:3478",
            ),
            click.option(
                "--max-rooms",
                type=FROM_1,
                metavar="NUMBER",
                help="So many calls at a time; who comes then is told to try again.  [default: 50]",
            ),
            click.option(
                "--drain",
                type=click.FloatRange(min=0),
                default=0,
                show_default=True,
                metavar="SECONDS",
                help="When told to end, take no more calls and let those under way go on for so "
                "long; told again, do not wait.",
            ),
            click.option(
                "--dev", is_flag=True, help="Let admins crash actors, to see how calls go on."
            ),
        )
    ):
        command = option(command)
    return command


@cli.command(epilog=EXAMPLES)
@AGENT
@_way_options
@_door_options
@click.option(
    "--events",
    type=FILE,
    metavar="FILE.jsonl",
    help="Write the events of the call there, one JSON object a line.",
)
@click.option(
    "--userdata",
    callback=read_userdata,
    metavar="JSON",
    help="What the agent finds in session.userdata(dict): an object, or @FILE that holds one.",
)
@click.option(
    "--fast",
    is_flag=True,
    help="With files: do not wait for the clock, simulate it, as fast as the agent can follow.",
)
@click.option(
    "--tour",
    is_flag=True,
    help="With files: explain afterwards what happened and what to try next.",
)
@click.option(
    "--reload",
    is_flag=True,
    help="Call again when the call is over and the agent's code has changed.",
)
def run(**given: Any) -> int:
    """Talk with an agent: in a browser, here by voice or in writing, or let a WAV file speak to it.

    Without --console, --text or files it listens for browsers and services, until Ctrl-C.

    MODULE:ATTR is a class derived from runtime.Agent (or an instance, or a function that returns
    one) in a module that can be imported from this folder.

    Exits with 0 if the caller got an answer, 1 if not, 2 if something must be mended first, 130
    after Ctrl-C.
    """
    from runtime.cli.run import run_agent  # noqa: PLC0415 - no other verb needs it

    return run_agent(RunOptions(folder=Path.cwd(), **given))


@cli.command(epilog=GRANTS)
@click.option("--identity", required=True, metavar="NAME", help="Who it is for.")
@click.option(
    "--grant",
    "grants",
    type=click.Choice(["create", "join", "listen", "admin"]),
    multiple=True,
    default=("create",),
    show_default=True,
    help="What it allows; to be given once for each grant.",
)
@click.option("--room", metavar="ROOM", help="For which room join and listen hold.")
@click.option(
    "--lives",
    "lives_s",
    type=FROM_1,
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="For how long it lets somebody in for the first time.",
)
def token(identity: str, grants: tuple[str, ...], room: str | None, lives_s: int) -> None:
    """Print a token for the doors, signed with UNDERSTUDY_SECRET.

    It opens rooms, or lets somebody into one: see docs/wire-protocol.md.
    """
    from runtime.doors.hand_out import signed_token  # noqa: PLC0415 - no other verb needs it

    text = signed_token(Path.cwd(), identity, grants, room=room, lives_s=lives_s)
    click.echo(text)


@cli.command()
@AGENT
def check(agent: str) -> int:
    """Look whether an agent could take a call, without connecting anything.

    Prints the tree that would run, the keys, libraries and sound devices, and whether another
    distribution is in the way. Exits with 0, or with 2 if something must be mended first.
    """
    from runtime.cli.check import run_check  # noqa: PLC0415 - no other verb needs it

    return run_check(agent, folder=Path.cwd())


@cli.command()
def devices() -> None:
    """List the microphones and loudspeakers of this machine."""
    from runtime.cli.devices import devices_table  # noqa: PLC0415 - no other verb needs it

    click.echo(devices_table())


@cli.command()
@PID
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a program.")
def tree(pid: int | None, *, as_json: bool) -> int:
    """Print the live supervision tree of a running worker."""
    from runtime.cli.tree_view import show_tree  # noqa: PLC0415 - no other verb needs it

    return show_tree(socket_folder(), pid=pid, as_json=as_json)


@cli.command()
@PID
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look.",
)
def top(pid: int | None, *, every: float) -> int:
    """Watch the supervision tree of a running worker until Ctrl-C."""
    from runtime.cli.tree_view import show_top  # noqa: PLC0415 - no other verb needs it

    return show_top(socket_folder(), pid=pid, every_s=every)


@cli.command()
@AGENT
@click.option("--calls", type=FROM_1, default=100, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the first call.")
@click.option("--jobs", type=FROM_1, default=1, show_default=True, help="So many at a time.")
@click.option("--without", metavar="NUMBERS", help="Hold the first alone, less these of its parts.")
@click.option("--events", type=FILE, metavar="FILE.jsonl", help="Hold the first alone; its events.")
@click.option("--report", type=FILE, metavar="FILE.md", help="Write the outcome there as well.")
@click.option("--real-tools", is_flag=True, help="Let the agent's own tools run.")
@click.option("--calm", is_flag=True, help="Let nothing go wrong.")
def simulate(**given: Any) -> int:
    """Hold calls in which everything goes wrong, and look whether the agent bears it.

    Callers, vendors and faults are simulated and drawn from the seed; the actors are the real ones.
    Exits with 0, with 1 if something was broken (and says how to hold that call again), or with 2
    if something must be mended first.
    """
    from runtime.testing.command import (  # noqa: PLC0415 - no other verb needs it
        SimulateOptions,
        run_simulate,
    )

    return run_simulate(SimulateOptions(folder=Path.cwd(), **given))
