"""The simulator itself: the same seed is the same call, plans are cut short, mistakes are found."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actors.frames import Piece
from actors.track.text_track import TextTrack
from examples.front_desk import Main
from providers import DemoBrain
from runtime import Agent
from runtime.testing.campaign import Subject, shorten
from runtime.testing.code import FRAME_SAMPLES, CodeBook, Sound
from runtime.testing.invariants import violations
from runtime.testing.plan import CallPlan
from runtime.testing.trouble import ActorFault, Blow, Trouble, VendorFault
from runtime.testing.words import WordBook
from runtime.testing.world import hold
from supervision.address import Address
from supervision.simulation_loop import Receive, SimulationLoop

pytestmark = pytest.mark.timeout(120)
ROOT = Path(__file__).parent.parent.parent
SUBJECT = Subject("examples.front_desk:Main", ROOT)


def short(seed: int = 3) -> CallPlan:
    """Return a call of a few seconds in which nothing goes wrong."""
    plan = CallPlan.of(seed, faults=False)
    return replace(plan, acts=plan.acts[:3])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 22])
def test_the_same_seed_is_the_same_call_byte_for_byte(seed: int) -> None:
    first, second = (hold(Main, CallPlan.of(seed)) for _ in range(2))
    assert first.injected
    assert first.lines() == second.lines()
    assert [heard.pcm for heard in first.caller.heard] == [h.pcm for h in second.caller.heard]


class Writer(Agent):
    """Thinks, and has no voice."""

    llm = DemoBrain()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_agent_without_a_voice_is_written_to(seed: int) -> None:
    log = hold(Writer, CallPlan.of(seed))
    assert log.plan.in_writing
    assert violations(log) == []


@pytest.mark.slow
def test_the_same_seed_is_the_same_call_in_another_process(tmp_path: Path) -> None:
    """Sets and hashes have another order there."""
    logs: list[bytes] = []
    for hash_seed in ("1", "2"):
        file = tmp_path / f"{hash_seed}.jsonl"
        command = (Path(sys.executable).with_name("runtime"), "simulate", SUBJECT.reference)
        command = (*command, "--seed", "11", "--events", str(file))
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}  # noqa: TID251 - a child's
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        logs.append(file.read_bytes())
    assert logs[0]
    assert logs[0] == logs[1]


@pytest.mark.slow
def test_another_seed_deals_other_turns_in_the_same_call(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = CallPlan.of(23, faults=False)
    order: list[str] = []
    watched = SimulationLoop.watched

    def noted(loop: SimulationLoop, address: Address[Any], receive: Receive) -> Receive:
        handle = watched(loop, address, receive)

        def note(message: Any) -> Any:
            order.append(address.name)
            return handle(message)

        return note

    monkeypatch.setattr(SimulationLoop, "watched", noted)
    orders: list[list[str]] = []
    for turns_seed in ("one", "one", "other"):
        order.clear()
        assert not violations(hold(Main, plan, turns_seed=turns_seed))
        orders.append(list(order))
    one, again, other = orders
    assert one == again
    assert one != other


@pytest.mark.parametrize("slot", ["stt", "llm", "tts"])
@pytest.mark.parametrize("trouble", [Trouble.EXCEPTION, Trouble.HANG, Trouble.SLOW, Trouble.LATE])
def test_a_fault_of_the_plan_happens_and_is_counted(slot: str, trouble: Trouble) -> None:
    if (slot, trouble) == ("stt", Trouble.LATE):
        pytest.skip("a recogniser is cancelled at the end only")
    fault = VendorFault(slot, trouble, stream=0, at=1)
    log = hold(Main, replace(CallPlan.of(12, faults=False), faults=(fault,)))
    assert set(log.injected) <= {trouble.value}
    assert log.injected or trouble is Trouble.LATE


@pytest.mark.parametrize("blow", Blow)
def test_an_actor_is_struck_at_the_message_of_the_plan(blow: Blow) -> None:
    plan = replace(short(), faults=(ActorFault("session", blow, 9),))
    log = hold(Main, plan)
    assert log.injected == {blow.value: 1}
    assert [report for report in log.reports if report.name == "actor_restarted"]
    assert not violations(log)


def test_a_call_in_writing_is_read_to_its_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = replace(short(), in_writing=True)
    log = hold(Main, plan)
    assert any(output.is_finished and output.words for output in log.outputs)
    assert not any(heard.pcm for heard in log.caller.heard)
    assert not violations(log)
    real: Callable[..., None] = TextTrack.on_receive

    def curt(track: TextTrack, message: object) -> None:
        if isinstance(message, Piece) and " " in message.text:
            message = Piece(message.epoch, message.piece, message.text.rpartition(" ")[0])
        real(track, message)

    monkeypatch.setattr(TextTrack, "on_receive", curt)
    (found,) = violations(hold(Main, plan))
    assert found.startswith("what_is_finished_was_heard_to_its_end")


def test_a_plan_without_some_of_its_parts_keeps_the_others() -> None:
    plan = CallPlan.of(59)
    rest = plan.without({0, len(plan.acts)})
    assert rest.acts == plan.acts[1:]
    assert rest.faults == plan.faults[1:]


def test_speech_can_be_read_to_the_frame_and_through_a_gain() -> None:
    book = CodeBook()
    pcm = book.speak("one") + book.speak("two")
    frames = [pcm[at : at + FRAME_SAMPLES * 2] for at in range(0, len(pcm), FRAME_SAMPLES * 2)]
    assert [book.read(frame) for frame in frames] == [
        Sound(word, frame) for word in (0, 1) for frame in range(12)
    ]
    quieter = b"".join(
        (int.from_bytes(frames[13][at : at + 2], "little", signed=True) // 2).to_bytes(
            2, "little", signed=True
        )
        for at in range(0, FRAME_SAMPLES * 2, 2)
    )
    assert book.read(quieter) == Sound(1, 1)
    assert book.read(bytes(FRAME_SAMPLES * 2)) is None


def test_no_word_is_handed_out_twice() -> None:
    book, other = WordBook("agent"), WordBook("caller")
    words = [book.new() for _ in range(5000)] + [other.new() for _ in range(5000)]
    assert len(set(words)) == 10_000


@pytest.mark.slow
def test_a_failing_call_is_made_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.testing import campaign, world  # noqa: PLC0415 - what is to be broken

    def breaks(log: world.CallLog) -> list[str]:
        return ["a_law: broken"] if log.injected else []

    monkeypatch.setattr(campaign, "violations", breaks)
    whole = replace(CallPlan.of(11), jitter_s=0.0)
    plan = whole.without(range(3, len(whole.acts)))
    shorter, left_out = shorten(SUBJECT, plan)
    assert len(shorter.faults) == 1
    assert not shorter.acts
    assert shorter == plan.without(left_out)
