"""The playground page and its files, under a policy that lets nothing else in."""

import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from runtime.doors.refusal import Refusal

FOLDER: Final = Path(__file__).parent.parent / "playground"
FILE: Final = re.compile(r"([a-z0-9_]+)\.(html|css|js|svg)")
KINDS: Final = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def index(_request: Request) -> Response:
    """The playground page."""
    return _file("index.html")


async def file(request: Request) -> Response:
    """A file of the page."""
    return _file(request.path_params["file"])


def _file(name: str) -> Response:
    match = FILE.fullmatch(name)
    path = FOLDER / name
    if match is None or not path.is_file():
        raise Refusal(404, "not_found", "the page has no such file")
    return FileResponse(path, media_type=KINDS[match[2]], headers=HEADERS)
