"""Chromium as a visitor has it, only that its microphone speaks what a file says."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from playwright.sync_api import Browser, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FAKE_MICROPHONE_FLAGS: Final = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


class Browsers:
    """One browser for each microphone, kept until the block ends."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._started: dict[Path | None, Browser] = {}

    def __enter__(self) -> Self:
        self._playwright = self._stack.enter_context(sync_playwright())
        return self

    def __exit__(self, *_reason: object) -> None:
        self._stack.close()

    def speaking(self, recording: Path | None) -> Browser:
        """Return the browser into which this is spoken whenever a page opens the microphone.

        None: it has no microphone.
        """
        if recording not in self._started:
            flags: list[str] = list(FLAGS)
            if recording:
                flags += FAKE_MICROPHONE_FLAGS
                flags.append(f"--use-file-for-fake-audio-capture={recording}%noloop")
            browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            self._stack.callback(browser.close)
            self._started[recording] = browser
        return self._started[recording]
