"""An image of a video frame: scaled down and encoded by FFmpeg.

Not imported with the rest of the conversation, for whoever only talks needs no FFmpeg. Encoding a
large frame takes some ten milliseconds: leave it to a thread (`asyncio.to_thread`).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, Protocol, SupportsBytes, cast

import av
from av.video.reformatter import ColorRange, Interpolation

from actors.conversation.encode_options import EncodeOptions
from actors.conversation.images import Detail, ImagePart

_COARSEST: Final = 31
"""The coarsest quantiser that FFmpeg's JPEG encoder has; the finest is 1."""


def image_of_frame(
    frame: av.VideoFrame, options: EncodeOptions | None = None, *, detail: Detail = "auto"
) -> ImagePart:
    """Encode a frame, of any pixel format, as an image for a message; transparency is lost."""
    options = options or EncodeOptions()
    width, height = fitted(frame.width, frame.height, options)
    if options.format == "png":
        data = _encoded(frame, _encoder("png", "rgb24", width, height))
    else:
        # Colours at full resolution: small text in colour stays readable.
        encoder = _encoder("mjpeg", "yuvj444p", width, height)
        quantiser = str(quantiser_of(options.quality))
        encoder.options = {"qmin": quantiser, "qmax": quantiser}
        data = _encoded(frame, encoder)
    return ImagePart(data=data, mime=f"image/{options.format}", detail=detail)


def fitted(width: int, height: int, options: EncodeOptions) -> tuple[int, int]:
    """Return the size, in pixels, of a frame that was made to fit."""
    scale = min(1, Fraction(options.max_width_px, width), Fraction(options.max_height_px, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def quantiser_of(quality: int) -> int:
    """Return FFmpeg's quantiser whose tables are about those of libjpeg at this quality."""
    middle = 50
    percent = 5000 / quality if quality < middle else 200 - 2 * quality
    return max(1, min(_COARSEST, round(8 * percent / 100)))


class _Encoder(Protocol):
    """What is used of an encoder; PyAV's own types leave some of it open."""

    width: int
    height: int
    pix_fmt: str
    time_base: Fraction
    sample_aspect_ratio: Fraction
    options: dict[str, str]

    def encode(self, frame: av.VideoFrame | None) -> Sequence[SupportsBytes]: ...


def _encoder(codec: str, pixels: str, width: int, height: int) -> _Encoder:
    encoder = cast("_Encoder", av.CodecContext.create(codec, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixels
    encoder.time_base = Fraction(1, 1)
    encoder.sample_aspect_ratio = Fraction(1, 1)  # else a JPEG lacks its JFIF header
    return encoder


def _encoded(frame: av.VideoFrame, encoder: _Encoder) -> bytes:
    scaled = frame.reformat(
        encoder.width,
        encoder.height,
        encoder.pix_fmt,
        interpolation=Interpolation.LANCZOS,
        dst_color_range=ColorRange.JPEG,
    )
    scaled.pts, scaled.time_base = 0, encoder.time_base
    return b"".join(bytes(packet) for packet in (*encoder.encode(scaled), *encoder.encode(None)))
