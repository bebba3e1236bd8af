"""Scenarios in which vendors fail or are changed in mid-call, by their names.

Those of a recogniser's socket are in `test_recogniser_scenarios.py`.
"""

import asyncio
from typing import Any

import pytest

from actors.phrases import Phrases
from providers.scripted import Fault, ScriptedProvider
from providers.scripted_ears import ScriptedDenoiser, ScriptedTurnDetector, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from runtime.errors import UserError
from tests.calls.rig import agent, call
from tests.roles.listening import TEXT, Spoken, heard_by, repeated, spoken, voice

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
FREE = "We have three rooms free."
ALWAYS = 10**6
BROKEN = Fault(error=RuntimeError("broken"), times=ALWAYS)

# ---------------------------------------------------------------- 15: dying in mid-sentence


async def answered(**parts: Any) -> Spoken:
    """Let the caller ask, and listen to the whole answer."""
    async with call(agent(**parts)) as rig:
        await rig.asks()
        return heard_by(rig)


@pytest.mark.parametrize("at", range(1, 22, 3))
async def test_15_a_model_that_dies_in_mid_sentence_repeats_no_word(at: int) -> None:
    """The caller hears each word once, by ear and not by transcript."""
    dies = ScriptedLLM(name="first", replies=[TEXT], fault=Fault(at=at), gap_s=0.05)
    spare = ScriptedLLM(name="second", replies=[TEXT])
    heard = await answered(llm=[dies, spare], tts=voice())
    assert repeated(heard.words) == 0
    assert heard.transcript == TEXT
    assert [(event["slot"], event["to"]) for event in heard.switches] == [("llm", "second")]


@pytest.mark.parametrize("at", range(1, 30, 4))
async def test_15_a_voice_that_dies_in_mid_sentence_loses_no_word(at: int) -> None:
    dies = voice("first", fault=Fault(at=at), gap_s=0.05)
    heard = await spoken(dies, voice("second"))
    assert repeated(heard.words) <= 2  # raises if one is missing
    assert heard.transcript == TEXT
    assert [(event["slot"], event["to"]) for event in heard.switches] == [("tts", "second")]


# ---------------------------------------------------------------- 27: another VAD


async def test_27_a_new_vad_drives_the_barge_in() -> None:
    """The old one, deaf by its script, could not have."""
    deaf_from_now_on = ScriptedVAD(name="old", spans=[(0, 17_000)])
    llm = ScriptedLLM(replies=[LONG])
    async with call(agent(vad=deaf_from_now_on, llm=llm)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await rig.job.session.change_component(vad=ScriptedVAD(name="new"))
        await asyncio.sleep(0.5)
        begun_s = asyncio.get_running_loop().time()
        await rig.says(1.0)
        assert (await rig.until("agent_transcript"))["interrupted"]
        assert asyncio.get_running_loop().time() - begun_s < 1.5
        await asyncio.sleep(5.0)
        tree = str(await rig.worker.snapshot())
    assert "'new'" in tree
    assert "'old'" not in tree


async def test_27_a_swap_that_fails_leaves_the_old_vad_working() -> None:
    llm = ScriptedLLM(replies=[LONG])
    async with call(agent(vad=ScriptedVAD(name="old"), llm=llm)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        with pytest.raises(UserError, match="vad: the new part did not come up"):
            await rig.job.session.change_component(
                vad=ScriptedVAD(name="new", opening=Fault(times=ALWAYS))
            )
        await rig.says(1.0)
        assert (await rig.until("agent_transcript"))["interrupted"]
    assert not rig.named("provider_switched")


# ---------------------------------------------------------------- 36: failing for ever, alone


MOST_FAILURES = 20
"""In the 20 s for which a call is held, of 50 frames each: who falls rests before the next try."""


async def test_36_ears_that_fail_on_every_frame_are_restarted_within_a_budget_and_it_is_said() -> (
    None
):
    """Nobody stands in for the only recogniser: the session is told, and so is the caller."""
    stt = ScriptedSTT(utterances=["never"], fault=BROKEN)
    async with call(agent(stt=stt)) as rig:
        await rig.says()
        await rig.until("outage_began")
        assert (await rig.until("agent_transcript"))["text"] == Phrases().deaf
        assert await rig.job.closed() == "the recogniser is gone"
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard[-1] == Phrases().goodbye
    assert heard.count(Phrases().deaf) == 1
    assert {event["where"] for event in rig.fields("error")} == {"stt/scripted-stt"}
    assert len(rig.fields("error")) < MOST_FAILURES
    assert not rig.named("actor_restarted")  # those who keep the work never fell


async def test_36_a_model_that_fails_on_every_request_is_told_and_the_caller_hears_of_it() -> None:
    async with call(agent(llm=ScriptedLLM(replies=["never"], fault=BROKEN))) as rig:
        assert await rig.asks() == Phrases().wait
        assert await rig.job.closed() == "the language model is gone"
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == [Phrases().wait, Phrases().goodbye]
    assert len(rig.fields("error")) < MOST_FAILURES


# ---------------------------------------------------------------- a recurring fault


SLOTS: dict[str, tuple[type[ScriptedProvider], dict[str, Any]]] = {
    "denoise": (ScriptedDenoiser, {}),
    "vad": (ScriptedVAD, {}),
    "stt": (ScriptedSTT, {"utterances": ["two nights please"], "afterwards": "last"}),
    "turn_detector": (ScriptedTurnDetector, {}),
    "llm": (ScriptedLLM, {"replies": [FREE], "afterwards": "last"}),
    "tts": (ScriptedTTS, {"sample_rate_hz": 16_000}),
}


def made(slot: str, **fields: Any) -> ScriptedProvider:
    kind, own = SLOTS[slot]
    return kind.model_validate({**own, **fields})


@pytest.mark.parametrize("slot", SLOTS)
async def test_spare_provider_not_used_or_not_left(slot: str) -> None:
    """Here it is used in the very turn, keeps the stage while needed, and is left afterwards."""
    cast = [made(slot, name="first", fault=Fault(at=1)), made(slot, name="spare")]
    who = agent(**{"llm": made("llm"), slot: cast})
    async with call(who, longest_s=300.0) as rig:
        assert await rig.asks() == FREE
        assert await rig.asks(answers=2) == FREE
        assert [event["to"] for event in rig.fields("provider_switched")] == ["spare"]
        await asyncio.sleep(100.0)
        await rig.asks(answers=3)
        switched = rig.fields("provider_switched")
    assert [(event["from"], event["to"]) for event in switched] == [
        ("first", "spare"),
        ("spare", "first"),
    ]
    assert switched[1]["kind"] == "return"
