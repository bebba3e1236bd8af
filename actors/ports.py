"""The whole contract with the outside, on one page.

A *provider* is declared as data (a validated, picklable config) and opened when its performer
starts: nothing connects before. What `open` yields is the live vendor: streaming, cancellable (by
cancelling the task that reads it), its formats stated. Any object with these members will do;
nobody has to inherit. A vendor reports trouble by raising: `ProviderError` says what kind it is,
any other exception counts as ``error``. A vendor never retries on its own: that is its role's work.
"""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Protocol, TypeVar

from actors.arrivals import Arrival
from actors.chat_capabilities import ChatCapabilities
from actors.realtime import RealtimeEvent, RealtimeInput, RealtimeRequest
from actors.speech_gate import GateConfig
from actors.stt_capabilities import SttCapabilities
from actors.tool_limits import ToolLimits
from actors.vendor import (
    ChatEvent,
    ChatRequest,
    ServedTool,
    SpeechChunk,
    SpeechRequest,
    SttAudio,
    SttEvent,
    SttInput,
    ToolSchema,
    TurnScore,
    TurnText,
)

VendorT_co = TypeVar("VendorT_co", covariant=True)


class Provider(Protocol[VendorT_co]):
    """A vendor as declared by an agent: data until a performer opens it."""

    @property
    def name(self) -> str:
        """The name under which logs, events and the tree know it."""
        ...

    def open(self, services: "Services") -> AbstractAsyncContextManager[VendorT_co]:
        """Connect; leaving the context closes whatever was opened."""
        ...


class Denoiser(Protocol):
    """Takes noise out of the caller's audio, frame by frame, on the loop.

    Well under a millisecond a call.
    """

    def denoise(self, pcm: bytes) -> bytes:
        """Return as many samples as were given (20 ms at 16 kHz, s16le mono)."""
        ...


class VoiceActivityDetector(Protocol):
    """Tells speech from the rest, window by window, on the loop: about a millisecond a call."""

    @property
    def window_samples(self) -> int:
        """How many samples (16 kHz) it judges at once."""
        ...

    @property
    def gate(self) -> GateConfig:
        """The thresholds and durations that suit its probabilities."""
        ...

    def probability(self, pcm: bytes) -> float:
        """Return the probability (0 to 1) that this window is speech."""
        ...


class SpeechToText(Protocol):
    """Transcribes one caller from the first frame to the last."""

    @property
    def capabilities(self) -> SttCapabilities:
        """What it can do."""
        ...

    def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncIterator[SttEvent]:
        """Read the audio as it comes and yield texts; ends when the audio ends."""
        ...


class HearsPast(Protocol):
    """What a recogniser can do besides, whose capabilities say ``past``."""

    async def transcribe_past(self, speech: SttAudio) -> str:
        """Return the words of speech that is over; asked before the stream that follows it."""
        ...


class TurnDetector(Protocol):
    """Judges whether the caller has finished."""

    @property
    def audio_s(self) -> float:
        """How much of the caller's latest audio it wants with the text; 0: none."""
        ...

    async def score(self, turn: TurnText) -> TurnScore:
        """Judge the pending text."""
        ...


class LanguageModel(Protocol):
    """Answers a conversation."""

    @property
    def capabilities(self) -> ChatCapabilities:
        """What it can do."""
        ...

    def chat(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Stream the answer; `ChatDone` ends it.

        `ChatProgress` while nothing can be spoken yet keeps it from counting as hung.
        """
        ...


class TextToSpeech(Protocol):
    """Speaks one piece of text at a time."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate of its audio."""
        ...

    def synthesize(self, request: SpeechRequest) -> AsyncIterator[SpeechChunk]:
        """Stream the audio of one piece; the end of the stream is the end of the piece."""
        ...


class RealtimeModel(Protocol):
    """Hears and speaks by itself."""

    def converse(
        self, request: RealtimeRequest, audio: AsyncIterable[RealtimeInput]
    ) -> AsyncIterator[RealtimeEvent]:
        """Hold the conversation until the audio ends."""
        ...


class ToolServer(Protocol):
    """Another program whose tools the language model may call, while the connection is open."""

    async def tools(self) -> tuple[ServedTool, ...]:
        """List its tools, under the names that `call` takes."""
        ...

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Run a tool and return its output as text.

        Raises `ToolError` if the tool failed, anything else if the connection is no good any more.
        """
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yield when the list may be another one; raise once the connection is lost."""
        ...


class Line(Protocol):
    """The open end of a transport: one call's way in and out."""

    def arrivals(self) -> AsyncIterator[Arrival]:
        """Yield what comes in; the call ends when this ends."""
        ...

    def play(self, pcm: bytes) -> None:
        """Put out the next 20 ms (s16le mono at the transport's output rate).

        Never blocks. The track paces it.
        """
        ...

    def fall_silent(self, fade: bytes) -> None:
        """Drop what was given and is not played yet; put out ``fade`` (20 ms, or nothing) instead.

        A far end that fades out by itself has no use for ``fade``.
        """
        ...


class Transport(Protocol):
    """One call's way in and out, as declared; opened when the call's transport actor starts."""

    @property
    def name(self) -> str:
        """The name under which logs and the tree know it."""
        ...

    @property
    def output_sample_rate_hz(self) -> int:
        """The rate at which it wants the agent's audio."""
        ...

    @property
    def resumable(self) -> bool:
        """Whether it can be opened again in mid-call after a failure."""
        ...

    @property
    def reports_playback(self) -> bool:
        """Whether the far end tells what was heard (`PlayedUpTo`, `FellSilent`).

        Else what was given to the line counts as heard.
        """
        ...

    @property
    def cancels_echo(self) -> bool:
        """Whether the agent's own voice is kept out of the caller's audio."""
        ...

    def open(self, services: "Services") -> AbstractAsyncContextManager[Line]:
        """Connect; leaving the context hangs up."""
        ...


class Engine(Protocol):
    """Blocking code with process-wide state (a C library).

    One thread of the worker runs it for all rooms.
    """

    def run(self, job: object, emit: Callable[[object], bool]) -> None:
        """Do one job, handing out results by ``emit``.

        Once that returns False nobody wants more: return at once.
        """
        ...

    def close(self) -> None:
        """Let go of the library."""
        ...


class EngineClient(Protocol):
    """A room's way to a shared engine."""

    def stream(self, job: object) -> AsyncGenerator[object]:
        """Run one job and yield its results; closing the iterator stops the engine at once."""
        ...


class Services(Protocol):
    """What the worker offers to providers and transports while they are open."""

    async def engine(self, key: str, factory: Callable[[], Engine]) -> EngineClient:
        """Return the worker's one engine of that key, started on first use."""
        ...

    def secret(self, name: str) -> str | None:
        """Look up a key (such as ``OPENAI_API_KEY``) that the worker was given."""
        ...

    def external_work(self) -> AbstractContextManager[object]:
        """Mark work outside the loop (a child process, a socket): simulated time waits for it."""
        ...


class Toolbox(Protocol):
    """The tools of one agent, as the call sees them."""

    @property
    def schemas(self) -> tuple[ToolSchema, ...]:
        """What the language model is told."""
        ...

    def limits(self, name: str) -> ToolLimits:
        """Return how the tool may be used; of an unknown one the defaults."""
        ...

    async def call(self, name: str, arguments: str) -> str:
        """Run a tool with JSON arguments and return its output as text.

        Raises what the tool raises.
        """
        ...
