"""What the agent says may come as a stream of audio, which is read while it is heard."""

import asyncio
from array import array
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import pytest

from actors.conversation import ToolCall, ToolOutput
from actors.session.session import Session
from actors.track.stream_reader import StreamReader
from actors.wishes import PcmStream, Recording
from providers.scripted_llm import ScriptedLLM
from providers.scripted_tts import tone
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call
from tests.calls.test_crashes import Trap
from tests.calls.test_written_calls import chat

RATE_HZ = 8_000
PART_S = 0.1
PART = tone(RATE_HZ, round(PART_S * 1000))
NUMBERS = "one two three four five six seven eight nine ten"


class Source:
    """A stream of so many seconds, and what became of it."""

    def __init__(self, seconds: float, *, every_s: float = 0.0, breaks: bool = False) -> None:
        self.seconds = seconds
        self.every_s = every_s
        self.breaks = breaks
        self.read_s = 0.0
        self.closed = False

    async def parts(self) -> AsyncGenerator[bytes]:
        try:
            while self.read_s < self.seconds - PART_S / 2:
                await asyncio.sleep(self.every_s)
                self.read_s += PART_S
                yield PART
            if self.breaks:
                raise ConnectionError("the archive is closed")
        finally:
            self.closed = True

    def stream(self) -> PcmStream:
        return PcmStream(self.parts(), RATE_HZ)


def heard_s(rig: Rig) -> float:
    """Return for how long the caller heard a sound."""
    return 0.02 * sum(any(frame.pcm) for frame in rig.caller.heard)


async def is_answered(rig: Rig) -> None:
    before = len(rig.named("agent_transcript"))
    assert await rig.asks(answers=before + 1)


async def test_a_stream_is_played_in_place_of_the_voice() -> None:
    source = Source(2.0)
    async with call(agent()) as rig:
        played = await rig.job.session.say("Our jingle.", audio=source.stream())
        assert (played.outcome, played.text) == ("finished", "Our jingle.")
        assert heard_s(rig) == pytest.approx(2.0, abs=0.05)
        assert source.closed


@pytest.mark.slow
async def test_no_more_than_ten_seconds_are_read_ahead_of_what_was_heard() -> None:
    source = Source(60.0)
    async with call(agent()) as rig:
        rig.job.session.say("The whole story.", audio=source.stream())
        await rig.until("agent_speech_started")
        for _ in range(20):
            await asyncio.sleep(2.0)
            assert 9.0 < source.read_s - heard_s(rig) < 10.0 + 3 * PART_S


async def test_nothing_is_read_before_the_floor_is_free_or_of_what_never_gets_it() -> None:
    waiting, dropped = Source(1.0), Source(1.0)
    async with call(agent()) as rig:
        rig.job.session.say(NUMBERS, interruptible=False)
        rig.job.session.say("Our jingle.", audio=waiting.stream())
        await rig.until("agent_speech_started")
        assert waiting.read_s == 0.0
        await rig.until("agent_transcript", count=2)
        assert waiting.closed
        await is_answered(rig)
        greeting = rig.job.session.say("Hello.", audio=dropped.stream(), unless_user_spoke=True)
        assert (await greeting).outcome == "dropped"
    assert dropped.read_s == 0.0


@pytest.mark.parametrize("every_s", [0.0, PART_S])
async def test_a_stream_that_is_cut_off_is_closed_at_once_and_its_share_remembered(
    every_s: float,
) -> None:
    source = Source(20.0, every_s=every_s)
    async with call(agent()) as rig:
        said = rig.job.session.say(NUMBERS, audio=source.stream())
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        rig.job.session.interrupt()
        await asyncio.sleep(0.05)
        assert source.closed
        await said
        read_s = source.read_s
        await is_answered(rig)
        assert source.read_s == read_s
    assert said.outcome == "interrupted"
    assert 1 <= len(said.text.split()) <= 5
    assert NUMBERS.startswith(said.text)


async def test_a_caller_who_barges_in_closes_the_stream() -> None:
    source = Source(20.0)
    async with call(agent()) as rig:
        said = rig.job.session.say(NUMBERS, audio=source.stream())
        await rig.until("agent_speech_started")
        await rig.says(1.5)
        assert (await said).outcome == "interrupted"
        assert source.closed
        await rig.until("agent_transcript", count=2)


async def test_of_a_long_stream_no_greater_share_of_words_counts_than_of_sound() -> None:
    source = Source(40.0)
    async with call(agent()) as rig:
        said = rig.job.session.say(NUMBERS, audio=source.stream())
        await rig.until("agent_speech_started")
        await asyncio.sleep(6.0)
        rig.job.session.interrupt()
        await said
        words = [word for event in rig.fields("agent_words") for word in event["text"].split()]
    assert 2 <= len(said.text.split()) <= 5  # 6 of the 16 s that were known by then
    assert " ".join(words) == said.text


@pytest.mark.parametrize("seconds", [0.0, 1.5])
async def test_a_stream_that_raises_ends_what_is_said_and_not_the_call(seconds: float) -> None:
    source = Source(seconds, breaks=True)
    async with call(agent()) as rig:
        said = await rig.job.session.say(NUMBERS, audio=source.stream())
        assert said.outcome == "failed"
        assert heard_s(rig) == pytest.approx(seconds, abs=0.05)
        error = rig.fields("error")[0]
        assert error["where"] == "audio stream"
        said_of = "ConnectionError: the archive is closed (test_audio_streams.py, line "
        assert error["message"].startswith(said_of)
        assert source.closed
        await is_answered(rig)


async def test_a_stream_of_something_else_than_bytes_is_told() -> None:
    async def words() -> AsyncGenerator[bytes]:
        yield "one two"  # pyright: ignore[reportReturnType] - the mistake under test

    async with call(agent()) as rig:
        said = await rig.job.session.say("Hm.", audio=PcmStream(words(), RATE_HZ))
        assert said.outcome == "failed"
        assert "bytes-like object is required, not 'str'" in rig.fields("error")[0]["message"]
        await is_answered(rig)


async def test_a_stream_that_falls_silent_is_given_up_like_a_voice() -> None:
    class Stuck(Source):
        async def parts(self) -> AsyncGenerator[bytes]:
            async for part in Source.parts(self):
                yield part
            await asyncio.Event().wait()

    source = Stuck(0.5)
    async with call(agent()) as rig:
        said = await rig.job.session.say(NUMBERS, audio=source.stream())
        assert said.outcome == "failed"
        assert source.closed
        await is_answered(rig)


async def test_a_stream_goes_on_though_the_session_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    trap, source = Trap(monkeypatch, Session), Source(15.0)
    async with call(agent()) as rig:
        said = rig.job.session.say(NUMBERS, audio=source.stream())
        for moment_s in (0.0, 1.0, 6.0):
            await asyncio.sleep(moment_s)
            trap.armed = True
        assert (await said).text == NUMBERS
        assert trap.sprung == 3
        assert heard_s(rig) == pytest.approx(15.0, abs=0.05)


async def test_a_stream_whose_reader_falls_ends_with_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap, source = Trap(monkeypatch, StreamReader), Source(20.0)
    async with call(agent()) as rig:
        said = rig.job.session.say(NUMBERS, audio=source.stream())
        await rig.until("agent_speech_started")
        trap.armed = True
        assert (await said).outcome == "failed"
        assert source.closed
        await is_answered(rig)


async def test_a_plain_iterator_will_do_whatever_the_size_of_its_parts() -> None:
    class Odd:
        """Two seconds in parts that end in the midst of a sample."""

        def __init__(self) -> None:
            self.left = PART * 20

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self

        async def __anext__(self) -> bytes:
            if not self.left:
                raise StopAsyncIteration
            part, self.left = self.left[:333], self.left[333:]
            return part

    async with call(agent()) as rig:
        await rig.job.session.say("Our jingle.", audio=PcmStream(Odd(), RATE_HZ))
        assert heard_s(rig) == pytest.approx(2.0, abs=0.05)
        loudest = max(max(array("h", frame.pcm)) for frame in rig.caller.heard)
        assert loudest < 2 * max(array("h", PART)), "bytes of two samples were mixed up"


async def test_the_end_of_the_call_closes_a_stream() -> None:
    source = Source(60.0)
    async with call(agent()) as rig:
        rig.job.session.say("The whole story.", audio=source.stream())
        await rig.until("agent_speech_started")
        rig.caller.leave()
        await rig.job.closed()
        assert source.closed


async def test_in_writing_the_text_stands_for_the_audio() -> None:
    source = Source(1.0)
    async with chat(agent()) as written:
        written.job.session.say("Our jingle.", audio=Recording(PART, RATE_HZ))
        written.job.session.say("And our song.", audio=source.stream())
        await written.until("agent_transcript", count=2)
        assert [text for _, text in await written.said()] == ["Our jingle.", "And our song."]
    assert source.read_s == 0.0


class Player(Agent):
    @function_tool
    async def play(self) -> str:
        """Play the jingle."""
        self.session.say("Our jingle.", audio=Recording(PART, RATE_HZ))
        return "played"


async def test_inside_a_tool_audio_is_refused_in_one_line() -> None:
    player, parts = Player(), agent()
    player.vad, player.stt, player.tts = parts.vad, parts.stt, parts.tts
    wish = ToolCall(call_id="c1", name="play", arguments="{}")
    player.llm = ScriptedLLM(replies=[[wish], "It could not be played."])
    async with call(player) as rig:
        assert await rig.asks() == "It could not be played."
        conversation = await rig.job.session.conversation()
        told = [item.output for item in conversation if isinstance(item, ToolOutput)]
        assert "inside a tool say speaks text" in told[0]


@pytest.mark.parametrize("kind", [Recording, PcmStream])
def test_a_rate_that_is_none_is_told(kind: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="sample_rate_hz must be positive, not 0"):
        kind(PART, 0)
