"""Takes the pictures of the playground that the README shows: a call with the front desk, live.

    .venv/bin/python -m docs.make_screenshot

The recorded caller of the example speaks into a real Chromium. While the agent answers the second
question, its session and the stage before its loudspeaker are crashed, which is the point of it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from tests.browser.browsers import Browsers
from tests.browser.visitor import Visitor
from tests.browser.worker_process import ROOT, worker_of

HERE: Final = Path(__file__).parent
AGENT: Final = "examples.front_desk:Main"
CALLER: Final = ROOT / "examples" / "audio" / "front_desk.wav"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def main() -> None:
    """Write playground-light.png and playground-dark.png beside this file."""
    with (
        TemporaryDirectory() as folder,
        worker_of(AGENT, Path(folder, "output")) as link,
        Browsers() as browsers,
    ):
        page = browsers.speaking(CALLER).new_page(viewport={"width": 1440, "height": 900})
        page.goto(link)
        visitor = Visitor(page)
        visitor.call_by("WebSocket")
        visitor.sees_line("agent", "We have")
        visitor.press("Crash the session")
        visitor.press("Crash the loudspeaker")
        visitor.sees_line("stage", "audio_track is back on stage")
        visitor.sees_line("agent", "We have 8 rooms free for")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=HERE / f"playground-{scheme}.png")
        visitor.press("Hang up")


if __name__ == "__main__":
    main()
