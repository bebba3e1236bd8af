"""A call whose caller sits at a WebSocket, on virtual time: what was heard, and coming back."""

import asyncio

from tests.transports.far_end import FarEnd
from tests.transports.socket_call import Loudspeaker, socket_call


async def test_words_that_lie_in_the_far_ends_buffer_were_not_said() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=8000)
        scene.connect(far)
        await scene.speak(far, 0.8, 1.5)
        assert scene.named("agent_speech_started")
        await scene.speak(far, 1.5, 1.0)
        cut = scene.named("interrupted")
        assert cut
        text = scene.named("agent_transcript")[0]["text"]
        sent_ms = len(far.got) // 32
        assert cut[0]["played_ms"] <= sent_ms - 500
        assert text != "We have three rooms free."


async def test_a_reply_ends_when_it_was_heard_and_not_when_it_was_sent() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=3200)
        scene.connect(far)
        await scene.speak(far, 0.8, 0.6)
        await scene.listen(far, 3.0)
        assert scene.named("agent_transcript") == []
        far.finish()
        await scene.listen(far, 0.2)
        assert [said["text"] for said in scene.named("agent_transcript")] == [
            "We have three rooms free."
        ]


async def test_who_comes_back_hears_the_rest_from_the_sample_that_was_heard_last() -> None:
    async with socket_call() as scene:
        first = Loudspeaker(lag=1600)
        scene.connect(first)
        await scene.speak(first, 0.8, 1.2)
        heard = first.played
        assert heard > 1600
        first.says(None)
        await asyncio.sleep(5.0)
        second = Loudspeaker(lag=0)
        scene.connect(second)
        await scene.listen(second, 4.0)
        whole = bytes(first.got[: heard * 2] + second.got)
        assert [said["text"] for said in scene.named("agent_transcript")] == [
            "We have three rooms free."
        ]
        assert scene.named("agent_transcript")[0]["interrupted"] is False
        assert [c["state"] for c in scene.named("connection_changed")] == ["lost", "back"]
        assert await played_without_a_break() == whole.rstrip(b"\0")


async def played_without_a_break() -> bytes:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far)
        await scene.speak(far, 0.8, 4.0)
        return bytes(far.got).rstrip(b"\0")


async def test_who_stays_away_longer_than_rejoin_s_is_not_waited_for() -> None:
    async with socket_call(rejoin_s=10.0) as scene:
        far = Loudspeaker()
        scene.connect(far)
        await scene.speak(far, 0.8, 1.2)
        far.says(None)
        await asyncio.sleep(9.0)
        assert scene.job.tree.is_running
        assert await scene.job.closed() == "the caller hung up"


async def test_while_the_caller_is_away_no_reply_counts_as_stalled() -> None:
    async with socket_call(rejoin_s=40.0) as scene:
        far = Loudspeaker()
        scene.connect(far)
        await scene.speak(far, 0.8, 1.2)
        far.says(None)
        await asyncio.sleep(30.0)
        again = Loudspeaker(lag=0)
        scene.connect(again)
        await scene.listen(again, 4.0)
        assert scene.named("interrupted") == []
        assert len(scene.named("agent_transcript")) == 1


async def test_a_newer_connection_takes_the_seat_and_the_call_goes_on_there() -> None:
    async with socket_call() as scene:
        old, new = Loudspeaker(), Loudspeaker(lag=0)
        scene.connect(old)
        await scene.speak(old, 0.8, 1.2)
        scene.connect(new)
        await scene.listen(new, 4.0)
        assert old.closed == (4409, "a newer connection took this seat")
        assert len(scene.named("agent_transcript")) == 1


async def test_a_transport_that_falls_finds_its_connection_again() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(lag=0)
        scene.connect(far)
        await scene.speak(far, 0.8, 1.0)
        scene.job.call.addresses.transport.kill()
        await scene.listen(far, 4.0)
        assert [said["text"] for said in scene.named("agent_transcript")] == [
            "We have three rooms free."
        ]
        assert bytes(far.got).rstrip(b"\0") == await played_without_a_break()


async def test_a_track_that_falls_while_the_caller_is_away_waits_for_them() -> None:
    async with socket_call() as scene:
        first = Loudspeaker(lag=1600)
        scene.connect(first)
        await scene.speak(first, 0.8, 1.2)
        heard = first.played
        first.says(None)
        await asyncio.sleep(0.5)
        scene.job.call.addresses.audio_track.kill()
        await asyncio.sleep(5.0)
        second = Loudspeaker(lag=0)
        scene.connect(second)
        await scene.listen(second, 4.0)
        whole = bytes(first.got[: heard * 2] + second.got)
        assert whole.rstrip(b"\0") == await played_without_a_break()


async def test_who_hangs_up_is_not_waited_for() -> None:
    async with socket_call() as scene:
        far = Loudspeaker()
        scene.connect(far)
        await scene.speak(far, 0.8, 0.4)
        far.says('{"type": "bye"}')
        assert await scene.job.closed() == "the caller hung up"


async def test_a_far_end_that_promises_reports_and_sends_none_harms_its_own_reply_only() -> None:
    async with socket_call() as scene:
        far = Loudspeaker(tells=False)
        scene.connect(far)
        await scene.speak(far, 0.8, 0.8)
        await scene.listen(far, 30.0)
        assert scene.job.tree.is_running
        assert [cut["reason"] for cut in scene.named("interrupted")][:1] == ["stalled"]


async def test_nobody_who_ever_comes_ends_the_call() -> None:
    async with socket_call(first_within_s=5.0) as scene:
        assert await scene.job.closed() == "the caller hung up"
        scene.connect(FarEnd())
