"""Every part of a call × every moment × every way to fall: what it may cost, and what never.

`make reliability` writes what it does cost into docs/reliability.md.
"""

import pytest

from actors.caller_ring import CallerRing
from actors.ingress import Ingress
from actors.track.audio_track import AudioTrack
from docs.generate_reliability import PAGE, later_ms
from supervision.actor import Actor
from tests.reliability.cells import Outcome, outcome
from tests.reliability.parts import FAULTS, MOMENTS, PARTS, STAGES, Cell

pytestmark = pytest.mark.slow
LONGEST_MS = 3000
"""A part that hangs for 5 s is replaced long before."""
LINES = ("transport", "transport, resumable")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("part", PARTS)
async def test_whatever_falls_no_word_is_lost_and_the_call_goes_on(part: str, moment: str) -> None:
    undisturbed = await outcome(Cell(part, moment))
    for fault in FAULTS:
        cell = Cell(part, moment, fault)
        keeps_the_laws(cell, await outcome(cell), undisturbed)


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


def test_the_page_has_every_cell() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| ")]
    filled = {(row[1].strip(), len(row) - 3) for row in rows}
    assert filled >= {(part, len(MOMENTS)) for part in PARTS}
    assert page.count("| part |") == len(FAULTS)


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
