"""``runtime run``: one call, in the way that was asked for."""

from runtime.cli.call import CallOptions, run_call
from runtime.cli.chat import run_chat
from runtime.cli.console import run_console
from runtime.cli.reload import run_reloading
from runtime.cli.run_options import RunOptions, Way


def run_agent(options: RunOptions) -> int:
    """Hold the call; return 0, or 1 if the caller got no answer.

    Raises:
        UserError: the options do not go together, or the user must mend something else.
    """
    way = options.way()
    if options.reload:
        run_reloading(lambda: _one_call(options, way), options.folder)
    return _one_call(options, way)


def _one_call(options: RunOptions, way: Way) -> int:
    match way:
        case Way.FILES:
            return _with_files(options)
        case Way.CONSOLE:
            return run_console(options)
        case Way.TEXT:
            return run_chat(options)
        case Way.DOORS:
            from runtime.cli.serve import run_doors  # noqa: PLC0415 - a web server and codecs: only here

            return run_doors(options)


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
            userdata=options.userdata,
            fast=options.fast,
            tour=options.tour,
        )
    )
