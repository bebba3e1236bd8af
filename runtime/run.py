"""``runtime run``: one call, in the way that was asked for."""

from runtime.call import CallOptions, run_call
from runtime.console import run_console
from runtime.run_options import RunOptions, Way


def run_agent(options: RunOptions) -> int:
    """Hold the call; return 0, or 1 if the caller got no answer.

    Raises:
        UserError: the options do not go together, or the user must mend something else.
    """
    match options.way():
        case Way.FILES:
            return _with_files(options)
        case Way.CONSOLE:
            return run_console(options)
        case Way.TEXT:
            raise NotImplementedError


def _with_files(options: RunOptions) -> int:
    assert options.input_path is not None
    assert options.output_path is not None
    return run_call(
        CallOptions(
            agent=options.agent,
            folder=options.folder,
            input=options.input_path,
            output=options.output_path,
            events=options.events,
            fast=options.fast,
            tour=options.tour,
        )
    )
