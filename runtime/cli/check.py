"""``runtime check``: looks at everything that a call needs, and connects nothing."""

import importlib.util
import itertools
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from actors.ports import Provider
from providers.config import Needs, ProviderConfig
from providers.demo_brain import DemoBrain
from providers.libraries import MissingLibraryError
from runtime import packages
from runtime.casting import House, Opening, plan_job
from runtime.cli.devices import describe_defaults
from runtime.cli.preparation import Prepared, prepare
from runtime.errors import UserError
from runtime.job import job_tree
from runtime.job_plan import JobPlan
from runtime.services import WorkerServices
from runtime.slots import unique_names
from supervision.address import Address
from transports.loopback import LoopbackTransport
from transports.sound_library import SoundDeviceError

SUBJECT_WIDTH = 11
WRONG = "✗"
WARNING = "!"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    subject: str
    text: str
    mark: str = " "
    """`WRONG`: no call can do without it. `WARNING`: a call may go on without it."""


def run_check(reference: str, *, folder: Path) -> int:
    """Print what would run and what is missing; return 0 if nothing is.

    Raises:
        UserError: the declaration is wrong, or something that it needs is not there.
    """
    prepared = prepare(reference, folder=folder)
    plan = _plan(prepared)
    lists = (_keys(prepared, plan), _libraries(plan), _rules(plan), _packages(), (_devices(),))
    findings = tuple(itertools.chain(*lists))
    wrong = sum(finding.mark == WRONG for finding in findings)
    warnings = sum(finding.mark == WARNING for finding in findings)
    click.echo(f"{reference} is {_state(wrong, warnings)}. The tree of each of its rooms:\n")
    click.echo("\n".join(tree_lines(plan)))
    click.echo("\n".join(("", *_report(findings), "")))
    if wrong:
        raise UserError(f"{reference}: {wrong} to be mended first, marked {WRONG} above")
    return 0


def _state(wrong: int, warnings: int) -> str:
    if wrong:
        return "not in order yet"
    if warnings:
        return f"in order, but for {warnings} warning{'s' if warnings > 1 else ''} ({WARNING})"
    return "in order"


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
    there = prepared.settings.secrets
    in_need = {slot for slot, members in plan.providers.items() if not _any_works(members, there)}
    in_need.add("mcp_servers")  # a server has no understudy
    needed: dict[str, list[tuple[str, str]]] = {}
    silent: list[str] = []
    for slot, provider in _cast(plan):
        if not isinstance(provider, ProviderConfig):
            silent.append(f"{provider.name} ({slot})")
            continue
        for name in provider.needs().secrets:
            needed.setdefault(name, []).append((slot, provider.name))
    for name, users in needed.items():
        if name in there:
            yield Finding("keys", f"{name} is there, for {_named(users)}")
        else:
            cure = f"put {name}=... into {prepared.folder / '.env'} or into the environment"
            is_needed = any(slot in in_need for slot, _ in users)
            cure += "" if is_needed else "; until then an understudy does its work"
            mark = WRONG if is_needed else WARNING
            yield Finding("keys", f"{name} is missing, for {_named(users)}: {cure}", mark)
    if silent:
        what = "does not say which keys it needs"
        if len(silent) > 1:
            what = "do not say which keys they need"
        yield Finding("keys", f"{', '.join(silent)} {what}")
    if not (needed or silent):
        yield Finding("keys", "none are needed")


def _any_works(members: Iterable[Provider[Any]], secrets: Container[str]) -> bool:
    return any(_works(member, secrets) for member in members)


def _works(provider: Provider[Any], secrets: Container[str]) -> bool:
    """Tell whether its keys and libraries are there, as far as it says what it needs."""
    needs = provider.needs() if isinstance(provider, ProviderConfig) else Needs()
    has_keys = all(name in secrets for name in needs.secrets)
    return has_keys and all(importlib.util.find_spec(library) for library in needs.libraries)


def _named(users: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} ({slot})" for slot, name in users)


def _libraries(plan: JobPlan) -> Iterator[Finding]:
    there: list[str] = []
    for _, provider in _cast(plan):
        needs = provider.needs() if isinstance(provider, ProviderConfig) else Needs()
        for library in needs.libraries:
            if importlib.util.find_spec(library) is None:
                missing = MissingLibraryError(
                    library, needed_by=type(provider).__name__, extra=needs.extra
                )
                yield Finding("libraries", str(missing), WRONG)
            else:
                there.append(library)
    if there:
        yield Finding("libraries", f"{', '.join(dict.fromkeys(there))}: installed")


def _rules(plan: JobPlan) -> Iterator[Finding]:
    """Look for rules that call what is no tool (yet: code and servers may bring more)."""
    own = {tool.name for tool in plan.part.script.toolbox.schemas}
    brains = (member for _, member in _cast(plan) if isinstance(member, DemoBrain))
    for name in {rule.call: None for brain in brains for rule in brain.rules if rule.call}:
        if name not in own and not plan.servers.declared:
            text = f"a rule of the DemoBrain calls {name!r}; the agent's are: {_listed(own)}"
            yield Finding("tools", text, WARNING)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _packages() -> Iterator[Finding]:
    shared = packages.shared_folders(packages.installed())
    for problem in shared:
        yield Finding("packages", problem, WRONG)
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
        yield f"{finding.mark} {subject:{SUBJECT_WIDTH}}{finding.text}"
