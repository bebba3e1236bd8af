"""Orders to a voice that speaks: be silent, take back, do not run ahead."""

import asyncio

import numpy as np
import pytest

from actors.events import Played
from actors.frames import Piece, ReplyEnd
from actors.llm.role import LlmRole
from actors.take_back import TakeBack, TakenBack
from actors.tts.role import TtsRole
from providers.scripted import Fault
from tests.calls.rig import agent, call
from tests.roles.listening import TEXT, WORDS, heard_by, spoken, voice

pytestmark = pytest.mark.slow
SENTENCES = "One two three four. Five six seven. Eight nine ten. Eleven twelve. Thirteen last."


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[TakenBack]:
    """What the language model is told of taking back."""
    told: list[TakenBack] = []
    handle = LlmRole.handle

    def listen(role: LlmRole, message: object) -> None:
        if isinstance(message, TakenBack):
            told.append(message)
        handle(role, message)

    monkeypatch.setattr(LlmRole, "handle", listen)
    return told


async def test_tts_interrupt_while_track_full() -> None:
    whole = (await spoken(voice())).pcm
    async with call(agent(tts=voice())) as rig:
        rig.job.session.say(TEXT)
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.01)
        before = len(rig.caller.heard)
        rig.job.session.interrupt(force=True)
        await asyncio.sleep(3.0)
        heard = heard_by(rig)
    assert len(heard.frames) <= before + 1
    played = before * 320
    assert np.array_equal(heard.pcm[:played], whole[:played])


@pytest.mark.parametrize("asked", [0, 1, 2, 3])
async def test_pieces_that_were_not_heard_are_taken_back_and_others_said(
    asked: int, answers: list[TakenBack]
) -> None:
    async with call(agent(tts=voice())) as rig:
        rig.job.session.say(SENTENCES)
        await rig.until("agent_speech_started")
        await asyncio.sleep(0.5)
        tts = rig.job.call.addresses.tts
        tts.tell(TakeBack(1, asked))
        await asyncio.sleep(0.01)
        first = max(1, asked)
        assert answers == [TakenBack(1, first)]
        tts.tell(Piece(1, first, "Twenty last."))
        tts.tell(ReplyEnd(1, first + 1))
        await rig.until("agent_transcript")
        heard = heard_by(rig)
    kept = SENTENCES.lower().split(". ")[:first]
    assert heard.words == [*" ".join(kept).split(), "twenty", "last"]
    assert heard.transcript.lower() == f"{'. '.join(kept)}. twenty last."


async def test_all_is_taken_back_while_nobody_listens(answers: list[TakenBack]) -> None:
    async with call(agent(tts=voice())) as rig:
        tts = rig.job.call.addresses.tts
        tts.tell(Piece(7, 0, "One two three. "))
        tts.tell(Piece(7, 1, "Four five six."))
        await asyncio.sleep(0.5)
        tts.tell(TakeBack(7, 0))
        await asyncio.sleep(0.01)
        assert answers == [TakenBack(7, 0)]


async def test_a_voice_that_breaks_off_while_its_words_are_taken_back_is_replaced(
    answers: list[TakenBack],
) -> None:
    first = voice(fault=Fault(at=3), gap_s=0.1)
    async with call(agent(tts=[first, voice("second")])) as rig:
        rig.job.session.say(SENTENCES)
        await rig.until("agent_speech_started")
        await asyncio.sleep(0.3)
        rig.job.call.addresses.tts.tell(TakeBack(1, 1))
        await asyncio.sleep(0.01)
        assert answers == [TakenBack(1, 1)]
        rig.job.call.addresses.tts.tell(ReplyEnd(1, 1))
        await rig.until("agent_transcript")
        heard = heard_by(rig)
    assert heard.words[-1] == "four"
    assert len(heard.words) <= 5


async def test_a_voice_is_two_pieces_ahead_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead: list[int] = []
    handle = TtsRole.handle

    def look(role: TtsRole, message: object) -> None:
        handle(role, message)
        if isinstance(message, Played):
            ahead.extend(utterance.unheard for utterance in role.held.utterances.values())

    monkeypatch.setattr(TtsRole, "handle", look)
    await spoken(voice(), text=SENTENCES)
    assert max(ahead) == 2


async def test_long_sentences_are_taken_in_parts_by_a_voice_without_timings() -> None:
    first = voice(timings=False)
    heard = await spoken(first, text=f"{WORDS[0]} {WORDS[1]}. {' '.join(WORDS[2:16])}.")
    assert heard.words == list(WORDS[:16])
    lengths = [len(getattr(asked, "text", "").split()) for asked in first.record.requests]
    assert max(lengths) <= 12
