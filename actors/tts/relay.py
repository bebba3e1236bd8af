"""The relay: how one voice goes on where another broke off, and how pieces are taken back.

Both ask the track to take back audio that was not heard yet, and both wait for its answer: only the
track knows what has just gone out.
"""

from dataclasses import dataclass

from actors.audio import samples_to_s
from actors.events import OutputFailed, WordsPlaced
from actors.just_in_time import race_in_s
from actors.slots.handover import SeamKind
from actors.slots.performer import Cancel
from actors.take_back import CutBack, TakenBack, WasCutBack
from actors.tts.job import Join, PendingCut, Utterance
from actors.tts.studio import Overdue, TtsStudio
from actors.tts.take import Take
from actors.tts_seam import places, seam
from actors.vendor import FailureKind

MAX_TRIES = 4
"""So many takes of one piece may come to nothing."""
SEAM_PAUSE_S = 0.08
"""A change of voices inside a sentence sounds like a slip without it."""
NOBODY = -1
"""The attempt of a piece that waits for a performer."""
STALL_S = 1.0
"""After so long a silence that the lead does not cover, a voice is given up, rival or not."""
STALL_ALONE_S = 3.0
"""The same for a voice without understudies, whose place would stay empty."""
SOON_S = 0.001


@dataclass(frozen=True, slots=True)
class Silent:
    """Look whether this attempt is still silent, and whether that matters."""

    epoch: int
    attempt: int


class TtsRelay(TtsStudio):
    """Joins takes to each other at the place that the track allows."""

    def broke_off(self, utterance: Utterance, kind: FailureKind, detail: str) -> None:
        """The present take goes no further: have the track end it where the next can begin."""
        take = utterance.take
        if take is None:
            return
        take.fallen = take.fallen or (kind, detail)
        if utterance.cut is not None:
            return
        if take.failing is FailureKind.RUNAWAY and not take.timings:  # its words were long over
            self.close_take(utterance, take)
        elif utterance.off == take.start:
            self.join(utterance, take, utterance.off)
        else:
            self.held.cuts += 1
            at = places(self.broken(utterance, take))
            utterance.cut = PendingCut(self.held.cuts, at)
            self.order_cut(utterance.epoch, utterance.cut)

    def order_cut(self, epoch: int, cut: PendingCut) -> None:
        """Ask the track to take audio back."""
        order = CutBack(epoch, cut.places, cut.number, keep=cut.back_to is not None)
        self.call.addresses.audio_track.tell(order)

    def join(self, utterance: Utterance, take: Take, off: int) -> None:
        """Let another voice go on after a take whose sound really ends at ``off``."""
        broken = self.broken(utterance, take)
        left = seam(broken, off)
        self.place(utterance, take, left.words)
        next_text = left.rest if utterance.rival is None else utterance.rival.text
        before = len(take.text.split()) - len(next_text.split())
        join = Join(
            starved_ms=utterance.join.starved_ms,
            skip=max(0, max(left.heard, take.skip) - before),
            repeated=max(0, left.heard - before),
        )
        if off > broken.start:
            join.kind = SeamKind.JOINED
        elif utterance.off > off:
            join.kind = SeamKind.RETRACTED
        utterance.off, utterance.cut, utterance.take = off, None, None
        if off > broken.start and utterance.lead_s(self.clock.now_s()) > 0:
            join.lead_in = bytes(2 * round(SEAM_PAUSE_S * self._rate_hz))
        utterance.join = join
        self._go_on(utterance, take, left.rest)

    def _go_on(self, utterance: Utterance, take: Take, rest: str) -> None:
        utterance.tries += 1
        if utterance.rival is not None:
            self._take_over(utterance, utterance.rival)
            return
        utterance.rest = f"{rest} {utterance.rest}".strip()
        if not utterance.rest:
            utterance.end_piece()
        elif utterance.tries >= MAX_TRIES:
            kind, detail = take.fallen or (FailureKind.CRASH, "")
            self.give_up(utterance, kind, detail)

    def _take_over(self, utterance: Utterance, rival: Take) -> None:
        """Make the rival's take the present one, with the sound that it has so far."""
        join, utterance.join = utterance.join, Join(starved_ms=utterance.starved_ms)
        rival.start, rival.skip, rival.lead_in = utterance.off, join.skip, join.lead_in
        utterance.take, utterance.rival = rival, None
        staged = self.put_on_stage(rival.performer, utterance.epoch)
        self.note_switch(utterance, staged.handover, join)
        self.await_first(utterance, rival)
        self.pump(utterance)
        if rival.over:
            self.end_take(utterance, rival)
        else:
            self.place_so_far(utterance, rival)

    def give_up(self, utterance: Utterance, kind: FailureKind, detail: str) -> None:
        """Nobody can speak this: what was said stays, the rest fails aloud."""
        utterance.failed = detail
        utterance.pieces = utterance.done = len(utterance.begins)
        utterance.rest = ""
        failed = OutputFailed(utterance.epoch, self.slot.name, kind, detail)
        self.call.addresses.session.tell(failed)

    # ------------------------------------------------------------ when nothing comes

    def overdue(self, utterance: Utterance, attempt: int) -> None:
        """Deal with a first sound, or a performer, that has not come in time."""
        take = utterance.take
        if utterance.is_paused:  # nobody waits for it
            overdue = Overdue(utterance.epoch, attempt)
            self.expect(("due", utterance.epoch), STALL_S, overdue)
        elif take is None and attempt == NOBODY:
            self.give_up(utterance, FailureKind.LATE, "no voice is ready")
        elif take is not None and take.attempt == attempt and not take.has_sounded:
            self.fail(take, FailureKind.LATE, "no audio within the deadline")

    def watch(self, utterance: Utterance) -> None:
        """Look again when the take's silence would begin to matter."""
        wait_s = self._race_in_s(utterance)
        if wait_s is not None and utterance.take is not None:
            silent = Silent(utterance.epoch, utterance.take.attempt)
            self.expect(("silence", utterance.epoch), wait_s, silent)

    def _race_in_s(self, utterance: Utterance) -> float | None:
        take = utterance.take
        if take is None or not take.has_sounded or take.over or utterance.is_paused:
            return None
        now_s = self.clock.now_s()
        after = self.held.cast.next_after(take.performer, now_s)
        return race_in_s(
            quiet_s=now_s - take.latest_s,
            lead_s=utterance.lead_s(now_s) - self._in_mid_word_s(utterance, take),
            draining=utterance.is_playing,
            first_s=self.held.voice(after or take.performer).first_s,
        )

    def _in_mid_word_s(self, utterance: Utterance, take: Take) -> float:
        """Return how much of the audio would be cut off for a rival, who begins with a word."""
        if not take.timings:
            return 0.0
        samples = utterance.off - places(self.broken(utterance, take))[0]
        return samples_to_s(samples, self.call.track_rate_hz)

    def silent(self, utterance: Utterance, attempt: int) -> None:
        """Call a rival if the silence of this attempt begins to matter, or give the voice up."""
        take, wait_s = utterance.take, self._race_in_s(utterance)
        if take is None or take.attempt != attempt or take.failing is not None:
            return
        if wait_s is None or wait_s > SOON_S:
            self.watch(utterance)
            return
        quiet_s = self.clock.now_s() - take.latest_s
        limit_s = STALL_S if len(self.slot.entries) > 1 else STALL_ALONE_S
        if quiet_s > limit_s - SOON_S:
            self.fail(take, FailureKind.STALL, f"no audio for {quiet_s:.1f} s")
            return
        if utterance.rival is None and utterance.cut is None:
            self._call_rival(utterance, take)
        silent = Silent(utterance.epoch, attempt)
        self.expect(("silence", utterance.epoch), limit_s - quiet_s, silent)

    def _call_rival(self, utterance: Utterance, take: Take) -> None:
        """Have the understudy speak what is left, beside the voice that is silent."""
        budget = self.held.budget
        staged = self.understudy(take.performer) if budget.is_open else None
        if staged is None:
            return
        text = seam(self.broken(utterance, take), utterance.off).rest
        if text:
            budget.races += 1
            utterance.rival = self.new_take(staged, text)
            self.ask(utterance, utterance.rival)

    def won(self, utterance: Utterance, rival: Take) -> None:
        """The rival was first: the silent voice gives way."""
        take = utterance.take
        if take is None or take.failing is not None:
            return
        quiet_s = self.clock.now_s() - take.latest_s
        detail = f"silent for {quiet_s:.2f} s, and {rival.performer} was first"
        self.held.why_fallen[take.performer] = (FailureKind.STALL.value, detail)
        self.fail(take, FailureKind.STALL, detail)
        self.broke_off(utterance, FailureKind.STALL, detail)

    # ------------------------------------------------------------ taking back

    def take_back(self, utterance: Utterance, piece: int) -> None:
        """Take back what was not heard of the pieces from this one on, and tell the model."""
        begun = len(utterance.begins)
        if utterance.cut is not None:
            utterance.wanted_back = piece
        elif piece >= begun or utterance.failed:
            self._answer(utterance, max(begun, min(piece, len(utterance.texts))))
        else:
            self.held.cuts += 1
            at = tuple(utterance.begins[piece:])
            utterance.cut = PendingCut(self.held.cuts, at, back_to=piece)
            self.order_cut(utterance.epoch, utterance.cut)

    def _answer(self, utterance: Utterance, piece: int) -> None:
        self.call.addresses.llm.tell(TakenBack(utterance.epoch, piece))
        utterance.drop_from(piece)

    def was_cut(self, utterance: Utterance, message: WasCutBack) -> None:
        """Go on now that the track has said where the sound really ends."""
        cut = utterance.cut
        if cut is None or cut.number != message.number:
            return
        if cut.back_to is not None:
            self._taken_back(utterance, cut.back_to, message.off)
        elif utterance.take is not None:
            self.join(utterance, utterance.take, message.off)
        wanted, utterance.wanted_back = utterance.wanted_back, None
        if wanted is not None:
            self.take_back(utterance, wanted)

    def _taken_back(self, utterance: Utterance, back_to: int, off: int) -> None:
        """Forget the pieces whose audio the track gave back, and be quiet if one was in hand."""
        begins, take = utterance.begins, utterance.take
        first = next((at for at in range(back_to, len(begins)) if begins[at] == off), len(begins))
        if first <= utterance.done and take is not None:
            take.address.tell(Cancel(take.attempt))
            self.drop_rival(utterance)
            utterance.take = take = None
        if first < len(begins):
            self.call.addresses.session.tell(WordsPlaced(utterance.epoch, (), off))
            utterance.off = off
        self._answer(utterance, first)
        utterance.cut = None
        self._catch_up(utterance, take)

    def _catch_up(self, utterance: Utterance, take: Take | None) -> None:
        """Do what the take's performer gave cause for while a cut was under way."""
        if take is None:
            return
        if take.fallen is not None:
            self.broke_off(utterance, *take.fallen)
        elif take.over:
            self.end_take(utterance, take)
        else:
            self.pump(utterance)
