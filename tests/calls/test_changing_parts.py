"""Parts of a running call are changed: proven first, then carried out, or all stays as it was."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import pytest

from actors.ports import Services
from providers.scripted import Fault
from providers.scripted_ears import ScriptedDenoiser, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from runtime.errors import UserError
from tests.calls.rig import Rig, agent, call

OLD = "From the old model."
NEW = "From the new model."
LONG = "One two three four five six. Seven eight nine ten. Eleven twelve thirteen fourteen."


async def test_a_new_model_answers_the_next_turn_and_the_old_one_has_left() -> None:
    old = ScriptedLLM(name="old", replies=[OLD])
    new = ScriptedLLM(name="new", replies=[NEW])
    async with call(agent(llm=old)) as rig:
        assert await rig.asks() == OLD
        await rig.job.session.change_component(llm=new)
        assert await rig.asks(answers=2) == NEW
        switched = rig.fields("provider_switched")
        tree = await rig.worker.snapshot()
    assert [(e["slot"], e["from"], e["to"], e["kind"]) for e in switched] == [
        ("llm", "old", "new", "change")
    ]
    assert "new" in str(tree)
    assert "'old'" not in str(tree)


async def test_a_new_part_that_does_not_come_up_leaves_everything_as_it_was() -> None:
    broken = ScriptedLLM(name="new", opening=Fault(times=9))
    async with call(agent(llm=ScriptedLLM(name="old", replies=[OLD]))) as rig:
        with pytest.raises(UserError, match="llm: the new part did not come up: new: a scripted"):
            await rig.job.session.change_component(llm=broken)
        assert await rig.asks() == OLD
        assert not rig.named("provider_switched")


async def test_a_new_part_that_fails_its_first_small_job_is_not_taken() -> None:
    broken = ScriptedTTS(name="new", sample_rate_hz=16_000, fault=Fault(at=0, times=9))
    async with call(agent(tts=ScriptedTTS(name="old", sample_rate_hz=16_000))) as rig:
        with pytest.raises(UserError, match="tts: the new part did not come up"):
            await rig.job.session.change_component(tts=broken)
        assert await rig.asks() == "We have three rooms free."


async def test_of_two_parts_none_is_changed_if_one_fails() -> None:
    new = ScriptedLLM(name="new", replies=[NEW])
    broken = ScriptedTTS(name="broken", opening=Fault(times=9))
    async with call(agent(llm=ScriptedLLM(name="old", replies=[OLD]))) as rig:
        with pytest.raises(UserError, match="tts: the new part"):
            await rig.job.session.change_component(llm=new, tts=broken)
        assert await rig.asks() == OLD


async def test_the_understudy_of_a_new_cast_takes_over_if_its_first_does_not_come_up() -> None:
    broken = ScriptedLLM(name="broken", opening=Fault(times=9))
    spare = ScriptedLLM(name="spare", replies=[NEW])
    async with call(agent(llm=ScriptedLLM(name="old", replies=[OLD]))) as rig:
        await rig.job.session.change_component(llm=[broken, spare])
        assert await rig.asks() == NEW


async def test_a_voice_is_changed_while_it_speaks_and_no_word_is_lost_or_said_twice() -> None:
    model = ScriptedLLM(replies=[LONG])
    new = ScriptedTTS(name="new", sample_rate_hz=8_000)
    async with call(agent(llm=model, tts=ScriptedTTS(name="old", sample_rate_hz=16_000))) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await rig.job.session.change_component(tts=new)
        assert (await rig.until("agent_transcript"))["text"] == LONG


async def test_a_new_vad_hears_the_barge_in() -> None:
    model = ScriptedLLM(replies=[LONG])
    async with call(agent(llm=model, vad=ScriptedVAD(name="old"))) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await rig.job.session.change_component(vad=ScriptedVAD(name="new"))
        await rig.says(1.5)
        assert (await rig.until("agent_transcript"))["interrupted"]


async def falls_back_on_loudness(rig: Rig, change: Awaitable[None]) -> None:
    await change
    await rig.asks()
    assert rig.fields("provider_switched")[-1]["to"].startswith("energy")


def failing_vad() -> ScriptedVAD:
    return ScriptedVAD(name="new", fault=Fault(at=100, times=99))


@pytest.mark.parametrize("before", [ScriptedVAD(name="old"), None])
async def test_loudness_stands_in_for_a_new_vad_as_well(before: ScriptedVAD | None) -> None:
    made = agent(vad=before)
    async with call(made) as rig:
        session, new = rig.job.session, failing_vad()
        if before is None:
            change = session.change_pipeline(vad=new, stt=made.stt, llm=made.llm, tts=made.tts)
        else:
            change = session.change_component(vad=new)
        await falls_back_on_loudness(rig, change)


async def test_loudness_proves_nothing_of_a_new_vad() -> None:
    broken = ScriptedVAD(name="new", opening=Fault(times=99))
    async with call(agent(vad=ScriptedVAD(name="old"))) as rig:
        with pytest.raises(UserError, match="vad: the new part did not come up"):
            await rig.job.session.change_component(vad=broken)
        assert await rig.asks() == "We have three rooms free."


async def test_a_recogniser_is_changed_between_two_turns() -> None:
    new = ScriptedSTT(name="new", utterances=["from the new ears"])
    async with call(agent()) as rig:
        await rig.asks()
        await rig.job.session.change_component(stt=new)
        await rig.asks(answers=2)
        turns = [event["text"] for event in rig.fields("turn_committed")]
    assert turns == ["two nights please", "from the new ears"]


async def test_a_part_that_the_call_has_not_is_no_component_of_it() -> None:
    async with call(agent()) as rig:
        with pytest.raises(UserError, match="has no denoise to be changed; change_pipeline adds"):
            await rig.job.session.change_component(denoise=ScriptedDenoiser())
        with pytest.raises(UserError, match="ears is no part of a pipeline; there are: denoise"):
            await rig.job.session.change_component(ears=ScriptedVAD())
        with pytest.raises(UserError, match="tts is given no part; change_pipeline removes parts"):
            await rig.job.session.change_component(tts=None)
        with pytest.raises(UserError, match="llm must be a provider"):
            await rig.job.session.change_component(llm=3)


@dataclass(frozen=True)
class Untold:
    """A language model whose declaration does not say that it is one."""

    name: str = "new"

    def open(self, services: Services) -> Any:
        return ScriptedLLM(name=self.name).open(services)


async def test_a_part_of_another_kind_is_refused_in_words() -> None:
    line = "new is no text to speech: it has no sample_rate_hz and no synthesize"
    async with call(agent()) as rig:
        with pytest.raises(UserError, match=f"tts: the new part did not come up: new: {line}"):
            await rig.job.session.change_component(tts=Untold())
        assert await rig.asks() == "We have three rooms free."


async def test_a_call_with_a_part_of_another_kind_says_so_once() -> None:
    async with call(agent(tts=Untold())) as rig:
        await rig.says()
        await asyncio.sleep(5.0)
        (failed,) = rig.fields("error")
    assert "new is no text to speech" in str(failed)


async def test_a_pipeline_without_a_voice_goes_on_in_writing_and_gets_its_voice_back() -> None:
    made = agent(llm=ScriptedLLM(replies=["Aloud.", "In writing.", "Aloud again."]))
    parts = {"vad": made.vad, "stt": made.stt, "llm": made.llm}
    async with call(made) as rig:
        assert await rig.asks() == "Aloud."
        await rig.job.session.change_pipeline(**parts)
        assert "tts-slot" not in str(await rig.worker.snapshot())
        assert await rig.asks(answers=2) == "In writing."
        silent = len(rig.caller.heard)
        await rig.job.session.change_pipeline(**parts, tts=ScriptedTTS(sample_rate_hz=16_000))
        assert await rig.asks(answers=3) == "Aloud again."
        assert len(rig.caller.heard) > silent
        assert [role for role, _ in await rig.said()] == ["user", "assistant"] * 3


async def test_a_voice_that_leaves_in_mid_speech_stops_and_memory_holds_what_was_heard() -> None:
    made = agent(llm=ScriptedLLM(replies=[LONG, "In writing."]))
    async with call(made) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        await rig.job.session.change_pipeline(vad=made.vad, stt=made.stt, llm=made.llm)
        heard = await rig.until("agent_transcript")
        assert heard["interrupted"]
        assert LONG.startswith(heard["text"].rstrip("."))
        assert await rig.asks(answers=2) == "In writing."


async def test_a_pipeline_whose_new_part_fails_is_not_changed() -> None:
    made = agent(tts=None)
    broken = ScriptedTTS(opening=Fault(times=99))
    async with call(made) as rig:
        with pytest.raises(UserError, match="tts: the new part did not come up"):
            await rig.job.session.change_pipeline(
                vad=made.vad, stt=made.stt, llm=made.llm, tts=broken
            )
        assert "tts-slot" not in str(await rig.worker.snapshot())
        assert await rig.asks() == "We have three rooms free."


async def test_ears_come_and_go_in_mid_call() -> None:
    made = agent()
    async with call(made) as rig:
        await rig.asks()
        await rig.job.session.change_pipeline(llm=made.llm, tts=made.tts)
        await rig.says()
        await asyncio.sleep(5.0)
        assert len(rig.named("turn_committed")) == 1
        await rig.job.session.change_pipeline(
            vad=made.vad, stt=made.stt, llm=made.llm, tts=made.tts
        )
        assert await rig.asks(answers=2) == "You are welcome."


async def test_a_role_that_falls_while_it_is_recast_keeps_what_it_had() -> None:
    slow = ScriptedLLM(name="new", opening=Fault(times=9))
    async with call(agent(llm=ScriptedLLM(name="old", replies=[OLD]))) as rig:
        changing = asyncio.gather(
            rig.job.session.change_component(llm=slow), return_exceptions=True
        )
        await asyncio.sleep(0)
        rig.job.call.addresses.llm.kill()
        (outcome,) = await changing
        assert isinstance(outcome, UserError)
        assert await rig.asks() == OLD
