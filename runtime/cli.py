"""The command line: ``runtime run MODULE:ATTR --input IN.wav --output OUT.wav``.

A mistake of the user is one line on stderr and exit code 2; Ctrl-C ends the call, exit code 130.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from runtime.call import CallOptions, run_call
from runtime.errors import UserError

WRONG_USE = UserError.exit_code
STOPPED = 130

EXAMPLE = """
\b
Example:
  runtime run examples.front_desk:Main --input question.wav --output answer.wav
"""
FILE = click.Path(path_type=Path)


@click.group(invoke_without_command=True)
@click.version_option(package_name="understudy", prog_name="runtime")
@click.pass_context
def cli(context: click.Context) -> None:
    """Hold spoken conversations with agents that are declared in Python."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command(epilog=EXAMPLE)
@click.argument("agent", metavar="MODULE:ATTR")
@click.option(
    "--input",
    "input_path",
    type=FILE,
    required=True,
    metavar="IN.wav",
    help="What the caller says: a WAV file of any rate, width and number of channels.",
)
@click.option(
    "--output",
    "output_path",
    type=FILE,
    required=True,
    metavar="OUT.wav",
    help="Where to write what the caller hears. It begins with the call, as the input does.",
)
@click.option(
    "--events",
    type=FILE,
    metavar="FILE.jsonl",
    help="Write the events of the call there, one JSON object a line.",
)
@click.option(
    "--fast",
    is_flag=True,
    help="Do not wait for the clock: simulate it, as fast as the agent can follow.",
)
@click.option("--tour", is_flag=True, help="Explain afterwards what happened and what to try next.")
def run(
    agent: str, *, input_path: Path, output_path: Path, events: Path | None, fast: bool, tour: bool
) -> int:
    """Call an agent: let a WAV file speak to it, print the conversation, write the answer.

    MODULE:ATTR is a class derived from runtime.Agent (or an instance, or a function that returns
    one) in a module that can be imported from this folder.

    Exits with 0 if the caller got an answer, 1 if not, 2 if something must be mended first.
    """
    return run_call(
        CallOptions(
            agent=agent,
            folder=Path.cwd(),
            input=input_path,
            output=output_path,
            events=events,
            fast=fast,
            tour=tour,
        )
    )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        return cli.main(args=arguments, prog_name="runtime", standalone_mode=False) or 0
    except click.UsageError as error:
        place = "runtime" if error.ctx is None else error.ctx.command_path
        return _complain(f"{error.format_message()} See: {place} --help")
    except (click.ClickException, UserError) as error:
        return _complain(str(error))
    except click.Abort:
        click.echo("stopped", err=True)
        return STOPPED


def _complain(message: str) -> int:
    click.echo(f"runtime: {' '.join(message.split())}", err=True)
    return WRONG_USE
