"""``runtime check``: looks at everything that a call needs, and connects nothing."""

import importlib.util
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from actors.ports import Provider
from providers.config import Needs, ProviderConfig
from providers.libraries import MissingLibraryError
from runtime import packages
from runtime.casting import House, Opening, plan_job
from runtime.devices import describe_defaults
from runtime.errors import UserError
from runtime.job import job_tree
from runtime.job_plan import JobPlan
from runtime.preparation import Prepared, prepare
from runtime.services import WorkerServices
from runtime.slots import unique_names
from supervision.address import Address
from transports.loopback import LoopbackTransport
from transports.sound_library import SoundDeviceError

SUBJECT_WIDTH = 11
WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    subject: str
    text: str
    is_wrong: bool = False


def run_check(reference: str, *, folder: Path) -> int:
    """Print what would run and what is missing; return 0 if nothing is.

    Raises:
        UserError: the declaration is wrong, or something that it needs is not there.
    """
    prepared = prepare(reference, folder=folder)
    click.echo(f"{reference} is in order. The tree of each of its rooms:\n")
    plan = _plan(prepared)
    click.echo("\n".join(tree_lines(plan)))
    findings = (*_keys(prepared, plan), *_libraries(plan), *_packages(), _devices())
    click.echo("\n".join(("", *_report(findings), "")))
    wrong = sum(finding.is_wrong for finding in findings)
    if wrong:
        raise UserError(f"{reference}: {wrong} to be mended first, marked {WRONG} above")
    return 0


def _plan(prepared: Prepared) -> JobPlan:
    """Return the plan of a room that is never opened."""
    services = WorkerServices(Address("engines"), prepared.settings.secret_values())
    with ThreadPoolExecutor(1) as executor:  # starts no thread before it is given work
        house = House(services, lambda _report: None, executor)
        transport = LoopbackTransport(name="microphone, file, browser or telephone")
        opening = Opening("<room>", transport)
        return plan_job(prepared.target, opening, house, lambda _event: None)


# ---------------------------------------------------------------- the tree


def tree_lines(plan: JobPlan) -> Iterator[str]:
    """Draw the tree of a room before it runs, with what each branch is there for."""
    children = [child.id for child in job_tree(plan).children]
    width = max(map(len, children)) + 2
    yield plan.call.room
    for child in children:
        branch = "└─" if child is children[-1] else "├─"
        yield f"{branch} {child:{width}}{_purpose(child, plan)}".rstrip()


def _purpose(child: str, plan: JobPlan) -> str:
    match child:
        case "tools":
            own = sorted(tool.name for tool in plan.part.script.toolbox.schemas)
            served = [f"those of {server.name}" for server in plan.servers.declared]
            return ", ".join((*own, *served))
        case "transport":
            return plan.transport.name
        case _:
            names = unique_names(plan.providers.get(child.removesuffix("-slot"), ()))
            first, *others = names or ("",)
            return f"{first}, understudied by {', '.join(others)}" if others else first


# ---------------------------------------------------------------- what must be there


def _cast(plan: JobPlan) -> Iterator[tuple[str, Provider[Any]]]:
    for slot, members in plan.providers.items():
        for member in members:
            yield slot, member
    for server in plan.servers.declared:
        yield "mcp_servers", server


def _keys(prepared: Prepared, plan: JobPlan) -> Iterator[Finding]:
    needed: dict[str, list[str]] = {}
    silent: list[str] = []
    for slot, provider in _cast(plan):
        if not isinstance(provider, ProviderConfig):
            silent.append(f"{provider.name} ({slot})")
            continue
        for name in provider.needs().secrets:
            needed.setdefault(name, []).append(f"{provider.name} ({slot})")
    for name, users in needed.items():
        if name in prepared.settings.secrets:
            yield Finding("keys", f"{name} is there, for {', '.join(users)}")
        else:
            cure = f"put {name}=... into {prepared.folder / '.env'} or into the environment"
            yield Finding(
                "keys", f"{name} is missing, for {', '.join(users)}: {cure}", is_wrong=True
            )
    if silent:
        yield Finding("keys", f"{', '.join(silent)} does not say which keys it needs")
    if not (needed or silent):
        yield Finding("keys", "none are needed")


def _libraries(plan: JobPlan) -> Iterator[Finding]:
    there: list[str] = []
    for _, provider in _cast(plan):
        needs = provider.needs() if isinstance(provider, ProviderConfig) else Needs()
        for library in needs.libraries:
            if importlib.util.find_spec(library) is None:
                missing = MissingLibraryError(
                    library, needed_by=type(provider).__name__, extra=needs.extra
                )
                yield Finding("libraries", str(missing), is_wrong=True)
            else:
                there.append(library)
    if there:
        yield Finding("libraries", f"{', '.join(dict.fromkeys(there))}: installed")


def _packages() -> Iterator[Finding]:
    shared = packages.shared_folders(packages.installed())
    for problem in shared:
        yield Finding("packages", problem, is_wrong=True)
    if not shared:
        yield Finding("packages", f"{', '.join(packages.PACKAGES)}: Understudy's own")


def _devices() -> Finding:
    """Look for sound; that there is none is wrong only for those who want it."""
    try:
        return Finding("devices", describe_defaults())
    except SoundDeviceError as error:
        return Finding("devices", f"no --console here: {error}")


def _report(findings: Iterable[Finding]) -> Iterator[str]:
    before = ""
    for finding in findings:
        subject = "" if finding.subject == before else finding.subject
        before = finding.subject
        mark = WRONG if finding.is_wrong else " "
        yield f"{mark} {subject:{SUBJECT_WIDTH}}{finding.text}"
