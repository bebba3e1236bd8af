"""What a command says on stdout, whose reader may go away."""

import os
import sys

import click


def say(text: str) -> None:
    """Print a line; once nobody reads on, as in `runtime run … | head`, the call still goes on."""
    try:
        click.echo(text)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
