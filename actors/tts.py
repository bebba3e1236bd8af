"""The TTS slot: speaks pieces in order, at the track's rate, never far ahead of what is heard."""

from dataclasses import dataclass
from typing import assert_never

from structlog.contextvars import bind_contextvars

from actors.call import AnyAddress
from actors.cast import Cast
from actors.events import Cut, OutputFailed, Played, SpeechBegan, WordsPlaced
from actors.frames import AgentAudio, Piece, ReplyEnd, SpeechOver
from actors.performer import Cancel, Finished, Result
from actors.resample import StreamResampler
from actors.role import Role
from actors.take_back import TakeBack, TakenBack
from actors.tts_job import MAX_LEAD_S, PieceJob, TtsHold, Utterance
from actors.tts_performer import Speak
from actors.vendor import (
    FailureKind,
    SpeechChunk,
    SpeechPcm,
    SpeechRequest,
    SpeechTimings,
)
from actors.word_map import estimated, from_timings

FIRST_RESULT_S = 5.0
STALL_S = 3.0
WAIT_FOR_STAGE_S = 5.0
MAX_RETRIES = 3
NOBODY = -1
"""The attempt of a piece that waits for a performer."""
CHARACTERS_PER_S = 15
"""How fast a voice speaks, for the words of a piece whose audio was never finished."""


@dataclass(frozen=True, slots=True)
class _Overdue:
    epoch: int
    attempt: int


class TtsRole(Role[TtsHold]):
    """Owns the utterances in the making; one piece is with a performer at any time."""

    def first_hold(self, cast: Cast) -> TtsHold:
        """Begin with nothing to say."""
        return TtsHold(cast)

    @property
    def _track(self) -> AnyAddress:
        return self.call.addresses.audio_track

    def canary(self, attempt: int) -> object:
        """Have it say one word, which nobody hears."""
        part = self.call.on_stage.part
        request = SpeechRequest("Yes.", part.language, part.voice, is_probe=True)
        return Speak(attempt, request)

    def handle(self, message: object) -> None:
        """Take pieces, positions and cuts; and audio from the performer."""
        match message:
            case Piece(epoch, piece) if (utterance := self._utterance(epoch)) is not None:
                if piece >= utterance.next_piece:
                    utterance.next_piece = piece + 1
                    utterance.waiting.append(message)
                self._advance()
            case ReplyEnd(epoch, pieces) if (utterance := self._utterance(epoch)) is not None:
                utterance.pieces = pieces
                self._advance()
            case TakeBack(epoch, piece) if (utterance := self._utterance(epoch)) is not None:
                self._take_back(utterance, piece)
            case Result(attempt, SpeechPcm() | SpeechTimings() as chunk):
                self._chunk(attempt, chunk)
            case Finished(attempt):
                self._piece_done(attempt)
            case Played(epoch, samples) if epoch in self.held.utterances:
                self.held.utterances[epoch].played = samples
                self._advance()
            case Cut(epoch):
                self._cut(epoch)
            case _Overdue(epoch, attempt):
                self._overdue(epoch, attempt)
            case _:
                pass

    def _utterance(self, epoch: int) -> Utterance | None:
        """Return the epoch's utterance, new if need be; None if the epoch was cut."""
        held = self.held
        if epoch in held.cut:
            return None
        return held.utterances.setdefault(epoch, Utterance(epoch))

    def _take_back(self, utterance: Utterance, piece: int) -> None:
        while utterance.waiting and utterance.waiting[-1].piece >= piece:
            utterance.next_piece = utterance.waiting.pop().piece
        utterance.pieces = None
        answer = TakenBack(utterance.epoch, max(piece, utterance.next_piece))
        self.call.addresses.llm.tell(answer)

    # ------------------------------------------------------------ asking the voice

    def on_resumed(self) -> None:
        """Set the deadlines again, and go on."""
        for utterance in self.held.utterances.values():
            if utterance.current is not None:
                self._expect(utterance, utterance.current.attempt, FIRST_RESULT_S)
        self._advance()

    def on_performer_ready(self, name: str) -> None:
        """Go on with what waits."""
        self._advance()

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Give the piece to the next performer if nothing of it was heard of.

        Else go on with the next piece.
        """
        for utterance in tuple(self.held.utterances.values()):
            current = utterance.current
            if current is None or current.performer != name:
                continue
            utterance.current = None
            if utterance.off == current.start and utterance.retries < MAX_RETRIES:
                utterance.retries += 1
                utterance.waiting.appendleft(current.piece)
            else:
                self._place_words(utterance, current, whole=False)
                utterance.failed = detail
                self._tell_failed(utterance, kind, detail)
        self._advance()

    def _advance(self) -> None:
        """Open the next piece, or end the utterance; one utterance after the other."""
        for utterance in tuple(self.held.utterances.values()):
            if utterance.complete:
                over = SpeechOver(utterance.epoch, utterance.off, utterance.failed)
                self._track.tell(over)
                del self.held.utterances[utterance.epoch]
                self.cancel_after(("due", utterance.epoch))
                continue
            if utterance.current is None and utterance.waiting and not self._far_ahead(utterance):
                self._open(utterance)
            return

    def _far_ahead(self, utterance: Utterance) -> bool:
        return utterance.off - utterance.played > MAX_LEAD_S * self.call.track_rate_hz

    def _open(self, utterance: Utterance) -> None:
        bind_contextvars(epoch=utterance.epoch)
        stage = self.stage()
        if stage is None:
            self._expect(utterance, NOBODY, WAIT_FOR_STAGE_S)
            return
        name = self.held.last_on_stage
        rate_hz = self.held.facts[name]
        if not isinstance(rate_hz, int):
            raise TypeError(f"{name} did not say its sample rate")
        piece = utterance.waiting.popleft()
        resampler = StreamResampler(rate_hz, self.call.track_rate_hz)
        attempt = self.next_attempt()
        utterance.current = PieceJob(piece, attempt, name, utterance.off, resampler, rate_hz)
        part = self.call.on_stage.of(piece.epoch)
        stage.tell(Speak(attempt, SpeechRequest(piece.text, part.language, part.voice)))
        self._expect(utterance, attempt, FIRST_RESULT_S)

    def _expect(self, utterance: Utterance, attempt: int, within_s: float) -> None:
        overdue = _Overdue(utterance.epoch, attempt)
        self.after(within_s, overdue, key=("due", utterance.epoch))

    def _overdue(self, epoch: int, attempt: int) -> None:
        utterance = self.held.utterances.get(epoch)
        if utterance is None:
            return
        if utterance.current is not None and utterance.current.attempt == attempt:
            self.condemn(
                utterance.current.performer, FailureKind.LATE, "no audio within the deadline"
            )
        elif utterance.current is None and attempt == NOBODY:
            utterance.waiting.clear()
            utterance.pieces = utterance.next_piece
            utterance.failed = "no voice is ready"
            self._tell_failed(utterance, FailureKind.LATE, utterance.failed)
            self._advance()

    def _tell_failed(self, utterance: Utterance, kind: FailureKind, detail: str) -> None:
        failed = OutputFailed(utterance.epoch, self.slot.name, kind, detail)
        self.call.addresses.session.tell(failed)

    def _cut(self, epoch: int) -> None:
        held = self.held
        held.cut.append(epoch)
        utterance = held.utterances.pop(epoch, None)
        self.cancel_after(("due", epoch))
        if utterance is None:
            return
        current = utterance.current
        if current is not None and current.performer in held.live:
            self._place_words(utterance, current, whole=False)
            held.live[current.performer].tell(Cancel(current.attempt))
        self._advance()

    # ------------------------------------------------------------ results

    def _current(self, attempt: int) -> tuple[Utterance, PieceJob] | None:
        for utterance in self.held.utterances.values():
            if utterance.current is not None and utterance.current.attempt == attempt:
                return utterance, utterance.current
        return None

    def _chunk(self, attempt: int, chunk: SpeechChunk) -> None:
        found = self._current(attempt)
        if found is None:
            return
        utterance, current = found
        self._expect(utterance, attempt, STALL_S)
        match chunk:
            case SpeechPcm(pcm):
                self._send(utterance, current.resampler.push(pcm))
            case SpeechTimings(words):
                current.timings.extend(words)
            case _:
                assert_never(chunk)

    def _send(self, utterance: Utterance, pcm: bytes) -> None:
        if pcm:
            if utterance.off == 0:
                self.call.addresses.session.tell(SpeechBegan(utterance.epoch))
            self._track.tell(AgentAudio(utterance.epoch, utterance.off, pcm))
            utterance.off += len(pcm) // 2

    def _piece_done(self, attempt: int) -> None:
        found = self._current(attempt)
        if found is None:
            return
        utterance, current = found
        self._send(utterance, current.resampler.flush())
        if utterance.off > current.start:  # a hook may leave a piece out
            self._place_words(utterance, current, whole=True)
        utterance.current = None
        utterance.retries = 0
        self.cancel_after(("due", utterance.epoch))
        self._advance()

    def _place_words(self, utterance: Utterance, current: PieceJob, *, whole: bool) -> None:
        start = current.start
        text = current.piece.text
        if current.timings:
            ratio = self.call.track_rate_hz / current.rate_hz
            words = from_timings(current.timings, text, start=start, ratio=ratio, whole=whole)
        else:
            samples = utterance.off - start
            if not whole:
                samples = max(samples, len(text) * self.call.track_rate_hz // CHARACTERS_PER_S)
            words = estimated(text, start=start, samples=samples)
        self.call.addresses.session.tell(WordsPlaced(utterance.epoch, words))
