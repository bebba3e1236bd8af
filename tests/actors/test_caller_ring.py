"""The caller's audio, kept by sample number."""

from actors.caller_ring import CallerRing
from actors.frames import CallerAudio

PCM = bytes(640)


def ring_of(frames: int, *, length_s: float = 75.0) -> CallerRing:
    ring = CallerRing(length_s=length_s)
    for number in range(frames):
        ring.append(CallerAudio(number * 320, PCM))
    return ring


def test_a_stage_can_hear_again_from_any_sample_that_is_kept() -> None:
    assert [frame.at for frame in ring_of(5).since(700)] == [640, 960, 1280]


def test_what_is_older_than_the_ring_is_forgotten() -> None:
    assert next(ring_of(200, length_s=1.0).since(0)).at == 199 * 320 - 16_000


def test_a_frame_that_comes_twice_is_kept_once() -> None:
    ring = ring_of(3)
    ring.append(CallerAudio(320, PCM))
    assert len(list(ring.since(0))) == 3
    assert ring.end == 960
