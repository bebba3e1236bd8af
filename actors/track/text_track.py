"""The text track: what the audio track is to a call, for a conversation in writing.

It takes the place of voice and audio track alike: pieces come here, and once the gate of their
epoch is open they are shown, which is the same as heard. A position is a number of pieces.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from structlog.contextvars import bind_contextvars

from actors.call import Call
from actors.events import (
    Begin,
    Cut,
    Pause,
    Played,
    PlayPhase,
    Resume,
    SpeechBegan,
    SpokenWord,
    WordsPlaced,
)
from actors.frames import AgentAudio, Piece, ReplyEnd, SpeechOver
from actors.playback import LineState
from actors.take_back import TakeBack, TakenBack
from supervision.actor import Actor


@dataclass(slots=True)
class EpochText:
    """The pieces of one epoch: which came, which were shown."""

    epoch: int
    received: int = 0
    shown: int = 0
    total: int | None = None
    """How many pieces there will be, once it is known."""
    waiting: deque[str] = field(default_factory=deque[str])


@dataclass(slots=True)
class _Hold:
    live: int = 0
    paused: bool = False
    texts: dict[int, EpochText] = field(default_factory=dict[int, EpochText])
    over: deque[int] = field(default_factory=lambda: deque[int](maxlen=64))


TextMail: TypeAlias = (
    Piece
    | ReplyEnd
    | TakeBack
    | AgentAudio
    | SpeechOver
    | Begin
    | Cut
    | Pause
    | Resume
    | Played
    | LineState
)


class TextTrack(Actor):
    """Owns what the caller reads. Restarted, it goes on at the piece where it stood."""

    def __init__(self, call: Call) -> None:
        """Tell the Session of ``call`` what was shown; it publishes the words."""
        super().__init__()
        self._call = call

    def on_start(self) -> None:
        """Take up the position, and go on showing."""
        self._call.name_in_logs("text_track")
        self._held: _Hold = self.hold or _Hold()
        self.hold = self._held
        self._show()

    def on_receive(self, message: TextMail) -> None:
        """Take pieces and gate orders."""
        match message:
            case Piece() | ReplyEnd() | SpeechOver() | TakeBack():
                self._take(message)
            case Begin(epoch, paused):
                if epoch not in self._held.over:
                    bind_contextvars(epoch=epoch)
                    self._held.live, self._held.paused = epoch, paused
            case Cut(epoch):
                self._cut(epoch)
            case Pause(epoch):
                self._held.paused = self._held.paused or epoch == self._held.live
            case Resume(epoch):
                if epoch == self._held.live:
                    self._held.paused = False
            case AgentAudio() | Played() | LineState():  # there is nothing that sounds
                pass
            case _:
                assert_never(message)
        self._show()

    def _take(self, message: Piece | ReplyEnd | SpeechOver | TakeBack) -> None:
        held = self._held
        if message.epoch in held.over:
            return
        text = held.texts.setdefault(message.epoch, EpochText(message.epoch))
        match message:
            case Piece(_, number, piece) if number == text.received:
                if number == 0:
                    self._call.addresses.session.tell(SpeechBegan(text.epoch))
                text.waiting.append(piece)
                text.received += 1
            case Piece():  # it came before, to an incarnation that fell
                pass
            case ReplyEnd(_, pieces):
                text.total = pieces
            case SpeechOver():
                text.total = text.received
            case TakeBack(epoch, piece):
                first = min(max(piece, text.shown), text.received)
                while text.received > first:
                    text.waiting.pop()
                    text.received -= 1
                text.total = None
                self._call.addresses.llm.tell(TakenBack(epoch, first))

    def _cut(self, epoch: int) -> None:
        held = self._held
        if epoch in held.over:
            return
        text = held.texts.pop(epoch, EpochText(epoch))
        held.over.append(epoch)
        if epoch == held.live:
            held.live, held.paused = 0, False
        self._report(text, PlayPhase.CUT)

    def _show(self) -> None:
        """Show what waits behind an open gate."""
        held = self._held
        text = held.texts.get(held.live)
        if text is None or held.paused:
            return
        while text.waiting:
            if text.shown == 0:
                self._report(text, PlayPhase.STARTED)
            at = text.shown + 1
            word = SpokenWord(text.waiting[0].rstrip(" "), at, at)
            self._call.addresses.session.tell(WordsPlaced(text.epoch, (word,), at))
            text.waiting.popleft()
            text.shown = at
            self._report(text, PlayPhase.PROGRESS)
        if text.total is not None and text.received >= text.total:
            del held.texts[text.epoch]
            held.over.append(text.epoch)
            held.live = 0
            self._report(text, PlayPhase.FINISHED)

    def _report(self, text: EpochText, phase: PlayPhase) -> None:
        position = Played(text.epoch, text.shown, len(text.waiting), phase)
        self._call.addresses.session.tell(position)
