"""A caller who speaks may write as well: a line that was sent is complete."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from actors.reports import UserTranscript
from providers.scripted_ears import ScriptedTurnDetector
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import tone
from tests.calls.rig import Rig, agent, call

AT_ONCE_MS = 1.0


async def until_final(heard: AsyncIterator[UserTranscript]) -> AsyncIterator[UserTranscript]:
    async for event in heard:
        yield event
        if event.final:
            return


def waited_ms(rig: Rig) -> float:
    """Return how long the last text waited to be taken as a turn."""
    told = [report for report in rig.named("user_transcript") if report.to_dict()["final"]]
    return (rig.named("turn_committed")[0].at_ns - told[-1].at_ns) / 1e6


@pytest.mark.parametrize("line", ["two nights please", "well"])
async def test_a_line_is_a_turn_at_once(line: str) -> None:
    async with call(agent(turn_detector=ScriptedTurnDetector())) as rig:
        rig.caller.write(line)
        assert (await rig.until("agent_transcript"))["text"] == "We have three rooms free."
        assert waited_ms(rig) < AT_ONCE_MS
        assert rig.fields("turn_committed")[0]["text"] == line


async def test_a_line_while_the_caller_speaks_waits_for_the_rest_and_is_one_turn_with_it() -> None:
    async with call(agent(stt=ScriptedSTT(utterances=["for Ada"]))) as rig:
        rig.caller.speak(tone(16_000, 1000))
        await asyncio.sleep(0.5)
        rig.caller.write("two nights please")
        await rig.until("agent_transcript")
        assert [turn["text"] for turn in rig.fields("turn_committed")] == [
            "two nights please for Ada"
        ]


async def test_a_line_completes_what_was_said_before_it() -> None:
    async with call(agent(stt=ScriptedSTT(utterances=["two nights"]))) as rig:
        heard = rig.job.session.events(UserTranscript)
        await rig.says()
        assert [event.text async for event in until_final(heard)][-1] == "two nights"
        rig.caller.write("for Ada")
        await rig.until("agent_transcript")
        assert [turn["text"] for turn in rig.fields("turn_committed")] == ["two nights for Ada"]
        assert waited_ms(rig) < AT_ONCE_MS
