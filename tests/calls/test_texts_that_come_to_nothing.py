"""A recogniser may take back what it seemed to hear."""

from providers.scripted_stt import Heard, ScriptedSTT
from tests.calls.rig import agent, call

NOTHING = Heard(text="", interims=["two", "two nights"])


async def test_what_is_said_after_a_text_that_came_to_nothing_is_answered() -> None:
    async with call(agent(stt=ScriptedSTT(utterances=[NOTHING, "two nights please"]))) as rig:
        await rig.says()
        await rig.until("turn_discarded")
        await rig.says()
        await rig.until("agent_transcript")
        assert [turn["text"] for turn in rig.fields("turn_committed")] == ["two nights please"]


async def test_a_text_that_came_to_nothing_is_no_turn() -> None:
    async with call(agent(stt=ScriptedSTT(utterances=[NOTHING]))) as rig:
        await rig.says()
        await rig.until("turn_discarded")
        assert not rig.named("turn_committed")
