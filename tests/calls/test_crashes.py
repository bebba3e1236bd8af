"""Whatever is crashed in mid-call, the call goes on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from actors.call import AnyAddress, Call
from actors.call_record import CallRecord
from actors.denoise import DenoisePerformer, DenoiseRole
from actors.hook_runner import Hook, run_hook
from actors.ingress import Ingress
from actors.llm.performer import LlmPerformer
from actors.llm.role import LlmRole
from actors.session.call_limits import CallLimits
from actors.session.conductor import Conductor
from actors.session.producer import Producer
from actors.session.session import Session
from actors.slots.slot import Hold
from actors.stt.performer import SttPerformer
from actors.stt.role import SttRole
from actors.track.audio_track import AudioTrack
from actors.tts.performer import TtsPerformer
from actors.tts.role import TtsRole
from actors.turn import TurnPerformer, TurnRole
from actors.turn_taking.effects import DtmfEntered, Effect, UserStateChanged
from actors.vad import VadPerformer, VadRole
from providers.scripted_ears import ScriptedDenoiser, ScriptedTurnDetector
from providers.scripted_stt import ScriptedSTT
from runtime.agent import Agent
from supervision.actor import Actor
from tests.calls.rig import Rig, agent, call

STAGES: dict[str, type[Actor]] = {
    "session": Session,
    "audio_track": AudioTrack,
    "tts": TtsRole,
    "llm": LlmRole,
    "turn": TurnRole,
    "stt": SttRole,
    "vad": VadRole,
    "denoise": DenoiseRole,
    "ingress": Ingress,
}
PERFORMERS: dict[str, type[Actor]] = {
    "tts": TtsPerformer,
    "llm": LlmPerformer,
    "turn": TurnPerformer,
    "stt": SttPerformer,
    "vad": VadPerformer,
    "denoise": DenoisePerformer,
}


def everyone() -> Agent:
    """Return an agent with every slot filled, whose recogniser always hears the same."""
    return agent(
        denoise=ScriptedDenoiser(),
        turn_detector=ScriptedTurnDetector(),
        stt=ScriptedSTT(utterances=["two nights please"], afterwards="last"),
    )


class Trap:
    """Makes one class of actor fall over the next message that it gets, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type[Actor]) -> None:
        self.armed = False
        self.sprung = 0
        real: Callable[[Any, Any], Any] = kind.on_receive

        def on_receive(actor: Any, message: Any) -> Any:
            if self.armed:
                self.armed = False
                self.sprung += 1
                raise RuntimeError("a planted crash")
            return real(actor, message)

        monkeypatch.setattr(kind, "on_receive", on_receive)


async def goes_on_after(rig: Rig, crash: Callable[[], None], moment: str) -> None:
    """Crash something at that moment of the first turn; the turns after it must be answered."""
    if moment == "listening":
        rig.caller.speak(b"\x10\x27" * 16_000)
        await asyncio.sleep(0.5)
        crash()
        await asyncio.sleep(0.6)
    else:
        await rig.says()
        await rig.until("agent_speech_started" if moment == "speaking" else "turn_committed")
        crash()
    await asyncio.sleep(8.0)
    before = len(rig.named("agent_transcript"))
    assert await rig.asks(answers=before + 1)
    rig.caller.finish()
    assert await rig.job.closed() == "the caller has finished"


@pytest.mark.parametrize("moment", ["listening", "thinking", "speaking"])
@pytest.mark.parametrize("stage", STAGES)
async def test_a_call_goes_on_after_a_stage_fell_over_a_message(
    stage: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = Trap(monkeypatch, STAGES[stage])
    async with call(everyone()) as rig:
        await goes_on_after(rig, lambda: setattr(trap, "armed", True), moment)
    assert trap.sprung == 1
    first = rig.fields("agent_transcript")[0]
    assert first["text"] == "We have three rooms free."
    assert rig.fields("user_transcript")[-1]["text"] == "two nights please"


@pytest.mark.parametrize("moment", ["listening", "thinking", "speaking"])
@pytest.mark.parametrize("stage", STAGES)
async def test_a_call_goes_on_after_a_stage_was_killed(stage: str, moment: str) -> None:
    async with call(everyone()) as rig:
        address: AnyAddress = getattr(rig.job.call.addresses, stage)
        await goes_on_after(rig, address.kill, moment)
        assert address.incarnation == 2
    assert rig.fields("agent_transcript")[0]["text"] == "We have three rooms free."


@pytest.mark.parametrize("moment", ["listening", "thinking", "speaking"])
@pytest.mark.parametrize("slot", PERFORMERS)
async def test_a_call_goes_on_after_a_performer_was_killed(slot: str, moment: str) -> None:
    async with call(everyone()) as rig:
        role: AnyAddress = getattr(rig.job.call.addresses, slot)
        assert isinstance(role.hold, Hold)
        (performer,) = role.hold.live.values()
        await goes_on_after(rig, performer.kill, moment)
        assert role.hold.live
        assert performer not in role.hold.live.values()


@pytest.mark.parametrize("moment", ["listening", "thinking", "speaking"])
@pytest.mark.parametrize("slot", PERFORMERS)
async def test_a_call_goes_on_after_a_performer_fell_over_a_message(
    slot: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = Trap(monkeypatch, PERFORMERS[slot])
    async with call(everyone()) as rig:
        await goes_on_after(rig, lambda: setattr(trap, "armed", True), moment)
    assert trap.sprung == 1


def falls(*_given: object, **_named: object) -> None:
    raise RuntimeError("a planted crash")


async def test_an_answer_that_cannot_be_begun_is_apologised_for_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Producer, "answer", falls)
    async with call(agent()) as rig:
        assert await rig.asks() == Agent.apology
        told = {(event["where"], event["message"]) for event in rig.fields("error")}
        assert not rig.named("interrupted")
    assert ("session", "StartOutput could not be carried out") in told


async def test_an_effect_that_is_given_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Conductor.carry_out

    def carry_out(self: Conductor, record: CallRecord, effect: Effect) -> None:
        if isinstance(effect, DtmfEntered):
            falls()
        real(self, record, effect)

    monkeypatch.setattr(Conductor, "carry_out", carry_out)
    async with call(agent()) as rig:
        rig.caller.press("1")
        error = await rig.until("error")
        assert await rig.asks() == "We have three rooms free."
    assert (error["where"], error["kind"]) == ("session", "crash")
    assert error["message"] == "DtmfEntered could not be carried out"


async def test_what_a_session_cannot_do_at_its_start_costs_neither_the_room_nor_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Conductor.carry_out

    def carry_out(self: Conductor, record: CallRecord, effect: Effect) -> None:
        restarted = rig.job.call.addresses.session.incarnation > 1
        if isinstance(effect, UserStateChanged) and restarted and not rig.named("error"):
            falls()
        real(self, record, effect)

    monkeypatch.setattr(Conductor, "carry_out", carry_out)
    async with call(agent()) as rig:
        assert await rig.asks() == "We have three rooms free."
        rig.job.call.addresses.session.kill()
        error = await rig.until("error")
        assert error["message"] == "UserStateChanged could not be carried out"
        assert await rig.asks(answers=2) == "You are welcome."


class Courteous(Agent):
    """Says something when it comes and when it goes."""

    async def on_enter(self) -> None:
        await self.session.say("Good evening.")

    async def on_exit(self) -> None:
        await self.session.say("Good night.")


def falls_once(monkeypatch: pytest.MonkeyPatch, name: str) -> list[str]:
    """Let the Session fall over beginning this hook, once; return what it has begun."""
    begun: list[str] = []

    def run(room: Call, watcher: AnyAddress, hook: Hook) -> None:
        begun.append(hook.name)
        if begun.count(name) == 1 and hook.name == name:
            falls()
        run_hook(room, watcher, hook)

    monkeypatch.setattr("actors.session.session.run_hook", run)
    return begun


@pytest.mark.parametrize("why", ["hangup", "limit"])
@pytest.mark.parametrize("name", ["on_enter", "on_exit"])
async def test_a_session_that_falls_over_beginning_a_hook_begins_it_again(
    name: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, who, scripted = falls_once(monkeypatch, name), Courteous(), agent()
    vars(who).update(vars(scripted))
    who.limits = CallLimits(max_duration_s=10.0)
    async with call(who) as rig:
        assert (await rig.until("agent_transcript"))["text"] == "Good evening."
        if why == "hangup":
            rig.job.session.hangup("enough")
        async with asyncio.timeout(30.0):
            await rig.job.closed()
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == ["Good evening.", "Good night."]
    assert begun.count(name) == 2


async def test_a_crash_of_the_transport_ends_the_call_and_says_why() -> None:
    async with call(agent()) as rig:
        await rig.asks()
        rig.job.call.addresses.transport.kill()
        assert "transport" in await rig.job.closed()
    assert rig.named("session_closed")


async def test_what_is_told_to_a_fallen_session_is_not_lost() -> None:
    async with call(agent()) as rig:
        await asyncio.sleep(0.1)
        rig.job.call.addresses.session.kill()
        rig.job.session.say("This was told to nobody alive.")
        assert (await rig.until("agent_transcript"))["text"] == "This was told to nobody alive."
