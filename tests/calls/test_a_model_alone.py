"""One language model, without an understudy, that falls silent in the middle of a reply."""

import pytest

from actors.llm.pace import ALONE
from providers.scripted import Hang, Pause
from providers.scripted_llm import ScriptedLLM
from runtime import Agent
from runtime.testing import simulate

BEGINNING = "We have three rooms. "
SILENT = [BEGINNING, Hang()]


class Speaks(Agent):
    stt = "openai"
    tts = "openai"


class HasNoVoice(Agent):
    stt = "openai"


@pytest.mark.parametrize(
    ("agent", "is_in_writing"), [(Speaks, False), (Speaks, True), (HasNoVoice, False)]
)
async def test_it_is_given_up_by_its_own_deadline_and_the_caller_told_that_it_takes_a_moment(
    agent: type[Agent],
    is_in_writing: bool,  # noqa: FBT001 - a case of the test
) -> None:
    model = ScriptedLLM(replies=[SILENT])
    async with simulate(agent, llm=model, text=is_in_writing, may_fail=True) as call:
        await call.user_says("two nights please")
        asked_s = call.now_s
        assert (await call.until("error"))["kind"] == "stall"
        assert call.now_s - asked_s < ALONE.stall_s + 1.0
        await call.until("outage_began")
        assert await call.closed() == "the language model is gone"
        assert call.named("agent_speech_finished")[0]["outcome"] == "failed"
        assert [cut["reason"] for cut in call.named("interrupted")] == ["outage"]


async def test_it_goes_on_where_it_fell_silent_if_it_can_the_next_time() -> None:
    model = ScriptedLLM(replies=[SILENT, BEGINNING + "All of them are quiet."])
    async with simulate(Speaks, llm=model, may_fail=True) as call:
        await call.user_says("two nights please")
        await call.agent_says(f"{BEGINNING}All of them are quiet.")
        assert not call.named("interrupted")


async def test_one_that_is_slow_to_begin_has_no_less_time_between_its_words() -> None:
    model = ScriptedLLM(replies=[[Pause(8.0), "We have ", Pause(4.5), "three rooms."]])
    async with simulate(Speaks, llm=model) as call:
        await call.user_says("two nights please")
        await call.agent_says("We have three rooms.")
