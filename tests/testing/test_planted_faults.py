"""The invariants can be broken: each planted fault of the runtime is found within 200 calls."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from actors.audio import CALLER_RATE_HZ
from actors.call_record import Output
from actors.events import CallerDone, CallerDtmf, Cut
from actors.frames import Piece, SpeechStart
from actors.session import memory
from actors.session.session import Session
from actors.stt.role import SttRole
from actors.track.audio_track import AudioTrack
from actors.tts.role import TtsRole
from examples.front_desk import Main
from runtime.testing import human
from runtime.testing.campaign import keep_quiet
from runtime.testing.invariants import violations
from runtime.testing.plan import CallPlan
from runtime.testing.world import hold

MOST_CALLS = 200

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Log nothing of the crashes."""
    keep_quiet()


def is_found(*invariants: str) -> bool:
    """Hold calls until one of these is broken."""
    for seed in range(1, MOST_CALLS + 1):
        found = {text.partition(":")[0] for text in violations(hold(Main, CallPlan.of(seed)))}
        if found & set(invariants):
            return True
    return False


def deaf_to(kind: type[Any], message_class: type[Any], *, to: Callable[[Any], bool]) -> Any:
    """Return a handler for this kind of actor that ignores some messages."""
    real: Callable[[Any, Any], Any] = kind.on_receive

    def on_receive(actor: Any, message: Any) -> Any:
        if isinstance(message, message_class) and to(message):
            return None
        return real(actor, message)

    return on_receive


def always(_message: object) -> bool:
    return True


def test_a_track_that_ignores_a_cut_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AudioTrack, "on_receive", deaf_to(AudioTrack, Cut, to=always))
    assert is_found("what_was_cut_is_silent")


def test_a_voice_that_says_a_piece_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = TtsRole.on_receive

    def stammering(role: TtsRole, message: object) -> Any:
        if isinstance(message, Piece) and message.piece == 1:
            message = Piece(message.epoch, 1, f"{message.text} {message.text}")
        return real(role, message)

    monkeypatch.setattr(TtsRole, "on_receive", stammering)
    assert is_found("the_agent_says_its_text_in_order")


def test_ears_that_miss_a_speech_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_every_third(message: SpeechStart) -> bool:
        return message.at // CALLER_RATE_HZ % 3 == 0

    monkeypatch.setattr(SttRole, "on_receive", deaf_to(SttRole, SpeechStart, to=is_every_third))
    assert is_found("nothing_said_goes_unheard")


def test_a_call_that_never_ends_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "on_receive", deaf_to(Session, CallerDone, to=always))
    monkeypatch.setattr(human, "LONGEST_S", 100.0)
    assert is_found("the_call_ends_in_time")


def test_a_key_that_gets_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_a_five(message: CallerDtmf) -> bool:
        return message.digit == "5"

    monkeypatch.setattr(Session, "on_receive", deaf_to(Session, CallerDtmf, to=is_a_five))
    assert is_found("no_key_is_lost")


def test_a_voice_that_swallows_the_last_word_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = TtsRole.on_receive

    def curt(role: TtsRole, message: object) -> Any:
        if isinstance(message, Piece) and " " in message.text:
            message = Piece(message.epoch, message.piece, message.text.rpartition(" ")[0])
        return real(role, message)

    monkeypatch.setattr(TtsRole, "on_receive", curt)
    assert is_found("what_is_finished_was_heard_to_its_end")


def test_a_memory_of_words_that_nobody_heard_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(output: Output) -> str:
        return " ".join(word.word for word in output.words)

    monkeypatch.setattr(memory, "heard_text", everything)
    assert is_found("memory_is_what_was_heard")


def test_a_restart_without_memory_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = Session.on_start

    def forgetful(session: Session) -> None:
        session.hold = None
        real(session)

    monkeypatch.setattr(Session, "on_start", forgetful)
    assert is_found("one_reply_per_turn", "the_call_ends_in_time", "each_turn_has_one_end")


def test_a_task_without_an_owner_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = TtsRole.on_start
    lost: list[asyncio.Task[None]] = []

    def careless(role: TtsRole) -> None:
        loop = asyncio.get_running_loop()
        lost.append(loop.create_task(asyncio.sleep(3600)))
        real(role)

    monkeypatch.setattr(TtsRole, "on_start", careless)
    assert is_found("nothing_is_left_over")
