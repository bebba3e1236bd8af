"""The TTS slot: speaks pieces in order, at the track's rate, never far ahead of what is heard.

All that is owed lies in the hold, so a role that was restarted asks again for what was asked,
makes the sound of the present take again and orders pending cuts again; whoever gets any of it
twice ignores it.
"""

from typing import assert_never

from actors.events import Cut, Played, PlayPhase
from actors.frames import Piece, ReplyEnd, SpeechOver
from actors.slots.performer import Cancel, Finished, Result
from actors.slots.slot import Slot
from actors.take_back import TakeBack, WasCutBack
from actors.text import is_speakable
from actors.tts.job import MAX_LEAD_S, MAX_UNHEARD, Utterance
from actors.tts.rehearsal import Rehearsal
from actors.tts.relay import NOBODY, Silent, TtsRelay
from actors.tts.studio import Overdue
from actors.tts.take import Take
from actors.vendor import FailureKind, SpeechPcm, SpeechTimings

WAIT_FOR_STAGE_S = 5.0


class TtsRole(TtsRelay):
    """Owns the utterances in the making; one piece is with a performer at any time."""

    def __init__(self, slot: Slot) -> None:
        """Speak at the rate of the slot's call."""
        super().__init__(slot)
        self._rehearsal = Rehearsal(self)

    def handle(self, message: object) -> None:
        """Take pieces, positions and cuts; and audio from the performer."""
        match message:
            case Piece(epoch) | ReplyEnd(epoch) | TakeBack(epoch):
                self._ordered(epoch, message)
            case Played(epoch) if epoch in self.held.utterances:
                self._played(self.held.utterances[epoch], message)
            case WasCutBack(epoch) if epoch in self.held.utterances:
                self.was_cut(self.held.utterances[epoch], message)
            case Result():
                self._result(message)
            case Finished(attempt) if not self._rehearsal.finish(attempt):
                self._finished(attempt)
            case Cut(epoch):
                self._cut(epoch)
            case Overdue(epoch, attempt) if epoch in self.held.utterances:
                self.overdue(self.held.utterances[epoch], attempt)
            case Silent(epoch, attempt) if epoch in self.held.utterances:
                self.silent(self.held.utterances[epoch], attempt)
            case _:
                pass
        self._advance()

    def on_resumed(self) -> None:
        """Ask, send and order again what may not have reached anybody."""
        for utterance in tuple(self.held.utterances.values()):
            utterance.over = utterance.is_waiting = False
            if utterance.cut is not None:
                self.order_cut(utterance.epoch, utterance.cut)
            for take in (utterance.rival, utterance.take):
                if take is not None:
                    self._take_up(utterance, take)
        self._advance()

    def _take_up(self, utterance: Utterance, take: Take) -> None:
        if self.held.live.get(take.performer) is take.address:
            self.send_again(utterance, take)
            self.ask(utterance, take)
            self.watch(utterance)
            if take.failing is not None:
                self.fail(take, take.failing, "it broke a rule")
            elif take is utterance.rival and take.has_sounded:
                self.won(utterance, take)
        else:
            self._fell(utterance, take.performer, FailureKind.CRASH, "it fell with its role")

    def on_performer_ready(self, name: str) -> None:
        """Go on with what waits, or come to the aid of a voice that is silent."""
        for utterance in tuple(self.held.utterances.values()):
            self.watch(utterance)
        self._advance()

    def on_quiet(self) -> None:
        """Use the time."""
        self._rehearsal.go_on()

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let the next performer go on where this one broke off."""
        for utterance in tuple(self.held.utterances.values()):
            self._fell(utterance, name, kind, detail)
        self._advance()

    def _fell(self, utterance: Utterance, name: str, kind: FailureKind, detail: str) -> None:
        if utterance.rival is not None and utterance.rival.performer == name:
            utterance.rival = None
        if utterance.take is not None and utterance.take.performer == name:
            self.broke_off(utterance, kind, detail)

    # ------------------------------------------------------------ orders

    def _ordered(self, epoch: int, message: Piece | ReplyEnd | TakeBack) -> None:
        held = self.held
        if epoch in held.over:
            return
        self._rehearsal.break_off()
        utterance = held.utterances.setdefault(epoch, Utterance(epoch, self.call.track_rate_hz))
        match message:
            case Piece(_, piece, text):
                if piece == len(utterance.texts) and not utterance.failed:
                    utterance.texts.append(text)
            case ReplyEnd(_, pieces):
                if not utterance.failed:
                    utterance.pieces = pieces
            case TakeBack(_, piece):
                self.take_back(utterance, piece)
            case _:
                assert_never(message)

    def _cut(self, epoch: int) -> None:
        held = self.held
        utterance = held.utterances.get(epoch)
        if utterance is not None:
            take = utterance.take
            if take is not None:
                self.place_so_far(utterance, take)
                take.address.tell(Cancel(take.attempt))
            self.drop_rival(utterance)
        self._forget(epoch)

    def _forget(self, epoch: int) -> None:
        utterance = self.held.utterances.pop(epoch, None)
        self.held.over.append(epoch)
        self.settle(("due", epoch))
        self.settle(("silence", epoch))
        if utterance is not None:
            self.tell_switch(utterance)

    # ------------------------------------------------------------ what comes next

    def _advance(self) -> None:
        """Open the next take, or end the utterance; one utterance after the other."""
        for utterance in tuple(self.held.utterances.values()):
            if utterance.take is None and utterance.cut is None:
                self._next(utterance)
            if not utterance.complete:
                return
            if not utterance.over:
                over = SpeechOver(utterance.epoch, utterance.off, utterance.failed)
                self.call.addresses.audio_track.tell(over)
                utterance.over = True
        self._rehearsal.go_on()

    def _next(self, utterance: Utterance) -> None:
        while utterance.done == len(utterance.begins) < len(utterance.texts):
            if self._far_ahead(utterance):
                return
            utterance.begins.append(utterance.off)
            utterance.rest = utterance.texts[utterance.done]
            if not is_speakable(utterance.rest):
                utterance.end_piece()
        if utterance.done == len(utterance.begins):
            return
        staged = self.take_stage(utterance.epoch)
        if staged is not None:
            utterance.is_waiting = False
            self.open_take(utterance, staged)
        elif (pcm := self._rehearsal.kept(utterance.rest)) is not None:
            self.play_kept(utterance, pcm)
            self._next(utterance)
        elif self.held.is_dark and self._is_phrase(utterance):
            self.play_signal(utterance)
            self._next(utterance)
        elif not utterance.is_waiting:
            utterance.is_waiting = True
            overdue = Overdue(utterance.epoch, NOBODY)
            self.expect(("due", utterance.epoch), WAIT_FOR_STAGE_S, overdue)

    def _is_phrase(self, utterance: Utterance) -> bool:
        part = self.call.on_stage.of(utterance.epoch)
        return self._rehearsal.is_phrase(utterance.rest, part)

    def give_up(self, utterance: Utterance, kind: FailureKind, detail: str) -> None:
        """Let the caller hear at least that something is wrong, where that was to be said."""
        if utterance.take is None and self._is_phrase(utterance):
            self.play_signal(utterance)
        else:
            super().give_up(utterance, kind, detail)

    def _far_ahead(self, utterance: Utterance) -> bool:
        lead_s = utterance.lead_s(self.clock.now_s())
        return utterance.unheard >= MAX_UNHEARD or lead_s > MAX_LEAD_S

    # ------------------------------------------------------------ what the track tells

    def _played(self, utterance: Utterance, message: Played) -> None:
        was_paused = utterance.is_paused
        utterance.played, utterance.played_s = message, self.clock.now_s()
        if message.phase in {PlayPhase.FINISHED, PlayPhase.CUT}:
            self._forget(message.epoch)
            return
        if (
            message.phase in {PlayPhase.STARTED, PlayPhase.PROGRESS}
            and utterance.off > message.samples
        ):
            self.tell_switch(utterance)
        take = utterance.take
        if was_paused and take is not None:  # nobody was waiting: its silence begins now
            take.latest_s = self.clock.now_s()
        if message.phase in {PlayPhase.STARTED, PlayPhase.RESUMED}:
            self.watch(utterance)

    # ------------------------------------------------------------ what a performer gives

    def _find(self, attempt: int) -> tuple[Utterance, Take] | None:
        for utterance in self.held.utterances.values():
            for take in (utterance.take, utterance.rival):
                if take is not None and take.attempt == attempt and take.failing is None:
                    return utterance, take
        return None

    def _result(self, message: Result) -> None:
        found = self._find(message.attempt)
        if found is None:
            if not self._rehearsal.take(message):
                self._hear_canary(message)
            return
        utterance, take = found
        if take.latest is message:
            return
        take.latest = message
        match message.value:
            case SpeechTimings(words):
                take.timings.extend(words)
                self.place_so_far(utterance, take)
            case SpeechPcm(pcm) if pcm:
                self._sounded(utterance, take, pcm)
            case _:
                pass

    def _hear_canary(self, message: Result) -> None:
        """Learn how loud a voice is before it has to go on where another broke off."""
        name = self.held.probes.get(message.attempt)
        rate_hz = self.held.facts.get(name or "")
        if name and isinstance(rate_hz, int) and isinstance(message.value, SpeechPcm):
            self.held.voice(name).level.measure(message.value.pcm, rate_hz)

    def _sounded(self, utterance: Utterance, take: Take, pcm: bytes) -> None:
        is_first = not take.has_sounded
        self.learn(take, pcm)
        if is_first and utterance.is_new:
            self.answered(take.performer, take.latest_s - take.asked_s, utterance.epoch)
        take.raw.append(pcm)
        if take is utterance.rival:
            self.won(utterance, take)
            return
        self.pump(utterance)
        if is_first:
            self.place_so_far(utterance, take)
            self.settle(("due", utterance.epoch))
            self.watch(utterance)
        elif utterance.rival is not None and not take.was_silent:
            take.was_silent = True
            self.drop_rival(utterance)
            self.watch(utterance)

    def _finished(self, attempt: int) -> None:
        found = self._find(attempt)
        if found is None:
            return
        utterance, take = found
        if take is utterance.rival and not take.has_sounded:  # a hook leaves its text out
            utterance.rival = None
            return
        take.over = True
        if take is utterance.take and utterance.cut is None:
            self.end_take(utterance, take)
