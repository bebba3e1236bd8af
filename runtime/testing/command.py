"""``runtime simulate``: holds calls that go wrong in every way, and tells what was broken."""

from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from runtime.errors import UserError
from runtime.loader import check
from runtime.places import check_place
from runtime.testing.campaign import (
    Outcome,
    Subject,
    Tally,
    hold_calls,
    keep_quiet,
    shorten,
)
from runtime.testing.invariants import violations
from runtime.testing.plan import CallPlan
from runtime.testing.world import hold

VIOLATED = 1
MOST_SHOWN = 3
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions:
    """What was asked for on the command line."""

    agent: str
    folder: Path
    calls: int
    seed: int
    jobs: int
    without: str | None
    events: Path | None
    report: Path | None
    real_tools: bool
    calm: bool


def run_simulate(options: SimulateOptions) -> int:
    """Hold the calls and print what came of them; return 0, or 1 if an invariant was broken.

    Raises:
        UserError: the agent must be mended first, or options do not go together.
    """
    subject = Subject(
        options.agent, options.folder, real_tools=options.real_tools, faults=not options.calm
    )
    check(subject.target(), reference=options.agent)
    for path in (options.events, options.report):
        if path is not None:
            check_place(path)
    if options.events is not None or options.without is not None:
        return _replay(subject, options)
    tally, screen = Tally(), Console(stderr=True)
    columns = (TextColumn("calls"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    seeds = range(options.seed, options.seed + options.calls)
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as progress:
        bar = progress.add_task("calls", total=options.calls)
        for outcome in hold_calls(subject, seeds, jobs=options.jobs):
            tally.add(outcome)
            progress.advance(bar)
    Console().print(_table(tally))
    _tell_failures(subject, tally)
    if options.report is not None:
        options.report.write_text(report_lines(options, tally), encoding="utf-8")
    return VIOLATED if tally.failed else 0


def _replay(subject: Subject, options: SimulateOptions) -> int:
    """Hold one call again, part of it or all, with its whole event log."""
    keep_quiet()
    plan = CallPlan.of(options.seed, faults=subject.faults)
    plan = plan.without(_numbers(options.without or "", plan.parts))
    log = hold(subject.target(), plan, real_tools=subject.real_tools)
    click.echo("\n".join((f"The call of seed {plan.seed}:", *plan.lines())))
    text = "".join(f"{line}\n" for line in log.lines())
    if options.events is None:
        click.echo(text, nl=False)
    else:
        options.events.write_text(text, encoding="utf-8")
        click.echo(f"Its {len(log.reports)} events stand in {options.events}")
    broken = violations(log)
    click.echo("\n".join(broken) if broken else "Nothing is broken.")
    return VIOLATED if broken else 0


def _numbers(text: str, parts: int) -> set[int]:
    try:
        found = {int(number) for number in text.split(",") if number.strip()}
    except ValueError:
        found = {-1}
    if not found <= set(range(parts)):
        raise UserError(f"--without {text!r}: give numbers from 0 to {parts - 1}, such as 0,3")
    return found


def _table(tally: Tally) -> Table:
    table = Table(show_header=False)
    for name, value in _rows(tally):
        table.add_row(name, value)
    return table


def _rows(tally: Tally) -> list[tuple[str, str]]:
    return [
        ("calls", f"{tally.calls:,} ({tally.call_s / 60:,.0f} minutes)"),
        ("turns", f"{tally.turns:,}"),
        ("tool calls", f"{tally.tool_calls:,}"),
        *((f"fault: {kind}", f"{count:,}") for kind, count in sorted(tally.injected.items())),
        ("recoveries", f"{tally.recoveries:,}"),
        ("worst silence heard", f"{tally.worst_silence_s:.1f} s (seed {tally.worst_seed})"),
        ("violations", f"{len(tally.failed):,}"),
    ]


def _tell_failures(subject: Subject, tally: Tally) -> None:
    failed = sorted(tally.failed, key=lambda outcome: outcome.seed)
    for outcome in failed[:MOST_SHOWN]:
        _tell_failure(subject, outcome)
    if others := [str(outcome.seed) for outcome in failed[MOST_SHOWN:]]:
        seeds = ", ".join(others[:MOST_NAMED]) + (", …" if others[MOST_NAMED:] else "")
        click.echo(f"\n{len(others)} more failed: seed{'s' if others[1:] else ''} {seeds}")


def _tell_failure(subject: Subject, outcome: Outcome) -> None:
    plan = CallPlan.of(outcome.seed, faults=subject.faults)
    keep_quiet()
    shorter, left_out = shorten(subject, plan)
    click.echo(f"\nSeed {outcome.seed}:")
    click.echo("\n".join(f"  {violation}" for violation in outcome.violations))
    parts = shorter.lines() or ["  one in which nobody says anything and nothing goes wrong"]
    click.echo("\n".join(("The same is broken by this shorter call:", *parts)))
    without = f" --without {','.join(map(str, left_out))}" if left_out else ""
    more = (" --real-tools" if subject.real_tools else "") + ("" if subject.faults else " --calm")
    again = f"runtime simulate {subject.reference} --seed {outcome.seed}{without}{more}"
    click.echo(f"Hold it again:\n  {again} --events {outcome.seed}.jsonl")


def report_lines(options: SimulateOptions, tally: Tally) -> str:
    """Return the outcome as a page of Markdown."""
    last = options.seed + options.calls - 1
    rows = "\n".join(f"| {name} | {value} |" for name, value in _rows(tally))
    seeds = ", ".join(str(outcome.seed) for outcome in tally.failed) or "none"
    return f"""# Soak

`make soak`: simulated calls with faults, seeds {options.seed} to {last}, agent `{options.agent}`.

| what | how many |
|---|---|
{rows}

Seeds with violations: {seeds}.
"""
