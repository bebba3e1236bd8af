"""What a command says, and how it tells that a call was in vain."""

import os
import sys

import click


def say(text: str) -> None:
    """Print a line."""
    put(f"{text}\n")


def put(text: str) -> None:
    """Show a text; once nobody reads on, as in `runtime run … | head`, the call still goes on."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def exit_code(*, answered: bool) -> int:
    """Return the exit code of a call that came to its end; one without an answer is told aloud."""
    if answered:
        return 0
    text = "the call ended without an answer; --events FILE writes down what happened"
    click.echo(f"runtime: {text}", err=True)
    return 1
