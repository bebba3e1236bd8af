"""Every part of a call × every moment × every way to fall: what it may cost, and what never.

`make reliability` writes what it does cost into docs/reliability.md; what stands there must be so.
"""

import re

import pytest

from actors.caller_ring import CallerRing
from actors.ingress import Ingress
from actors.track.audio_track import AudioTrack
from docs.generate_reliability import PAGE, later_ms, written
from supervision.actor import Actor
from tests.reliability.cells import Outcome, outcome
from tests.reliability.parts import FAULTS, MOMENTS, PARTS, STAGES, Cell

pytestmark = pytest.mark.slow
LONGEST_MS = 3000
"""A part that hangs for 5 s is replaced long before."""
SECONDS = re.compile(r"\d+\.\d")
LEEWAY_S = 0.15
"""More than one tenth, less than two."""
LINES = ("transport", "transport, resumable")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("part", PARTS)
async def test_whatever_falls_no_word_is_lost_and_the_call_goes_on(part: str, moment: str) -> None:
    undisturbed = await outcome(Cell(part, moment))
    for fault in FAULTS:
        cell = Cell(part, moment, fault)
        found = await outcome(cell)
        keeps_the_laws(cell, found, undisturbed)
        measured = written(cell, found, undisturbed)
        stale = f"{cell}: docs/reliability.md is out of date, run: make reliability"
        assert says_the_same(on_page(cell), measured), f"{stale} ({measured})"


def keeps_the_laws(cell: Cell, found: Outcome, undisturbed: Outcome) -> None:
    assert found.struck or cell.moment == "closing", f"{cell} did not happen"
    if not found.struck:
        return
    if cell.is_end_of_line:
        assert found.survived or found.end.startswith("the transport ended"), cell
        return
    assert found.survived, f"{cell}: {found.end}"
    assert not found.user_lost, f"{cell}: {found.user_lost}"
    assert not found.user_repeated, cell
    assert found.is_reported or cell.fault == "hang", f"{cell}: nobody was told"
    if cell.part not in LINES:
        assert not found.agent_lost, f"{cell}: {found.agent_lost}"
        assert not found.agent_repeated, cell
        assert (later_ms(found, undisturbed) or 0) < LONGEST_MS, cell


def on_page(cell: Cell) -> str:
    """Return what the page says of this cell."""
    tables = PAGE.read_text(encoding="utf-8").split("\n## ")
    (table,) = (table for table in tables if table.startswith(cell.fault.capitalize()))
    (row,) = (row for row in table.splitlines() if row.startswith(f"| {cell.part} |"))
    return row.split("|")[2 + MOMENTS.index(cell.moment)].strip()


def says_the_same(page: str, measured: str) -> bool:
    """Compare word for word, but for times, in which a frame more or less may change a digit."""
    words = SECONDS.sub("…", page) == SECONDS.sub("…", measured)
    pairs = zip(SECONDS.findall(page), SECONDS.findall(measured), strict=False)
    return words and all(abs(float(one) - float(other)) < LEEWAY_S for one, other in pairs)


@pytest.mark.parametrize(
    ("page", "is_so"),
    [
        ("2.0 s, +0.9 s", True),
        ("2.0 s, +1.2 s", False),
        ("1.8 s, +1.0 s", False),
        ("2.0 s", False),
        ("at once", False),
        ("2.0 s, +1.0 s, 1 lost", False),
    ],
)
def test_a_cell_that_tells_something_else_is_out_of_date(page: str, *, is_so: bool) -> None:
    assert says_the_same(page, "2.0 s, +1.0 s") is is_so


# ---------------------------------------------------------------- the matrix can fail


async def breaks_a_law(part: str, moment: str, fault: str) -> None:
    cell = Cell(part, moment, fault)
    undisturbed = await outcome(Cell(part, moment))
    found = await outcome(cell)
    with pytest.raises(AssertionError):
        keeps_the_laws(cell, found, undisturbed)


@pytest.mark.parametrize(
    ("stage", "part"), [(AudioTrack, "audio_track"), (Ingress, "ingress")], ids=str
)
async def test_a_part_that_forgets_what_it_held_breaks_a_law(
    stage: type[Actor], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert STAGES[part] is stage
    real = stage.on_start

    def forgetful(actor: Actor) -> None:
        actor.hold = None
        real(actor)

    monkeypatch.setattr(stage, "on_start", forgetful)
    await breaks_a_law(part, "speaking", "kill")


async def test_a_recogniser_that_hears_no_word_again_breaks_a_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forgotten(_ring: CallerRing, _at: int) -> None:
        return None

    monkeypatch.setattr(CallerRing, "first_since", forgotten)
    await breaks_a_law("stt performer", "listening", "kill")
