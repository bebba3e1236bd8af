"""The entry of the command ``runtime``; what it can do is in `runtime.cli.commands`.

A mistake of the user is one line on stderr and exit code 2; Ctrl-C ends the call, exit code 130.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from runtime.errors import UserError
from runtime.packages import refuse_foreign

WRONG_USE = UserError.exit_code
STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        refuse_foreign()  # before anything is imported from a package that may not be ours
        commands: click.Group = importlib.import_module("runtime.cli.commands").cli
        return commands.main(args=arguments, prog_name="runtime", standalone_mode=False) or 0
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
