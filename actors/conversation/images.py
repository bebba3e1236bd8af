"""An image as a part of a message: its bytes, or where a vendor can fetch it.

Pictures of a camera are made into one by `actors.conversation.frame_images`, which needs FFmpeg and
is therefore imported by those who use it only.
"""

import base64
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from actors.conversation.ids import new_id

Detail: TypeAlias = Literal["auto", "low", "high"]
"""How closely a model that can choose is to look."""

_DATA_SCHEME: Final = "data:"
_MAGIC: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}
_WEBP_KIND: Final = slice(8, 12)
"""Where a RIFF file says that it is a WebP image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """One image, encoded already: either ``data`` with its ``mime``, or a ``url``."""

    data: bytes = field(default=b"", repr=False)
    url: str = ""
    """``https:`` or ``http:``; a data URL becomes ``data`` by `from_url`."""
    mime: str = ""
    """Such as ``image/jpeg``; may stay empty with a ``url``."""
    detail: Detail = "auto"
    id: str = field(default_factory=lambda: new_id("img"))

    def __post_init__(self) -> None:
        """Refuse what no vendor could be given.

        Raises:
            ValueError: Neither or both of ``data`` and ``url``, or a kind that is no image.
        """
        if bool(self.data) == bool(self.url):
            raise ValueError("an image has either data or a url")
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ValueError("the url of an image begins with https:// or http://")
        if (self.data or self.mime) and not self.mime.startswith("image/"):
            raise ValueError(f"the mime of an image is such as 'image/png', not {self.mime!r}")

    @classmethod
    def from_bytes(cls, data: bytes, *, detail: Detail = "auto") -> "ImagePart":
        """Take an encoded image; JPEG, PNG, GIF and WebP are known by their first bytes.

        Raises:
            ValueError: It is none of these.
        """
        return cls(data=data, mime=_mime_of(data), detail=detail)

    @classmethod
    def from_url(cls, url: str, *, detail: Detail = "auto") -> "ImagePart":
        """Take an address; what a data URL holds is taken out of it.

        Raises:
            ValueError: The address cannot be that of an image.
        """
        if not url.startswith(_DATA_SCHEME):
            return cls(url=url, detail=detail)
        head, comma, body = url.removeprefix(_DATA_SCHEME).partition(",")
        mime, base64_mark, _ = head.partition(";base64")
        if not comma or not base64_mark:
            raise ValueError("the data URL of an image begins with data:image/…;base64,")
        return cls(data=_decoded(body), mime=mime, detail=detail)

    @property
    def base64(self) -> str:
        """The data as base64 text; empty for a ``url``."""
        return base64.b64encode(self.data).decode("ascii")

    @property
    def address(self) -> str:
        """The url, or a data URL with the whole image in it."""
        return self.url or f"{_DATA_SCHEME}{self.mime};base64,{self.base64}"


def _mime_of(data: bytes) -> str:
    for magic, mime in _MAGIC.items():
        if data.startswith(magic):
            return mime
    if data.startswith(b"RIFF") and data[_WEBP_KIND] == b"WEBP":
        return "image/webp"
    raise ValueError("not a JPEG, PNG, GIF or WebP image; give ImagePart its mime")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError(f"not base64: {error}") from error
