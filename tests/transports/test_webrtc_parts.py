"""The parts of a WebRTC call that need neither socket nor clock."""

import threading
from itertools import pairwise
from typing import Any, cast

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from actors.audio import CALLER_FRAME_BYTES
from tests.transports.webrtc_rig import tone
from transports.webrtc.audio import MAX_GAP_SAMPLES, CallerEar, gap_samples
from transports.webrtc.config import IceServer, WebRtcConfig
from transports.webrtc.decimator import Decimator
from transports.webrtc.internals import LOOPBACK, MAX_UNDECODED, DecoderQueue
from transports.webrtc.liveness import Liveness
from transports.webrtc.opus import FRAME_BYTES, FRAME_SAMPLES, SILENCE, OpusDecoder, OpusEncoder
from transports.webrtc.pacing import (
    FRAME_S,
    LEAD_S,
    MAX_LATE_SLOTS,
    MAX_WAITING,
    Playout,
    next_slot,
)
from transports.webrtc.reorder import HOLD_PACKETS, Reorder
from transports.webrtc.video import MAX_BITRATE_KBPS, limit_bitrate

# ---------------------------------------------------------------- slots of RTP time


@given(st.lists(st.floats(0, 0.5), max_size=200))
def test_slots_only_rise_and_never_fall_far_behind_the_clock(delays: list[float]) -> None:
    elapsed_s, slots = 0.0, [-1]
    for delay_s in delays:
        elapsed_s += delay_s
        slots.append(next_slot(slots[-1], elapsed_s))
        assert elapsed_s - slots[-1] * FRAME_S < (MAX_LATE_SLOTS + 1) * FRAME_S + 1e-6
    assert all(earlier < later for earlier, later in pairwise(slots))


def test_a_short_hold_up_is_made_up_for_slot_by_slot() -> None:
    assert next_slot(10, 13.5 * FRAME_S) == 11


def test_after_a_long_hold_up_the_slots_in_between_are_left_out() -> None:
    assert next_slot(10, 260.5 * FRAME_S) == 260


# ---------------------------------------------------------------- the agent's frames


@given(st.lists(st.sampled_from(["put", "take"]), max_size=300))
def test_frames_come_out_in_order_and_only_the_oldest_are_lost(steps: list[str]) -> None:
    playout, now_s, put, out = Playout(), 0.0, 0, list[int]()
    for step in steps:
        now_s += FRAME_S / 2
        if step == "put":
            playout.put(put.to_bytes(4, "big"), now_s)
            put += 1
        elif (frame := playout.take(now_s)) is not None:
            out.append(int.from_bytes(frame, "big"))
        assert playout.waiting <= MAX_WAITING
    assert out == sorted(set(out))
    assert len(out) + playout.waiting + playout.lost == put


@given(st.floats(0, 0.0199), st.lists(st.floats(0, LEAD_S - 1e-4), min_size=30, max_size=30))
def test_an_utterance_has_no_hole_as_long_as_the_track_is_less_late_than_the_lead(
    phase_s: float, lateness: list[float]
) -> None:
    playout, out, frame = Playout(), list[bytes | None](), 0
    arrivals = [phase_s + number * FRAME_S + late for number, late in enumerate(lateness)]
    arrivals[0] = phase_s
    for slot in range(1, 34):
        while frame < len(arrivals) and arrivals[frame] <= slot * FRAME_S:
            playout.put(b"%d" % frame, arrivals[frame])
            frame += 1
        out.append(playout.take(slot * FRAME_S))
    spoken = [index for index, pcm in enumerate(out) if pcm is not None]
    assert len(spoken) == len(arrivals)
    assert spoken == list(range(spoken[0], spoken[0] + len(arrivals)))
    assert spoken[0] <= 1  # at most one slot after the first that might have been


def test_a_single_frame_is_played_too() -> None:
    playout = Playout()
    playout.put(b"x", 0.0)
    assert [playout.take(0.001), playout.take(0.021), playout.take(0.041)] == [None, b"x", None]


def test_what_is_cut_is_dropped_and_its_fade_follows_at_once() -> None:
    playout = Playout()
    for number in range(5):
        playout.put(b"%d" % number, 0.0)
    assert playout.take(0.02) == b"0"
    playout.cut(b"fade")
    assert [playout.take(0.04), playout.take(0.06)] == [b"fade", None]


def test_a_cut_before_anything_sounded_leaves_silence() -> None:
    playout = Playout()
    playout.put(b"0", 0.0)
    playout.cut(b"fade")
    assert playout.take(0.02) is None


# ---------------------------------------------------------------- the order of packets


@given(
    st.lists(st.integers(0, HOLD_PACKETS), min_size=1, max_size=100),
    st.integers(0, (1 << 16) - 1),
)
def test_packets_that_overtake_each_other_by_little_all_come_out_in_order(
    delays: list[int], start: int
) -> None:
    sent = sorted(range(len(delays)), key=lambda number: (number + delays[number], number))
    sent.remove(0)
    order, out = Reorder[int](), list[int]()
    for number in [0, *sent]:
        out += order.push((start + number) % (1 << 16), number)
    assert out == list(range(len(delays)))
    assert order.lost == 0


@given(st.sets(st.integers(1, 199)), st.integers(0, (1 << 16) - 1))
def test_what_is_lost_holds_up_two_packets_and_no_more(lost: set[int], start: int) -> None:
    order, out = Reorder[int](), list[int]()
    come = [number for number in range(203) if number not in lost]
    for count, number in enumerate(come, 1):
        out += order.push((start + number) % (1 << 16), number)
        assert len(out) >= count - HOLD_PACKETS
    assert out == come
    assert order.lost == len(lost)


@given(st.lists(st.integers(0, (1 << 16) - 1), max_size=300))
def test_no_sequence_of_numbers_makes_it_grow_or_lets_a_packet_out_twice(
    numbers: list[int],
) -> None:
    order, out = Reorder[int](), list[int]()
    for index, number in enumerate(numbers):
        out += order.push(number, index)
        assert order.held <= HOLD_PACKETS
    assert len(out) == len(set(out))


def test_a_packet_that_comes_twice_or_too_late_is_dropped() -> None:
    order = Reorder[str]()
    assert order.push(7, "a") == ["a"]
    assert order.push(7, "again") == []
    assert order.push(6, "late") == []
    assert order.push(8, "b") == ["b"]


# ---------------------------------------------------------------- Opus


def test_speech_survives_opus() -> None:
    encoder, decoder, spoken = OpusEncoder(), OpusDecoder(), tone(1.0)
    heard = b"".join(
        decoder.decode(bytes(encoder.encode(spoken[at : at + FRAME_BYTES])))
        for at in range(0, len(spoken), FRAME_BYTES)
    )
    samples = np.frombuffer(heard, np.int16).astype(float)
    assert len(samples) == 48_000
    assert np.abs(np.fft.rfft(samples)).argmax() == 440
    assert samples.std() == pytest.approx(8192 / 2**0.5, rel=0.1)


def test_stereo_is_heard_as_mono() -> None:
    encoder = cast("Any", av.CodecContext.create("libopus", "w"))
    encoder.sample_rate, encoder.format, encoder.layout = 48_000, "s16", "stereo"
    frame = av.AudioFrame(format="s16", layout="stereo", samples=FRAME_SAMPLES)
    frame.sample_rate = 48_000
    left = np.frombuffer(tone(0.02), np.int16)
    frame.planes[0].update(np.stack([left, left], axis=1).tobytes())
    (packet,) = encoder.encode(frame)
    assert len(OpusDecoder().decode(bytes(packet))) == FRAME_BYTES


@given(st.binary(max_size=200))
def test_noise_in_place_of_a_packet_is_no_fault(noise: bytes) -> None:
    decoder = OpusDecoder()
    assert len(decoder.decode(noise)) % 2 == 0
    assert len(decoder.decode(bytes(OpusEncoder().encode(SILENCE)))) == FRAME_BYTES


# ---------------------------------------------------------------- from 48 to 16 kHz


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_however_a_sound_is_cut_it_comes_out_whole_and_without_a_seam(sizes: list[int]) -> None:
    sound = tone(0.5)
    whole, parts, at = Decimator().push(sound), Decimator(), 0
    out = b""
    for size in [*sizes, len(sound)]:
        out += parts.push(sound[at * 2 : (at + size) * 2])
        at += size
    assert out == whole
    assert len(whole) == len(sound) // 3


@pytest.mark.parametrize(("hz", "passes"), [(300, 1.0), (3000, 1.0), (6000, 1.0), (9000, 0.0)])
def test_what_a_caller_says_passes_and_what_would_be_folded_down_does_not(
    hz: float, passes: float
) -> None:
    heard = np.frombuffer(Decimator().push(tone(0.5, hz)), np.int16).astype(float)
    assert heard[100:].std() / (8192 / 2**0.5) == pytest.approx(passes, abs=0.02)


def test_a_sound_comes_out_a_millisecond_late_and_full_scale_does_not_wrap() -> None:
    step = np.concatenate([np.zeros(480, np.int16), np.full(960, 32767, np.int16)]).tobytes()
    heard = np.frombuffer(Decimator().push(step), np.int16)
    assert np.flatnonzero(heard > 16000)[0] - 160 == pytest.approx(16, abs=1)
    assert heard.min() > -4000


# ---------------------------------------------------------------- the caller's ear


class Packet:
    def __init__(self, number: int, payload: bytes) -> None:
        self.sequence_number, self.timestamp, self.payload = number, number * FRAME_SAMPLES, payload


def test_a_lost_packet_is_heard_as_silence_of_its_length() -> None:
    heard: list[bytes] = []
    ear, packet = CallerEar(heard.append), bytes(OpusEncoder().encode(SILENCE))
    for number in (0, 1, 3, 4, 5):
        assert ear.add(Packet(number, packet)) == (False, None)
    assert [len(pcm) // CALLER_FRAME_BYTES for pcm in heard] == [1, 1, 2, 1, 1]
    assert ear.lost == 1


@given(st.integers(0, (1 << 32) - 1), st.integers(-(1 << 31), 1 << 31))
def test_a_gap_is_filled_only_if_it_can_be_one(until: int, ahead: int) -> None:
    gap = gap_samples(until, (until + ahead) % (1 << 32))
    assert gap == (ahead if 0 <= ahead <= MAX_GAP_SAMPLES else 0)


# ---------------------------------------------------------------- video that waits for its decoder


def test_pictures_that_the_decoder_cannot_follow_are_dropped_and_a_key_frame_is_asked_for() -> None:
    lost = threading.Event()
    waiting = DecoderQueue(lost)
    for number in range(MAX_UNDECODED):
        waiting.put(number)
    assert not lost.is_set()
    waiting.put("late")
    assert (waiting.get(), waiting.qsize(), waiting.lost) == ("late", 0, MAX_UNDECODED)
    assert lost.is_set()


def test_the_end_of_the_video_does_not_wait_for_what_is_not_decoded_yet() -> None:
    waiting = DecoderQueue(threading.Event())
    waiting.put("picture")
    waiting.put(None)
    assert waiting.get() is None


def test_only_video_is_asked_to_keep_to_a_bit_rate() -> None:
    audio, video = (
        "m=audio 9 X 111\r\nc=IN IP4 0.0.0.0\r\n",
        "m=video 9 X 96\r\nc=IN IP4 0.0.0.0\r\n",
    )
    assert limit_bitrate(audio + video) == f"{audio}{video}b=AS:{MAX_BITRATE_KBPS}\r\n"


# ---------------------------------------------------------------- peers that vanish


@given(st.lists(st.tuples(st.floats(1.0, 2.0), st.booleans()), max_size=60))
def test_a_peer_is_gone_when_nothing_came_for_long_enough_and_not_before(
    looks: list[tuple[float, bool]],
) -> None:
    alive, now_s, received, last_s = Liveness(8.0, 0.0), 0.0, 0, 0.0
    for wait_s, came in looks:
        now_s += wait_s
        if came:
            received, last_s = received + 1, now_s
        assert alive.look(received, now_s) == (now_s - last_s >= 8.0)


def test_a_loop_that_was_held_up_does_not_take_its_peer_for_gone() -> None:
    alive = Liveness(8.0, 0.0)
    assert not alive.look(1, 1.0)
    assert not alive.look(1, 60.0)
    assert alive.is_due(61.0)


# ---------------------------------------------------------------- where to be reached


@pytest.mark.parametrize(
    "server",
    [
        {"url": "http://example.org"},
        {"url": "stun:"},
        {"url": "turn:turn.example.org"},
        {"url": "turn:turn.example.org", "username": "ada"},
    ],
)
def test_an_ice_server_that_cannot_be_used_is_refused_when_it_is_declared(
    server: dict[str, str],
) -> None:
    with pytest.raises(ValidationError):
        IceServer.model_validate(server)


def test_the_credential_of_a_server_is_not_shown() -> None:
    server = IceServer.model_validate(
        {"url": "turn:turn.example.org", "username": "ada", "credential": "s3cret"}
    )
    assert "s3cret" not in repr(server)
    assert server.for_aiortc().credential == "s3cret"


def test_loopback_is_offered_to_a_local_peer_and_where_there_is_nothing_else() -> None:
    config = WebRtcConfig()
    assert config.reachable_at(["192.0.2.1"], peer_is_local=False) == ["192.0.2.1"]
    assert config.reachable_at(["192.0.2.1"], peer_is_local=True) == ["192.0.2.1", LOOPBACK]
    assert config.reachable_at([], peer_is_local=False) == [LOOPBACK]


def test_no_server_is_asked_for_an_address_unless_it_is_declared() -> None:
    assert WebRtcConfig().for_aiortc().iceServers == []
