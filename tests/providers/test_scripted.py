"""The scripted providers keep to their script, to the millisecond, over restarts."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

import pytest

from actors.conversation import ToolCall
from actors.speech_gate import GateConfig
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    FailureKind,
    ProviderError,
    SpeechChunk,
    SpeechPcm,
    SpeechRequest,
    SpeechTimings,
    SttAudio,
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttSpeechStart,
    TextDelta,
    TurnScore,
    TurnState,
    TurnText,
)
from providers import (
    ScriptedDenoiser,
    ScriptedLLM,
    ScriptedSTT,
    ScriptedTTS,
    ScriptedTurnDetector,
    ScriptedVAD,
)
from providers.scripted import Cut, Fault, Hang, Pause, ScriptedProvider
from providers.scripted_stt import Heard
from tests.providers.fake_services import FakeServices
from tests.providers.sounds import pieces, silence, tone

SERVICES = FakeServices()
REQUEST = ChatRequest(())
FRAME = 320


async def chat(llm: ScriptedLLM) -> list[ChatEvent]:
    async with llm.open(SERVICES) as model:
        return [event async for event in model.chat(REQUEST)]


async def text(llm: ScriptedLLM) -> str:
    return "".join(event.text for event in await chat(llm) if isinstance(event, TextDelta))


async def speak(tts: ScriptedTTS, words: str) -> list[SpeechChunk]:
    async with tts.open(SERVICES) as voice:
        return [chunk async for chunk in voice.synthesize(SpeechRequest(words))]


async def hangs(work: Coroutine[Any, Any, object]) -> bool:
    try:
        await asyncio.wait_for(work, 3600)
    except TimeoutError:
        return True
    return False


async def test_a_text_is_streamed_word_by_word_and_ended() -> None:
    events = await chat(ScriptedLLM(replies=["Good evening."]))
    assert events == [TextDelta("Good"), TextDelta(" evening."), ChatDone()]


async def test_replies_come_in_order_over_restarts() -> None:
    llm = ScriptedLLM(replies=["one", "two"])
    assert [await text(llm) for _ in range(3)] == ["one", "two", "two"]
    assert (llm.record.opened, llm.record.closed) == (3, 3)
    assert llm.record.requests == [REQUEST] * 3


async def test_a_script_may_loop_or_fall_silent() -> None:
    loop = ScriptedLLM(replies=["one", "two"], afterwards="loop")
    assert [await text(loop) for _ in range(3)] == ["one", "two", "one"]
    silent = ScriptedLLM(replies=["one"], afterwards="silence")
    assert [await chat(silent) for _ in range(2)][1] == [ChatDone()]


async def test_tokens_come_at_their_time() -> None:
    loop = asyncio.get_running_loop()
    async with ScriptedLLM(replies=["a b c"], first_s=0.3, gap_s=0.05).open(SERVICES) as model:
        times = [round(loop.time(), 3) async for _ in model.chat(REQUEST)]
    assert times == [0.3, 0.35, 0.4, 0.4]


async def test_a_reply_in_steps_does_each_of_them() -> None:
    call = ToolCall(call_id="1", name="rooms", arguments="{}")
    llm = ScriptedLLM(replies=[["Let me see.", Pause(2.0), call]])
    assert await chat(llm) == [TextDelta("Let me see."), call, ChatDone()]
    assert asyncio.get_running_loop().time() == 2.0


async def test_a_cut_stream_has_no_end_mark() -> None:
    assert await chat(ScriptedLLM(replies=[["Good", Cut()]])) == [TextDelta("Good")]


async def test_an_end_mark_of_its_own_ends_the_reply() -> None:
    llm = ScriptedLLM(replies=[["Good", ChatDone("length"), "evening"]])
    assert await chat(llm) == [TextDelta("Good"), ChatDone("length")]


async def test_raises_once_then_works() -> None:
    error = ProviderError("too many", kind=FailureKind.RATE_LIMITED, retry_after_s=2)
    llm = ScriptedLLM(replies=[error, "Good evening."])
    with pytest.raises(ProviderError, match="too many") as caught:
        await chat(llm)
    assert (caught.value.kind, caught.value.retry_after_s) == (FailureKind.RATE_LIMITED, 2)
    assert await text(llm) == "Good evening."


async def test_a_reply_may_hang() -> None:
    assert await hangs(chat(ScriptedLLM(replies=[["Good", Hang()]])))


@pytest.mark.parametrize("times", [1, 2])
async def test_a_fault_happens_at_its_result_and_so_often(times: int) -> None:
    tts = ScriptedTTS(fault=Fault(at=2, times=times), timings=False)
    for _ in range(times):
        got: list[SpeechChunk] = []
        async with tts.open(SERVICES) as voice:
            with pytest.raises(ProviderError, match="scripted fault"):
                got += [chunk async for chunk in voice.synthesize(SpeechRequest("one two"))]
    assert len(await speak(tts, "one two")) == 10
    assert tts.record.faults == times


async def test_results_before_a_fault_are_given() -> None:
    got: list[SpeechChunk] = []
    async with ScriptedTTS(fault=Fault(at=2, hang=True), timings=False).open(SERVICES) as voice:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3600):
                async for chunk in voice.synthesize(SpeechRequest("one two")):
                    got.append(chunk)  # noqa: PERF401 - what came before the hang counts
    assert len(got) == 2


@pytest.mark.parametrize(
    "declare", [ScriptedLLM, ScriptedSTT, ScriptedTTS, ScriptedVAD, ScriptedDenoiser]
)
async def test_an_opening_may_fail_once(declare: type[Any]) -> None:
    provider: Any = declare(opening=Fault(error=OSError("no route")))
    with pytest.raises(OSError, match="no route"):
        async with provider.open(SERVICES):
            pass
    async with provider.open(SERVICES):
        assert isinstance(provider, ScriptedProvider)
        assert provider.record.opened == 2


async def test_an_opening_may_hang() -> None:
    async def opened() -> None:
        async with ScriptedLLM(opening=Fault(hang=True)).open(SERVICES):
            pass

    assert await hangs(opened())


async def test_a_word_is_hummed_for_its_time() -> None:
    chunks = await speak(ScriptedTTS(word_ms=300, chunk_ms=60), "one two three")
    pcm = b"".join(chunk.pcm for chunk in chunks if isinstance(chunk, SpeechPcm))
    (timings,) = [chunk for chunk in chunks if isinstance(chunk, SpeechTimings)]
    assert len(pcm) == 3 * 24_000 * 300 // 1000 * 2
    assert [(word.word, word.start, word.end) for word in timings.words] == [
        ("one", 0, 7200),
        ("two", 7200, 14400),
        ("three", 14400, 21600),
    ]


async def test_audio_comes_at_its_time() -> None:
    loop = asyncio.get_running_loop()
    async with ScriptedTTS(first_s=0.2, gap_s=0.01, timings=False).open(SERVICES) as voice:
        times = [round(loop.time(), 3) async for _ in voice.synthesize(SpeechRequest("one"))]
    assert times == [0.2, 0.21, 0.22, 0.23, 0.24]


async def call(*, spoken: bool = True, frames: int = 50) -> AsyncGenerator[SttInput]:
    if spoken:
        yield SttSpeechStart(0)
    for number in range(frames):
        yield SttAudio(number * FRAME, bytes(FRAME * 2))
    yield SttFlush(1, frames * FRAME)


async def transcribe(stt: ScriptedSTT, audio: AsyncGenerator[SttInput]) -> list[SttEvent]:
    async with stt.open(SERVICES) as ears, contextlib.aclosing(audio):
        events = [event async for event in ears.transcribe(audio)]
    return [event for event in events if not isinstance(event, SttConsumed)]


async def test_an_utterance_grows_and_is_finished_at_the_flush() -> None:
    stt = ScriptedSTT(utterances=["book a table"], delay_s=0.25)
    assert await transcribe(stt, call()) == [
        SttInterim("book"),
        SttInterim("book a"),
        SttInterim("book a table"),
        SttFinal("book a table"),
        SttFlushed(1),
    ]
    assert asyncio.get_running_loop().time() == 0.25


async def test_where_nobody_spoke_only_the_mark_comes() -> None:
    stt = ScriptedSTT(utterances=["book a table"])
    assert await transcribe(stt, call(spoken=False)) == [SttFlushed(1)]
    assert await transcribe(stt, call(frames=1)) == [SttFinal("book a table"), SttFlushed(1)]


async def test_an_utterance_in_detail() -> None:
    heard = Heard(text="a table", interims=["the cable"], delay_s=1.5, confidence=0.4)
    assert await transcribe(ScriptedSTT(utterances=[heard]), call()) == [
        SttInterim("the cable"),
        SttFinal("a table", 0.4),
        SttFlushed(1),
    ]


async def test_a_recogniser_without_interims_says_so() -> None:
    stt = ScriptedSTT(utterances=["book a table"], interims=False)
    async with stt.open(SERVICES) as ears:
        assert ears.capabilities == SttCapabilities(interims=False)
    assert await transcribe(stt, call()) == [SttFinal("book a table"), SttFlushed(1)]


async def test_a_recogniser_may_fail_once_or_hang() -> None:
    stt = ScriptedSTT(utterances=[OSError("line cut"), "hello", Hang()])
    with pytest.raises(OSError, match="line cut"):
        await transcribe(stt, call())
    assert SttFinal("hello") in await transcribe(stt, call())
    assert await hangs(transcribe(stt, call()))


async def test_all_audio_is_reported_as_consumed() -> None:
    async with ScriptedSTT().open(SERVICES) as ears:
        events = [event async for event in ears.transcribe(call(frames=3))]
    assert events == [SttConsumed(320), SttConsumed(640), SttConsumed(960), SttFlushed(1)]


async def test_loud_audio_is_speech() -> None:
    async with ScriptedVAD(min_silence_ms=100).open(SERVICES) as ear:
        loud, quiet = pieces(tone(0.02) + silence(0.02), ear.window_samples)
        assert (ear.probability(loud), ear.probability(quiet)) == (1.0, 0.0)
        assert ear.gate == GateConfig(min_silence_ms=100)


async def test_speech_may_be_declared_by_spans() -> None:
    vad = ScriptedVAD(spans=[(320, 960)])
    heard: list[float] = []
    for _ in range(2):  # the position outlives the opening
        async with vad.open(SERVICES) as ear:
            heard += [ear.probability(silence(0.02)) for _ in range(2)]
    assert heard == [0.0, 1.0, 1.0, 0.0]


async def test_a_detector_may_fail_in_the_midst() -> None:
    async with ScriptedVAD(fault=Fault(at=1)).open(SERVICES) as ear:
        ear.probability(silence(0.02))
        with pytest.raises(ProviderError):
            ear.probability(silence(0.02))


async def test_a_filter_leaves_or_mutes_the_audio() -> None:
    frame = tone(0.02)
    async with (
        ScriptedDenoiser().open(SERVICES) as same,
        ScriptedDenoiser(mute=True).open(SERVICES) as mute,
    ):
        assert same.denoise(frame) == frame
        assert mute.denoise(frame) == silence(0.02)


async def test_judgements_come_in_order_and_in_time() -> None:
    detector = ScriptedTurnDetector(scores=[0.2, TurnState.WAIT, OSError("gone"), 0.9], delay_s=0.1)
    async with detector.open(SERVICES) as judge:
        assert await judge.score(TurnText("book")) == TurnScore(probability=0.2)
        assert await judge.score(TurnText("wait")) == TurnScore(state=TurnState.WAIT)
        with pytest.raises(OSError, match="gone"):
            await judge.score(TurnText("a"))
        assert await judge.score(TurnText("a table")) == TurnScore(probability=0.9)
    assert asyncio.get_running_loop().time() == pytest.approx(0.4)
    assert detector.record.requests[0] == TurnText("book")


def test_declarations_of_one_script_are_equal_whatever_came_of_them() -> None:
    used, fresh = ScriptedLLM(replies=["one"]), ScriptedLLM(replies=["one"])
    used.record.position = 1
    assert used == fresh
    assert used != ScriptedLLM(replies=["two"])


def test_a_copy_of_a_declaration_shares_its_record() -> None:
    llm = ScriptedLLM(replies=["one"])
    assert llm.model_copy(update={"name": "other"}).record is llm.record
