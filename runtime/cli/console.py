"""``runtime run --console``: a call by this machine's microphone and loudspeaker."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from actors.reports import Report
from runtime.cli import loops
from runtime.cli.events_file import EventsFile
from runtime.cli.keys import keys_pressed
from runtime.cli.live_call import hold_call
from runtime.cli.output import exit_code
from runtime.cli.preparation import Prepared, prepare
from runtime.cli.run_options import RunOptions
from runtime.cli.screen import Screen
from runtime.cli.transcript import Transcript
from runtime.errors import UserError
from runtime.job import Job
from runtime.places import check_place
from transports.sound_device import SoundDesk, SoundDeviceTransport
from transports.sound_library import SoundDeviceError

HALF_DUPLEX = (
    "The microphone waits while the agent speaks, or it would hear itself. "
    "With headphones: --full-duplex"
)


def run_console(options: RunOptions) -> int:
    """Hold the call; return 0, or 1 if the caller got no answer.

    Raises:
        UserError: the agent or the sound devices must be mended first.
    """
    prepared = prepare(options.agent, folder=options.folder)
    if options.events is not None:
        check_place(options.events)
    call = talk(prepared, sound(options), events=options.events, userdata=options.userdata)
    return loops.run(call)


def sound(options: RunOptions) -> SoundDeviceTransport:
    """Return the devices that were chosen, with rates that they take.

    Raises:
        UserError: PortAudio or a device is missing.
    """
    transport = SoundDeviceTransport(
        input_device=options.input_device,
        output_device=options.output_device,
        full_duplex=options.full_duplex,
    )
    try:
        return transport.fitted()
    except SoundDeviceError as error:
        raise UserError(str(error)) from error


async def talk(
    prepared: Prepared,
    transport: SoundDeviceTransport,
    *,
    events: Path | None,
    userdata: object = None,
) -> int:
    """Hold the call, drawn on the terminal."""
    console = Console(highlight=False)
    screen = Screen(console, transport.desk)
    transcript = Transcript(screen.write, on_answer=lambda: None)
    if not transport.full_duplex:
        screen.write(HALF_DUPLEX)
    with ExitStack() as files:
        listeners: list[Callable[[Report], None]] = [screen.hear, transcript.hear]
        if events is not None:
            listeners.append(files.enter_context(EventsFile(events)).write)
        await hold_call(
            prepared,
            transport,
            listeners=listeners,
            beside=lambda job: (screen.run(), _obey_keys(job, transport.desk)),
            userdata=userdata,
        )
    return exit_code(answered=transcript.answered)


async def _obey_keys(job: Job, desk: SoundDesk) -> None:
    def press(key: str) -> None:
        match key:
            case "m":
                desk.muted = not desk.muted
            case "q":
                job.session.hangup("you hung up")
            case _:
                pass

    async with keys_pressed(press):
        await job.closed()
