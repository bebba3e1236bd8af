"""How a video frame becomes an image: plain data, without the FFmpeg that does it."""

from dataclasses import dataclass
from typing import Final, Literal

_LONGEST_SIDE_PX: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeOptions:
    """How a frame becomes an image."""

    format: Literal["jpeg", "png"] = "jpeg"
    quality: int = 80
    """1 to 100, about as libjpeg counts it; PNG has none."""
    max_width_px: int = 1024
    max_height_px: int = 1024
    """The frame is made to fit in, never enlarged and never distorted."""

    def __post_init__(self) -> None:
        """Refuse what cannot be encoded.

        Raises:
            ValueError: A number is out of its range, or the format is unknown.
        """
        if self.format not in {"jpeg", "png"}:
            raise ValueError(f"format must be 'jpeg' or 'png', not {self.format!r}")
        highest = 100
        if not 1 <= self.quality <= highest:
            raise ValueError(f"quality must be from 1 to {highest}, not {self.quality}")
        for name, side in (
            ("max_width_px", self.max_width_px),
            ("max_height_px", self.max_height_px),
        ):
            if not 1 <= side <= _LONGEST_SIDE_PX:
                raise ValueError(f"{name} must be from 1 to {_LONGEST_SIDE_PX}, not {side}")
