"""What the tests of the page share: the worker, the network to it, and browsers that speak."""

import wave
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.browsers import Browsers
from tests.browser.cutting_proxy import CuttingProxy
from tests.browser.visitor import Visitor
from tests.browser.worker_process import ROOT, worker_of

RECORDING = ROOT / "examples" / "audio" / "front_desk.wav"
PIECES_S = {"breakfast": (2.6, 4.2), "rooms": (8.2, 10.8)}
"""Where the example's recorded caller asks for what."""


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Start a worker; return the link that it prints."""
    output = tmp_path_factory.mktemp("worker") / "output"
    with worker_of("tests.browser.desk:Main", output) as printed:
        yield printed


@pytest.fixture(scope="module")
def network(link: str) -> Generator[CuttingProxy]:
    """The network between browser and worker."""
    with CuttingProxy(urlsplit(link).port or 0).running() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def browsers() -> Generator[Browsers]:
    with Browsers() as started:
        yield started


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write what a microphone speaks: silences in seconds, and questions by name."""
    folder = tmp_path_factory.mktemp("microphone")

    def record(*parts: float | str) -> Path:
        path = folder / ("-".join(map(str, parts)) + ".wav")
        with wave.open(str(RECORDING)) as source, wave.open(str(path), "wb") as target:
            target.setparams(source.getparams())
            for part in parts:
                target.writeframes(_pcm(source, part))
        return path

    return record


def _pcm(source: wave.Wave_read, part: float | str) -> bytes:
    rate_hz = source.getframerate()
    if not isinstance(part, str):
        return bytes(2 * int(part * rate_hz))
    begin_s, end_s = PIECES_S[part]
    source.setpos(int(begin_s * rate_hz))
    return source.readframes(int((end_s - begin_s) * rate_hz))


@pytest.fixture
def visit(
    link: str, network: CuttingProxy, browsers: Browsers
) -> Generator[Callable[..., Visitor]]:
    """Open the page with a microphone or without; what fails in the page fails the test."""
    there = urlsplit(link)._replace(netloc=f"127.0.0.1:{network.port}").geturl()
    failures: list[str] = []
    with ExitStack() as open_pages:

        def open_page(microphone: Path | None = None, address: str = there) -> Visitor:
            page = browsers.speaking(microphone).new_page()
            open_pages.callback(page.close)
            page.on("pageerror", lambda error: failures.append(str(error)))
            page.goto(address)
            return Visitor(page)

        yield open_page
    assert not failures
