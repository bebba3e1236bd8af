"""Why did it do that? Every decision of the turn machine is an event with its reason."""

import asyncio

from actors.turn_taking import TurnTakingConfig
from actors.vendor import TurnState
from providers.scripted_ears import ScriptedTurnDetector
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import Heard, ScriptedSTT
from runtime.agent import Agent
from tests.calls.rig import Rig, agent, call

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
DECISIONS = {
    *("turn_judged", "turn_committed", "turn_amended", "turn_discarded", "output_started"),
    *("output_dropped", "command_refused", "playback_paused", "playback_resumed", "interrupted"),
    *("speculation_started", "speculation_confirmed", "speculation_cancelled"),
}


def log(rig: Rig) -> list[tuple[str, str]]:
    """Return the decisions of the call, each with its reason or what it is about."""
    return [
        (fact["event"], str(fact.get("reason") or fact.get("text") or fact.get("kind") or ""))
        for fact in (report.to_dict() for report in rig.reports)
        if fact["event"] in DECISIONS
    ]


async def test_an_answer_that_was_begun_early_is_told_from_its_start_to_its_confirmation() -> None:
    async with call(agent()) as rig:
        await rig.asks()
        assert log(rig) == [
            ("speculation_started", "two nights please"),
            ("turn_committed", "wait"),
            ("speculation_confirmed", ""),
        ]


async def test_a_noise_over_the_agent_is_told_as_a_pause_a_discard_and_a_resumption() -> None:
    mute = ScriptedSTT(utterances=["two nights please", ""])
    async with call(agent(llm=ScriptedLLM(replies=[LONG]), stt=mute)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(0.5)
        await rig.says(0.8)
        await rig.until("agent_speech_finished")
        assert log(rig)[3:] == [
            ("playback_paused", "speech"),
            ("turn_discarded", "no_speech"),
            ("playback_resumed", "silence"),
        ]


async def test_words_over_the_agent_are_told_as_an_interruption_with_its_reason() -> None:
    stt = ScriptedSTT(utterances=["two nights please", "what about Monday"])
    async with call(agent(llm=ScriptedLLM(replies=[LONG, "All right."]), stt=stt)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(0.5)
        await rig.says(1.0)
        await rig.until("agent_transcript", count=2)
        assert ("interrupted", "words") in log(rig)
        assert rig.fields("interrupted")[0]["epoch"] == 1


async def test_what_the_detector_thought_is_told_before_what_was_made_of_it() -> None:
    detector = ScriptedTurnDetector(scores=[TurnState.COMPLETE])
    async with call(agent(turn_detector=detector)) as rig:
        await rig.asks()
        events = [event for event, _ in log(rig)]
        judged = rig.fields("turn_judged")
    assert events.index("turn_judged") < events.index("turn_committed")
    assert judged[0]["state"] == "complete"


async def test_a_correction_of_a_committed_turn_is_told() -> None:
    stt = ScriptedSTT(
        utterances=[Heard(text="book a cable", delay_s=3.0, interims=("book a table",))],
        endpointing="own",  # no mark says that this is too long
    )
    async with call(agent(vad=None, stt=stt, llm=ScriptedLLM(replies=[LONG]))) as rig:
        await rig.says()
        amended = await rig.until("turn_amended")
        assert (amended["old"], amended["new"]) == ("book a table", "book a cable")
        assert rig.fields("turn_committed")[0]["reason"] == "stt_silence"


class Clerk(Agent):
    """Reads out terms that nobody may interrupt."""

    async def on_enter(self) -> None:
        self.session.say(LONG, interruptible=False)
        await asyncio.sleep(1.0)
        self.session.interrupt()


async def test_a_refused_command_and_a_dropped_utterance_are_told() -> None:
    clerk = Clerk()
    clerk.tts, clerk.turn_taking = agent().tts, TurnTakingConfig(queue_max=1)
    async with call(clerk) as rig:
        assert (await rig.until("command_refused"))["what"] == "interrupt"
        rig.job.session.say("One.")
        rig.job.session.say("Two.")
        assert (await rig.until("output_dropped"))["reason"] == "queue_full"
        assert rig.fields("output_started")[0]["kind"] == "say"
