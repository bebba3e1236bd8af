"""The room's side of a recogniser process: started, spoken to, and gone when its room is."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from actors.ports import Services
from actors.vendor import FailureKind, ProviderError
from providers.pocketsphinx.wire import HEADER, Frame, Kind, Options, pack, unpack_header
from providers.tasks import running

ROOT: Final = Path(__file__).parent.parent
START: Final = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from providers.pocketsphinx.child import main; main()"
)
"""Finds our own folder wherever it is installed, and shadows nothing with it."""
LAST_WORDS_BYTES: Final = 2000


class Debt:
    """What the process still owes; as long as it owes anything, simulated time waits."""

    def __init__(self, services: Services) -> None:
        """Owe nothing."""
        self._services = services
        self._owed = 0
        self._dead = False
        self._work: AbstractContextManager[object] | None = None

    def add(self) -> None:
        """Owe one answer more."""
        self._owed += 1
        if self._work is None and not self._dead:
            self._work = self._services.external_work()
            self._work.__enter__()

    def pay(self) -> None:
        """Owe one answer less."""
        self._owed -= 1
        if self._owed == 0:
            self._release()

    def forgive(self) -> None:
        """Owe nothing, now and for ever: the process is gone."""
        self._dead = True
        self._release()

    def _release(self) -> None:
        if self._work is not None:
            self._work.__exit__(None, None, None)
            self._work = None


class RecogniserProcess:
    """A process that is up; `recogniser_process` makes one."""

    def __init__(
        self, process: asyncio.subprocess.Process, debt: Debt, last_words: IO[bytes]
    ) -> None:
        """Speak with a process that has been started."""
        self._process = process
        self._debt = debt
        self._last_words = last_words
        self._answers: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._streams = 0

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def next_stream(self) -> int:
        """Return a new number for a stream of audio."""
        self._streams += 1
        return self._streams

    async def ask(self, request: Frame) -> None:
        """Send a request; waits while the process is far behind.

        Raises:
            ConnectionError: the process is gone; `answer` says why.
        """
        assert self._process.stdin is not None
        self._debt.add()
        self._process.stdin.write(pack(request))
        await self._process.stdin.drain()

    async def answer(self) -> Frame:
        """Return the next answer.

        Raises:
            ProviderError: the process died (kind ``crash``).
        """
        frame = await self._answers.get()
        if frame is None:
            self._answers.put_nowait(None)  # for whoever asks again
            raise ProviderError(self._obituary(), kind=FailureKind.CRASH)
        return frame

    async def read_answers(self) -> None:
        """Take answers as they come, whether or not anybody waits for them, until the end."""
        try:
            while (frame := await self._read_frame()) is not None:
                if frame.kind is Kind.DONE:
                    self._debt.pay()
                else:
                    self._answers.put_nowait(frame)
            await self._process.wait()
        finally:
            self._debt.forgive()
            self._answers.put_nowait(None)

    def stop(self) -> None:
        """Close the pipe and end the process, whatever it does: it has nothing to save."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(ProcessLookupError):  # it went by itself
            self._process.kill()

    async def _read_frame(self) -> Frame | None:
        assert self._process.stdout is not None
        try:
            header = await self._process.stdout.readexactly(HEADER.size)
            kind, number, length = unpack_header(header)
            return Frame(kind, number, await self._process.stdout.readexactly(length))
        except asyncio.IncompleteReadError:
            return None

    def _obituary(self) -> str:
        self._last_words.seek(0, 2)
        self._last_words.seek(max(0, self._last_words.tell() - LAST_WORDS_BYTES))
        lines = self._last_words.read().decode(errors="replace").strip().splitlines()
        said = f": {lines[-1]}" if lines else ""
        return f"the recogniser process ended with code {self._process.returncode}{said}"


@asynccontextmanager
async def recogniser_process(
    options: Options, services: Services
) -> AsyncGenerator[RecogniserProcess]:
    """Start a process with its decoders loaded; it has ended when the block is left.

    Raises:
        ProviderError: it cannot use the options (``misconfigured``), or it dies (``crash``).
    """
    with TemporaryFile() as last_words:
        with services.external_work():
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-c", START, str(ROOT)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=last_words,
                start_new_session=True,  # Ctrl-C is for the worker, which stops it in good order
            )
        child = RecogniserProcess(process, Debt(services), last_words)
        async with running(child.read_answers()) as reader:
            try:
                await _prepare(child, options)
                yield child
            finally:
                child.stop()
                with services.external_work():
                    await asyncio.wait([reader])


async def _prepare(child: RecogniserProcess, options: Options) -> None:
    await child.ask(Frame(Kind.OPTIONS, 0, options.to_json()))
    answer = await child.answer()
    if answer.kind is Kind.REFUSED:
        raise ProviderError(answer.body.decode(), kind=FailureKind.MISCONFIGURED)
