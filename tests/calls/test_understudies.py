"""First on stage, the rest understudies: an exception, and the next performer takes over."""

import asyncio

import pytest

from actors.vendor import FailureKind, ProviderError
from providers.scripted import Fault, Hang
from providers.scripted_ears import ScriptedDenoiser, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from tests.calls.rig import agent, call

LONG = "One two three four five six, seven eight nine. Ten eleven twelve thirteen."


async def test_an_understudy_takes_the_request_of_which_nothing_was_heard() -> None:
    broken = ScriptedLLM(name="first", replies=["Never said."], fault=Fault(at=0, times=9))
    spare = ScriptedLLM(name="second", replies=["We have three rooms free."])
    async with call(agent(llm=[broken, spare])) as rig:
        assert await rig.asks() == "We have three rooms free."
        switched = rig.fields("provider_switched")[0]
    assert (switched["slot"], switched["from"], switched["to"]) == ("llm", "first", "second")
    assert switched["kind"] == "error"


async def test_a_reply_that_breaks_off_is_gone_on_with_and_the_next_turn_is_answered() -> None:
    broken = ScriptedLLM(name="first", replies=[LONG], fault=Fault(at=12), gap_s=0.05)
    spare = ScriptedLLM(name="second", replies=[LONG, "You are welcome."])
    async with call(agent(llm=[broken, spare])) as rig:
        assert await rig.asks() == LONG
        assert await rig.asks(answers=2) == "You are welcome."


async def test_a_voice_that_falls_before_a_piece_is_heard_is_replaced_without_a_word_lost() -> None:
    broken = ScriptedTTS(name="first", sample_rate_hz=16_000, fault=Fault(at=0))
    spare = ScriptedTTS(name="second", sample_rate_hz=8_000)
    async with call(agent(tts=[broken, spare])) as rig:
        assert await rig.asks() == "We have three rooms free."
        assert rig.fields("provider_switched")[0]["to"] == "second"


async def test_a_recogniser_that_falls_in_mid_speech_is_replaced_by_one_that_hears_it_all() -> None:
    broken = ScriptedSTT(name="first", utterances=["never"], fault=Fault(at=20))
    spare = ScriptedSTT(name="second", utterances=["two nights please"])
    async with call(agent(stt=[broken, spare])) as rig:
        assert await rig.asks() == "We have three rooms free."
        assert rig.fields("turn_committed")[0]["text"] == "two nights please"


async def test_a_wrong_key_retires_a_performer_for_good() -> None:
    error = ProviderError("wrong key", kind=FailureKind.MISCONFIGURED)
    wrong = ScriptedLLM(name="first", opening=Fault(error=error, times=99))
    spare = ScriptedLLM(name="second", replies=["Here I am."])
    async with call(agent(llm=[wrong, spare])) as rig:
        assert await rig.asks() == "Here I am."
        await asyncio.sleep(30.0)
    assert wrong.record.opened == 1


async def test_a_performer_returns_when_it_has_proved_itself_and_nobody_speaks() -> None:
    shaky = ScriptedLLM(name="first", replies=["One.", "Two."], fault=Fault(at=0))
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    async with call(agent(llm=[shaky, spare])) as rig:
        assert await rig.asks() == "From the understudy."
        await asyncio.sleep(30.0)
        assert await rig.asks(answers=2) == "From the understudy."
        await asyncio.sleep(31.0)
        assert await rig.asks(answers=3) == "Two."
        switched = rig.fields("provider_switched")
    assert [(event["to"], event["kind"]) for event in switched] == [
        ("second", "error"),
        ("first", "return"),
    ]


async def test_a_question_is_kept_until_the_only_model_is_back() -> None:
    broken = ScriptedLLM(replies=["Back again."], fault=Fault(at=0, times=2))
    async with call(agent(llm=broken)) as rig:
        assert await rig.asks() == "Back again."


async def test_a_call_whose_only_model_fails_every_time_ends_with_a_reason() -> None:
    broken = ScriptedLLM(replies=["Never."], fault=Fault(at=0, times=999))
    async with call(agent(llm=broken)) as rig:
        assert await rig.asks() == "One moment, please."
        assert await rig.job.closed() == "the language model is gone"


async def test_a_recogniser_that_hangs_after_the_speech_is_replaced_by_one_that_answers() -> None:
    hung = ScriptedSTT(name="first", utterances=[Hang()])
    spare = ScriptedSTT(name="second", utterances=["two nights please"])
    async with call(agent(stt=[hung, spare])) as rig:
        assert await rig.asks() == "We have three rooms free."
        assert rig.fields("provider_switched")[0]["kind"] == "late"
        turns = [(turn["text"], turn["reason"]) for turn in rig.fields("turn_committed")]
    assert turns == [("two nights please", "wait")], "with the Final, and not for its silence"


FRAMES = range(70)
"""Those of one second of speech, and of the silence in which it ends."""


@pytest.mark.slow
@pytest.mark.parametrize(("slot", "kind"), [("vad", ScriptedVAD), ("denoise", ScriptedDenoiser)])
async def test_a_detector_or_denoiser_that_raises_at_any_frame_costs_no_turn(
    slot: str, kind: type[ScriptedVAD | ScriptedDenoiser]
) -> None:
    for at in FRAMES:
        cast = [kind(name="first", fault=Fault(at=at)), kind(name="second")]
        async with call(agent(**{slot: cast})) as rig:
            assert await rig.asks() == "We have three rooms free.", f"at frame {at}"
            turns = [turn["text"] for turn in rig.fields("turn_committed")]
            switches = [(event["slot"], event["to"]) for event in rig.fields("provider_switched")]
        assert (turns, switches) == (["two nights please"], [(slot, "second")]), f"at frame {at}"
