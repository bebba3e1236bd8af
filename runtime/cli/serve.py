"""``runtime run`` without a way to talk: the doors, open to browsers and services."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import click
from pydantic import ValidationError

from actors.reports import Report
from runtime.cli import loops
from runtime.cli.events_file import EventsFile
from runtime.cli.live_worker import live_worker
from runtime.cli.missing_keys import missing_keys
from runtime.cli.output import say
from runtime.cli.preparation import Prepared, prepare
from runtime.cli.run_options import RunOptions
from runtime.config import LogLevel
from runtime.doors.app import asgi_app  # here, for loading it would hold up the loop
from runtime.doors.config import DoorConfig, IceServer
from runtime.doors.server import HttpDoor, listen
from runtime.doors.tokens import Grant, TokenDesk
from runtime.errors import UserError
from runtime.places import check_place
from runtime.worker import Worker

LINK_LIVES_S: Final = 86_400
SPARE_CONNECTIONS: Final = 100
"""Beyond those that rooms need: pages that load, health checks."""
CONNECTIONS_A_ROOM: Final = 10


def run_doors(options: RunOptions) -> int:
    """Serve until Ctrl-C.

    Raises:
        UserError: the agent or an option must be mended first.
    """
    prepared = prepare(options.agent, folder=options.folder, log_level=LogLevel.INFO)
    if options.events is not None:
        check_place(options.events)
    config = _config(options)
    _check_host(options.host)
    if not config.only_loopback and prepared.settings.door_secret is None:
        raise UserError(
            f"--host {options.host} lets other machines in: set UNDERSTUDY_SECRET first, which "
            "signs the tokens that they need (make one: openssl rand -hex 32)"
        )
    TokenDesk(prepared.settings.door_secret)  # a secret that is too short is told before we listen
    for line in missing_keys(prepared):
        click.echo(f"runtime: {line}; the others of its slot go on without it", err=True)
    with contextlib.closing(_listener(options.host, options.port)) as listener:
        return loops.run(_serve(prepared, options, config, listener))


def _config(options: RunOptions) -> DoorConfig:
    try:
        config = DoorConfig(
            is_dev=options.dev,
            only_loopback=is_loopback(options.host),
            allowed_origins=frozenset(options.allow_origin),
            ice_servers=tuple(IceServer(urls=(url,)) for url in options.ice_server),
        )
    except ValidationError as error:
        ours = [each["msg"] for each in error.errors() if each["type"] == "value_error"]
        raise UserError("; ".join(said.removeprefix("Value error, ") for said in ours)) from error
    if options.max_rooms is None:
        return config
    return config.model_copy(update={"max_rooms": options.max_rooms})


def is_loopback(host: str) -> bool:
    """Tell whether nobody but this machine gets to that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_host(host: str) -> None:
    """Tell of a slip of the pen before anything that a real name would need."""
    try:
        socket.getaddrinfo(host, None)
    except socket.gaierror as error:
        raise UserError(
            f"--host {host}: this name cannot be resolved; mind its spelling"
        ) from error


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        text = error.strerror or str(error)
        raise UserError(f"{host}:{port}: {text}; choose another with --host, --port") from error


async def _serve(
    prepared: Prepared, options: RunOptions, config: DoorConfig, listener: socket.socket
) -> int:
    with ExitStack() as files:
        listeners: list[Callable[[Report], None]] = []
        if options.events is not None:
            listeners.append(files.enter_context(EventsFile(options.events)).write)
        async with live_worker(prepared, listeners) as worker:
            app = asgi_app(worker.doors(config))
            most = config.max_rooms * CONNECTIONS_A_ROOM + SPARE_CONNECTIONS
            await worker.open_door("http", lambda: HttpDoor(app, listener, max_connections=most))
            link = _link(listener, options.host)
            if config.only_loopback:
                token = worker.token("you", Grant.CREATE, Grant.ADMIN, lives_s=LINK_LIVES_S)
                say(f"Talk: {link}#token={token}")
            else:
                say(f"Listening: {link} (who comes needs a token: runtime token --help)")
            say("Ctrl-C ends.")
            await _until_told_to_end(worker, options.drain)
    return 0


async def _until_told_to_end(worker: Worker, drain_s: float) -> None:
    """Wait for Ctrl-C, which cancels; then let the calls come to their ends if there is time."""
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        if drain_s and worker.rooms:
            under_way = f"{len(worker.rooms)} under way go on for up to {drain_s:g} s"
            say(f"{under_way}; Ctrl-C ends the waiting.")
            await worker.drain(drain_s)


def _link(listener: socket.socket, host: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/"
