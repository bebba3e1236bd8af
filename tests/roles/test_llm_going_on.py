"""A model fails in mid-reply, and the caller hears one reply that goes on."""

import asyncio

import pytest

from actors.chat_capabilities import ResumeMode
from actors.llm.job import LlmHold
from actors.phrases import Phrases
from actors.turn_taking import SpeculationConfig, SpeculationMode, TurnTakingConfig
from actors.vendor import FailureKind, ProviderError
from providers.scripted import Cut, Fault, Hang, Pause
from providers.scripted_llm import GoingOn, ScriptedLLM
from providers.scripted_tts import ScriptedTTS
from tests.calls.rig import agent, call
from tests.roles.llm_calls import (
    ANSWER,
    OTHER,
    WORDS,
    as_steps,
    failing,
    heard,
    only_switch,
    raises_at,
    understudy,
)

CHUNKS = range(len(WORDS))
MID_SENTENCE, SENTENCE_END = 8, 14
"""Chunks before which a clause, and a whole sentence, were heard already."""
LATE_CHUNKS = (MID_SENTENCE, SENTENCE_END, 20)


def test_the_answer_has_as_many_words_as_the_peers_were_given() -> None:
    assert len(WORDS) == 21


@pytest.mark.parametrize("chunk", CHUNKS)
async def test_llm_raise_at_every_chunk(chunk: int) -> None:
    text, rig = await heard([failing(raises_at(chunk), gap_s=0.1), understudy(gap_s=0.1)])
    assert text == ANSWER
    switched = only_switch(rig)
    assert (switched["slot"], switched["kind"], switched["to"]) == ("llm", "error", "second")
    assert switched["words_repeated"] == 0


async def test_llm_raise_before_first() -> None:
    first, second = failing(raises_at(0)), understudy(first_s=0.4)
    text, rig = await heard([first, second])
    assert text == ANSWER
    assert only_switch(rig)["seam"] == "clean"
    assert first.record.requests[0] == second.record.requests[0]
    asked_ns = rig.named("provider_switched")[0].at_ns
    heard_ns = rig.named("agent_speech_started")[0].at_ns
    assert (heard_ns - asked_ns) / 1e9 == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("chunk", CHUNKS)
async def test_llm_hang_at_every_chunk_late_results(chunk: int) -> None:
    first = failing(Fault(at=chunk, deaf_s=3.0), gap_s=0.05)
    async with call(agent(llm=[first, understudy(gap_s=0.05)])) as rig:
        assert await rig.asks() == ANSWER
        await asyncio.sleep(3.0)
        hold = rig.job.call.addresses.llm.hold
        assert isinstance(hold, LlmHold)
    kinds = [switch["kind"] for switch in rig.fields("provider_switched")]
    if chunk > SENTENCE_END:  # what is there already outlasts the hang
        assert (kinds, hold.stale) == ([], 0)
    else:
        assert kinds == ["stall" if chunk else "late"]
        assert hold.stale == len(WORDS) - chunk + 1, "all that came late, and the end mark"


async def test_a_model_that_hangs_behind_a_fast_voice_is_replaced() -> None:
    first = failing(Fault(at=SENTENCE_END, hang=True), gap_s=0.15)
    voice = ScriptedTTS(sample_rate_hz=16_000, word_ms=100)
    text, rig = await heard([first, understudy()], tts=voice)
    assert text == ANSWER
    assert only_switch(rig)["kind"] == "stall"


@pytest.mark.parametrize("chunk", CHUNKS)
async def test_llm_eof_without_end_mark(chunk: int) -> None:
    first = failing(replies=[[*as_steps(ANSWER)[:chunk], Cut()]], gap_s=0.1)
    text, rig = await heard([first, understudy()])
    assert text == ANSWER
    assert only_switch(rig)["kind"] == "closed"


async def test_llm_empty_done() -> None:
    text, rig = await heard([failing(replies=[[]]), understudy()])
    assert text == ANSWER
    assert only_switch(rig)["kind"] == "empty"


async def test_a_model_that_has_nothing_to_say_again_is_believed() -> None:
    async with call(agent(llm=ScriptedLLM(replies=[[], [], "And you?"]))) as rig:
        await rig.says()
        assert (await rig.until("agent_speech_finished"))["outcome"] == "silent"
        assert await rig.asks() == "And you?"


async def test_llm_empty_after_resume_at_sentence_end() -> None:
    short = "We have three rooms, two of them with a view."
    first = failing(replies=[[*as_steps(short), Hang()]])
    second = understudy(replies=[short])
    third = ScriptedLLM(name="third", replies=["Never said."])
    text, rig = await heard([first, second, third])
    assert text == short
    assert only_switch(rig)["to"] == "second"
    assert not third.record.requests


async def test_llm_pings_only() -> None:
    first = failing(replies=[[Hang()]])  # its connection lives, and nothing comes of it
    asked_when_committed = TurnTakingConfig(speculation=SpeculationConfig(mode=SpeculationMode.OFF))
    text, rig = await heard([first, understudy()], turn_taking=asked_when_committed)
    assert text == ANSWER
    assert only_switch(rig)["kind"] == "late"
    committed, switched = rig.named("turn_committed")[0], rig.named("provider_switched")[0]
    assert (switched.at_ns - committed.at_ns) / 1e9 == pytest.approx(2.5, abs=0.02)


async def repetition_is_left_out(manner: GoingOn, chunk: int) -> None:
    models = [failing(raises_at(chunk), gap_s=0.15), understudy(manner, gap_s=0.05)]
    text, rig = await heard(models)
    assert text == ANSWER
    assert only_switch(rig)["seam"] == "deduped"


@pytest.mark.parametrize("chunk", LATE_CHUNKS)
async def test_llm_understudy_repeats_last_sentence(chunk: int) -> None:
    await repetition_is_left_out("repeats a sentence", chunk)


@pytest.mark.parametrize("chunk", LATE_CHUNKS)
async def test_llm_understudy_repeats_everything(chunk: int) -> None:
    await repetition_is_left_out("repeats everything", chunk)


@pytest.mark.parametrize("chunk", LATE_CHUNKS)
async def test_llm_understudy_repeats_three_words(chunk: int) -> None:
    await repetition_is_left_out("repeats three words", chunk)


async def test_two_words_that_were_just_said_may_be_meant_and_are_kept() -> None:
    said, meant = "You may have two beds.", "Two beds cost more."
    gone = ProviderError("it broke")
    first = failing(replies=[[*as_steps(f"{said} They"), Pause(0.5), gone]])
    text, _ = await heard([first, understudy("begins anew", replies=[meant])])
    assert text == f"{said} {meant}"


async def test_llm_understudy_other_answer() -> None:
    other = understudy("begins anew", replies=[OTHER])
    text, rig = await heard([failing(raises_at(SENTENCE_END), gap_s=0.15), other])
    assert text == f"We have three rooms, two of them with a view. {OTHER}"
    assert only_switch(rig)["seam"] == "unchecked"
    assert not rig.named("actor_restarted")


async def test_llm_prefix_refused_400() -> None:
    second = understudy("refuses a prefix", resume=ResumeMode.PREFIX)
    third = ScriptedLLM(name="third", replies=["Never said."])
    models = [failing(raises_at(SENTENCE_END), gap_s=0.15), second, third]
    text, rig = await heard(models)
    assert text == ANSWER
    assert only_switch(rig)["to"] == "second"
    asked = [getattr(request, "goes_on", None) for request in second.record.requests]
    assert asked == [True, False]
    assert second.record.opened == 1, "its vendor is well"
    assert not third.record.requests


async def test_a_model_that_takes_a_prefix_is_asked_with_it_and_joins() -> None:
    second = understudy(resume=ResumeMode.PREFIX)
    text, rig = await heard([failing(raises_at(SENTENCE_END), gap_s=0.15), second])
    assert text == ANSWER
    assert only_switch(rig)["seam"] == "joined"


async def test_llm_context_too_long_everywhere() -> None:
    too_long = ProviderError("HTTP 413: too long", kind=FailureKind.REJECTED)
    models = [  # they are asked twice: early, and for certain
        ScriptedLLM(name=name, replies=["And what else?"], fault=Fault(error=too_long, times=2))
        for name in ("first", "second", "third")
    ]
    async with call(agent(llm=models, apology="Sorry about that.")) as rig:
        assert await rig.asks() == "Sorry about that."
        assert await rig.asks(answers=2) == "And what else?"
    assert [model.record.opened for model in models] == [1, 1, 1]


async def test_llm_unheard_speculation_fails() -> None:
    """The pieces of a reply whose gate is still shut are taken back: there is no seam."""
    written_only = SpeculationConfig(mode=SpeculationMode.LLM)
    first, second = failing(raises_at(SENTENCE_END)), understudy()
    text, rig = await heard([first, second], turn_taking=TurnTakingConfig(speculation=written_only))
    assert text == ANSWER
    assert only_switch(rig)["seam"] == "retracted"
    assert second.record.requests == first.record.requests[:1]


async def test_a_reply_that_nobody_brings_on_ends_the_call_after_the_grace() -> None:
    gone = ProviderError("it is down")
    broken = failing(replies=[[*as_steps(ANSWER)[:MID_SENTENCE], gone], gone], gap_s=0.1)
    async with call(agent(llm=broken)) as rig:
        await rig.says()
        assert await rig.job.closed() == "the language model is gone"
        said = [event["text"] for event in rig.fields("agent_transcript")]
    assert said == [f"We have three rooms, {Phrases().wait}", Phrases().goodbye]
