"""What came and what was played, to the sample."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.track.audio import EpochAudio


def test_the_last_frame_is_filled_up_with_silence_that_does_not_count_as_played() -> None:
    audio = EpochAudio(1)
    audio.push(0, b"\x01\x01" * 5)
    assert not audio.can_take(8)
    audio.total = 5
    assert audio.take(8) == b"\x01\x01" * 5 + bytes(6)
    assert (audio.sent, audio.played, audio.finished) == (5, 0, False)
    audio.hear(8)
    assert (audio.played, audio.finished) == (5, True)


def test_audio_that_is_here_already_is_ignored() -> None:
    audio = EpochAudio(1)
    audio.push(0, b"ab" * 4)
    audio.push(2, b"ab" * 4)
    audio.push(0, b"ab" * 4)
    assert audio.received == 6


def test_a_hole_in_the_audio_is_loud() -> None:
    with pytest.raises(ValueError, match="audio at 3, expected 0"):
        EpochAudio(1).push(3, b"ab")


@given(st.lists(st.integers(0, 700), max_size=30), st.integers(1, 480))
def test_what_is_played_is_what_was_received(sizes: list[int], frame: int) -> None:
    sent = bytes(range(256)) * (sum(sizes) * 2 // 256 + 1)
    sent = sent[: sum(sizes) * 2]
    audio, off, heard = EpochAudio(1), 0, b""
    for size in sizes:
        audio.push(off, sent[off * 2 : (off + size) * 2])
        off += size
        while audio.can_take(frame):
            heard += audio.take(frame)
    audio.total = off
    while audio.can_take(frame):
        heard += audio.take(frame)
    assert heard[: len(sent)] == sent
    assert audio.sent == off
    audio.hear(off)
    assert audio.played == off
    assert audio.finished


@given(st.integers(1, 900), st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=20))
def test_what_was_sent_and_not_heard_is_sent_again_after_a_rewind_and_nothing_else(
    total: int, steps: list[tuple[int, bool]]
) -> None:
    frame = 80
    speech = counted(total)
    audio = EpochAudio(1)
    audio.push(0, speech)
    audio.total = total
    heard = b""
    for more, is_lost in [*steps, (total, False)]:
        before = audio.played
        while audio.can_take(frame) and audio.sent < before + more:
            audio.take(frame)
        audio.hear(before + more)
        heard += speech[before * 2 : audio.played * 2]
        assert audio.played <= audio.sent
        if is_lost:
            audio.rewind()
            assert audio.sent == audio.played
            assert audio.waiting == total - audio.played
    assert heard == speech
    assert audio.finished


def test_after_a_rewind_the_next_frame_begins_at_the_very_sample_that_was_not_heard() -> None:
    audio = EpochAudio(1)
    audio.push(0, bytes(range(20)))
    audio.take(4)
    audio.take(4)
    audio.hear(3)
    audio.rewind()
    assert audio.take(4) == bytes(range(6, 14))


def counted(samples: int) -> bytes:
    """Return audio in which each sample is its own number."""
    return b"".join((at % 30_000).to_bytes(2, "little") for at in range(samples))


@given(
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=12),
    frames=st.integers(0, 20),
    places=st.lists(st.integers(0, 6000), max_size=4),
    keep=st.booleans(),
)
def test_what_is_taken_back_was_not_heard_and_the_rest_stays_as_it_was(
    sizes: list[int], frames: int, places: list[int], *, keep: bool
) -> None:
    audio, off, sent = EpochAudio(1), 0, counted(sum(sizes))
    for size in sizes:
        audio.push(off, sent[off * 2 : (off + size) * 2])
        off += size
    heard = [audio.take(160) for _ in range(frames) if audio.can_take(160)]
    earliest = min(off, audio.sent + 60) if heard else 0
    end = audio.cut_back(sorted(places), ahead=60, fade_samples=0, keep=keep)
    possible = [place for place in sorted(places) if place >= earliest]
    assert end == min(off, possible[0] if possible else off if keep else earliest)
    audio.push(end, b"\xff\xff" * 10)
    audio.total = end + 10
    while audio.can_take(160):
        heard.append(audio.take(160))
    assert b"".join(heard)[: 2 * end + 20] == sent[: 2 * end] + b"\xff\xff" * 10


def test_audio_that_is_cut_back_falls_to_silence_at_its_end() -> None:
    audio = EpochAudio(1)
    for at in range(10):
        audio.push(at * 100, b"\x00\x10" * 100)
    assert audio.cut_back((750,), ahead=0, fade_samples=120, keep=False) == 750
    audio.total = 750
    samples = memoryview(audio.take(750)).cast("h").tolist()
    assert set(samples[:630]) == {0x1000}
    assert samples[630:] == sorted(samples[630:], reverse=True)
    assert samples[-1] == 0
