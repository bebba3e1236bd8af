"""Images in messages: of bytes, of addresses, of video frames."""

import asyncio
import io
import subprocess
import sys

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import ImagePart
from actors.conversation.frame_images import EncodeOptions, fitted, image_of_frame, quantiser_of


def shades(width: int = 320, height: int = 240) -> av.VideoFrame:
    down, along = np.mgrid[0:height, 0:width]
    colours = (along * 255 // width, down * 255 // height, (along + down) * 255 // (width + height))
    pixels = np.stack(colours, -1).astype(np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def pixels_of(image: ImagePart) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    with av.open(io.BytesIO(image.data), "r") as container:
        frame = next(container.decode(video=0))
    return frame.to_ndarray(format="rgb24").astype(np.int64)


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_the_kind_of_an_image_is_known_by_its_first_bytes(data: bytes, mime: str) -> None:
    assert ImagePart.from_bytes(data).mime == mime


@pytest.mark.parametrize("data", [b"", b"RIFF\x00\x00\x00\x00WAVE", b"<svg/>"])
def test_bytes_of_no_known_kind_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a JPEG, PNG, GIF or WebP"):
        ImagePart.from_bytes(data)


@given(st.binary(min_size=1))
def test_a_data_url_holds_the_image_itself(data: bytes) -> None:
    image = ImagePart(data=data, mime="image/png", id="i")
    again = ImagePart.from_url(image.address)
    assert (again.data, again.mime, again.url) == (data, "image/png", "")


def test_an_address_stays_an_address() -> None:
    image = ImagePart.from_url("https://pictures.example/1", detail="low")
    assert (image.address, image.base64, image.detail) == ("https://pictures.example/1", "", "low")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "picture.png",
        "data:image/png",
        "data:image/png,abc",
        "data:image/png;base64,?",
        "data:image/png;base64,ä",
        "data:text/html;base64,YQ==",
        "data:image/png;base64,",
    ],
)
def test_an_address_that_no_vendor_could_use_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"image|base64"):
        ImagePart.from_url(url)


def test_an_image_is_either_data_or_an_address() -> None:
    for wrong in ({}, {"url": "https://a.example", "data": b"x", "mime": "image/png"}):
        with pytest.raises(ValueError, match="either data or a url"):
            ImagePart(**wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="not ''"):
        ImagePart(data=b"x")


def test_a_log_line_with_an_image_in_it_stays_short() -> None:
    assert len(repr(ImagePart(data=b"x" * 100_000, mime="image/png"))) < 200


def test_a_png_of_a_frame_shows_it_to_the_pixel() -> None:
    frame = shades()
    image = image_of_frame(frame, EncodeOptions(format="png"))
    assert image.mime == "image/png"
    assert ImagePart.from_bytes(image.data).mime == "image/png"
    assert (pixels_of(image) == frame.to_ndarray(format="rgb24")).all()


@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p", "rgba", "gray", "nv12"])
def test_a_jpeg_of_a_frame_of_any_pixel_format_shows_it(pixel_format: str) -> None:
    frame = shades().reformat(format=pixel_format)
    image = image_of_frame(frame, detail="high")
    assert (image.mime, image.detail) == ("image/jpeg", "high")
    assert image.data[6:10] == b"JFIF"
    seen = frame.to_ndarray(format="rgb24").astype(np.int64)
    assert np.abs(pixels_of(image) - seen).mean() < 3


def test_a_frame_is_scaled_down_to_fit() -> None:
    options = EncodeOptions(max_width_px=100, max_height_px=100)
    assert pixels_of(image_of_frame(shades(320, 240), options)).shape == (75, 100, 3)
    assert pixels_of(image_of_frame(shades(30, 20), options)).shape == (20, 30, 3)


def test_less_quality_makes_a_smaller_image() -> None:
    frame = shades()
    sizes = [len(image_of_frame(frame, EncodeOptions(quality=q)).data) for q in (10, 50, 80, 100)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


SIDES = st.integers(1, 5000)


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_fitted_frame_is_within_its_bounds_and_not_distorted(
    width: int, height: int, most_width: int, most_height: int
) -> None:
    options = EncodeOptions(max_width_px=most_width, max_height_px=most_height)
    new_width, new_height = fitted(width, height, options)
    assert 1 <= new_width <= min(width, most_width)
    assert 1 <= new_height <= min(height, most_height)
    scale = min(1, most_width / width, most_height / height)
    assert abs(new_width - width * scale) <= 1
    assert abs(new_height - height * scale) <= 1


@given(st.integers(1, 99))
def test_more_quality_is_never_coarser(quality: int) -> None:
    assert 31 >= quantiser_of(quality) >= quantiser_of(quality + 1) >= 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"quality": 0},
        {"quality": 101},
        {"max_width_px": 0},
        {"max_height_px": 100_000},
        {"format": "bmp"},
    ],
)
def test_options_that_cannot_be_kept_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        EncodeOptions(**wrong)  # pyright: ignore[reportArgumentType]


@pytest.mark.real_time
async def test_a_frame_can_be_encoded_in_a_thread() -> None:
    image = await asyncio.to_thread(image_of_frame, shades(64, 64))
    assert image.mime == "image/jpeg"


@pytest.mark.slow
def test_who_only_talks_loads_no_ffmpeg() -> None:
    modules = "actors.conversation, actors.session.summary"
    program = f"import sys, {modules}; print({{'av', 'numpy'}} & {{*sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout == "set()\n"
