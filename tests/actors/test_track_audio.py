"""What came and what was played, to the sample."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.track_audio import EpochAudio


def test_the_last_frame_is_filled_up_with_silence_that_does_not_count_as_played() -> None:
    audio = EpochAudio(1)
    audio.push(0, b"\x01\x01" * 5)
    assert not audio.can_take(8)
    audio.total = 5
    assert audio.take(8) == b"\x01\x01" * 5 + bytes(6)
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
    assert audio.played == off
    assert audio.finished
