"""The transport actor.

Holds the open line of a call, carries the caller's audio in and the agent's out.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, TypeAlias, assert_never

from actors.arrivals import (
    Arrival,
    AudioIn,
    ConnectionBack,
    ConnectionChange,
    ConnectionLost,
    DtmfPressed,
    FellSilent,
    InputEnded,
    InterruptAsked,
    Joined,
    Left,
    PlaybackReport,
    PlayedUpTo,
    TextIn,
    VideoIn,
)
from actors.audio import BYTES_PER_SAMPLE
from actors.call import Call
from actors.events import (
    CallerDone,
    CallerDtmf,
    CallerJoined,
    CallerLeft,
    CallerText,
    HangUp,
    LineClosed,
)
from actors.frames import FallSilent, PlayFrame
from actors.playback import Heard, LineState, Silenced
from actors.playout import Playout
from actors.ports import Line, Transport
from actors.reports import ConnectionChanged
from actors.user_code import confined
from actors.wishes import StopSpeaking
from supervision.actor import Actor

LineMail: TypeAlias = PlayFrame | FallSilent | HangUp
EARLY_FRAMES: Final = 500
"""So many frames (10 s) wait for a line that is not open yet."""


@dataclass(slots=True)
class _Hold:
    written: int = 0
    """How many lines the caller has sent in writing."""
    connection: int = 0
    """Which connection this is; it rises when the caller has lost one."""
    away: bool = False
    playout: Playout = field(default_factory=Playout)


class TransportActor(Actor):
    """Ends when the line ends; a crash of it ends the call unless the transport is resumable."""

    def __init__(self, call: Call, transport: Transport) -> None:
        """Keep the declaration; the line is opened by `on_start`."""
        super().__init__()
        self._call = call
        self._transport = transport
        self._line: Line | None = None
        self._early: deque[PlayFrame | FallSilent] = deque(maxlen=EARLY_FRAMES)

    def on_start(self) -> None:
        """Open the line."""
        self._call.name_in_logs("transport")
        self._held: _Hold = self.hold or _Hold()
        self.hold = self._held
        self.spawn(self._carry(), name=f"line {self._transport.name}")

    def on_receive(self, message: LineMail) -> None:
        """Put a frame out, or hang up. What comes before the line is open waits for it."""
        match message:
            case PlayFrame() | FallSilent():
                if self._line is None:
                    self._early.append(message)
                else:
                    self._put_out(self._line, message)
            case HangUp():
                self.stop()
            case _:
                assert_never(message)

    # ------------------------------------------------------------ out

    def _put_out(self, line: Line, message: PlayFrame | FallSilent) -> None:
        held = self._held
        if held.away or message.connection != held.connection:
            return
        match message:
            case PlayFrame(pcm, epoch, off, samples):
                if self._transport.reports_playback:
                    length = len(pcm) // BYTES_PER_SAMPLE
                    held.playout.send(length, epoch=epoch, off=off, samples=samples)
                line.play(pcm)
            case FallSilent(fade):
                if self._transport.reports_playback:
                    held.playout.clear()
                line.fall_silent(fade)

    # ------------------------------------------------------------ in

    async def _carry(self) -> None:
        with confined():
            await self._carry_the_call()
        self._call.addresses.session.tell(LineClosed("the caller hung up"))

    async def _carry_the_call(self) -> None:
        async with self._transport.open(self._call.services) as line:
            self._line = line
            while self._early:
                self._put_out(line, self._early.popleft())
            async for arrival in line.arrivals():
                self._arrived(arrival)
        self._line = None

    def _arrived(self, arrival: Arrival) -> None:
        addresses = self._call.addresses
        match arrival:
            case AudioIn():
                addresses.ingress.tell(arrival)
            case VideoIn(picture):
                self._call.camera.show(picture, self.clock.now_s())
            case PlayedUpTo() | FellSilent():
                self._playback_reported(arrival)
            case ConnectionLost() | ConnectionBack():
                self._connection_changed(arrival)
            case TextIn(text):
                self._held.written += 1
                addresses.session.tell(CallerText(self._held.written, text))
            case Joined(who):
                addresses.session.tell(CallerJoined(who))
            case Left(who):
                addresses.session.tell(CallerLeft(who))
            case DtmfPressed(digit, who):
                addresses.session.tell(CallerDtmf(who, digit))
            case InterruptAsked():
                addresses.session.tell(StopSpeaking())
            case InputEnded():
                addresses.session.tell(CallerDone())
            case _:
                assert_never(arrival)

    def _playback_reported(self, report: PlaybackReport) -> None:
        match report:
            case PlayedUpTo(samples):
                self._tell_track(*self._held.playout.hear(samples))
            case FellSilent(samples):
                news = self._held.playout.cleared(samples)
                if news is not None:
                    self._tell_track(*news, Silenced())

    def _connection_changed(self, change: ConnectionChange) -> None:
        held = self._held
        held.away = isinstance(change, ConnectionLost)
        self._call.camera.cover()
        if not held.away:
            held.connection += 1
            held.playout = Playout()
        self._tell_track(LineState(held.connection, held.away))
        happened = ConnectionChanged("lost" if held.away else "back")
        self._call.report(happened, at_ns=self.clock.now_ns())

    def _tell_track(self, *news: Heard | Silenced | LineState) -> None:
        for message in news:
            self._call.addresses.audio_track.tell(message)
