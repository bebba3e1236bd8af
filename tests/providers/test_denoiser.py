"""WebRtcDenoiser: less noise, as many samples."""

import sys

import pytest

from actors.audio import CALLER_FRAME_SAMPLES
from providers import WebRtcDenoiser
from tests.providers.fake_services import FakeServices
from tests.providers.sounds import noise, pieces, rms

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its wheels are for Linux only")


async def test_steady_noise_is_damped() -> None:
    frames = pieces(noise(3.0, amplitude=500), CALLER_FRAME_SAMPLES)
    async with WebRtcDenoiser(level=2).open(FakeServices()) as denoiser:
        cleaned = [denoiser.denoise(frame) for frame in frames]
    assert all(len(frame) == CALLER_FRAME_SAMPLES * 2 for frame in cleaned)
    assert rms(b"".join(cleaned[-50:])) < 0.4 * rms(b"".join(frames[-50:]))
