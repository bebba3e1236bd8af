"""The laws of a call can be broken: each planted fault makes the test of its law fail."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from actors.events import Cut
from actors.line import TransportActor
from actors.llm.job import LlmJob
from actors.session import memory
from actors.slots.role import Role
from actors.track.audio_track import AudioTrack
from tests.calls import test_crashes as crashes
from tests.calls import test_first_call as first
from tests.calls.test_barge_in import no_frame_of_a_cut_reply_is_heard

Law = Callable[[], Awaitable[None]]


async def fails(law: Law) -> None:
    """Expect that the law's own test notices the fault."""
    with pytest.raises((AssertionError, TimeoutError)):
        await law()


async def test_a_hold_that_dies_with_its_actor_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = AudioTrack.on_start

    def forgetful(track: AudioTrack) -> None:
        track.hold = None
        real(track)

    monkeypatch.setattr(AudioTrack, "on_start", forgetful)
    law = crashes.test_a_call_goes_on_after_a_stage_was_killed
    await fails(lambda: law("audio_track", "speaking"))


async def test_a_session_without_memory_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real: Callable[..., Any] = crashes.Session.on_start

    def forgetful(session: crashes.Session) -> None:
        session.hold = None
        real(session)

    monkeypatch.setattr(crashes.Session, "on_start", forgetful)
    await fails(lambda: crashes.test_a_call_goes_on_after_a_stage_was_killed("session", "thinking"))


async def test_a_role_that_never_restarts_its_performer_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real: Callable[..., Any] = cast("Any", Role).on_receive

    def careless(role: Any, message: Any) -> Any:
        return None if type(message).__name__ == "Down" else real(role, message)

    monkeypatch.setattr(Role, "on_receive", careless)
    law = crashes.test_a_call_goes_on_after_a_performer_was_killed
    await fails(lambda: law("llm", "listening"))


async def test_a_track_that_ignores_the_cut_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = AudioTrack.on_receive

    def deaf(track: AudioTrack, message: Any) -> Any:
        return None if isinstance(message, Cut) else real(track, message)

    monkeypatch.setattr(AudioTrack, "on_receive", deaf)
    await fails(no_frame_of_a_cut_reply_is_heard)


async def test_a_memory_of_unheard_words_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def everything(output: Any) -> str:
        return " ".join(word.word for word in output.words)

    monkeypatch.setattr(memory, "heard_text", everything)
    law = first.test_the_caller_barges_in_and_memory_keeps_the_words_that_were_heard
    await fails(law)


async def test_a_tool_output_that_the_model_never_sees_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real: Callable[[LlmJob], None] = LlmJob.next_round

    def lossy(job: LlmJob) -> None:
        before = job.request
        real(job)
        job.request = before

    monkeypatch.setattr(LlmJob, "next_round", lossy)
    await fails(first.test_a_tool_is_called_and_its_output_reaches_the_model)


async def test_a_line_that_is_never_hung_up_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(_line: TransportActor, _arrival: object) -> None:
        """Hear nothing."""

    monkeypatch.setattr(TransportActor, "_arrived", deaf)
    await fails(first.test_the_call_ends_by_itself_once_a_caller_who_has_finished_is_answered)
