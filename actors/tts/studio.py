"""The studio: how the TTS role has a text spoken, by one voice after the other if need be.

A take belongs to one performer, and its sound goes to the track as it comes. When a voice breaks
off, the track is asked to take back what ends in mid-word; where the sound then really ends decides
with which word the next voice begins. A voice that falls silent gets a rival just in time.
"""

from dataclasses import dataclass

from structlog.contextvars import bind_contextvars

from actors.audio import samples_to_s
from actors.events import SpeechBegan, SpokenWord, WordsPlaced
from actors.frames import AgentAudio
from actors.loudness import ENOUGH_S
from actors.signal_tone import signal_tone
from actors.slots.cast import Cast
from actors.slots.handover import Handover, Seam, Staged
from actors.slots.performer import Cancel
from actors.slots.role import Role
from actors.slots.slot import Slot
from actors.text import count_words
from actors.text.splitter import SentenceSplitter
from actors.tts.job import Join, PendingSwitch, TtsHold, Utterance
from actors.tts.performer import Speak
from actors.tts.take import Sound, Take
from actors.tts_seam import Broken, seam
from actors.vendor import FailureKind, SpeechRequest
from actors.voice import Voice
from actors.word_map import estimated, without_first

FIRST_RESULT_S = 1.5
HOOKED_S = 60.0
"""The most audio of a piece out of which a hook may have made any text."""
TAIL_S = 0.05
"""Word timings are rounded: the last word may reach so far beyond a sound that is whole."""
SHORT_TIMED, SHORT_GUESSED = 2, 1
"""So many takes of a piece may be found short, by word timings or by a guess at its length; if one
more is, the timings or the guess are wrong."""
UNTIMED_WORDS = 12
"""A text for a voice without word timings is no longer: it may have to be said again whole."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """The first sound of this attempt should be here by now."""

    epoch: int
    attempt: int


class TtsStudio(Role[TtsHold]):
    """Makes takes, sends their sound, and joins one voice to the next."""

    def __init__(self, slot: Slot) -> None:
        """Speak at the rate of the slot's call."""
        super().__init__(slot)
        self._rate_hz = slot.call.track_rate_hz

    def first_hold(self, cast: Cast) -> TtsHold:
        """Begin with nothing to say."""
        return TtsHold(cast)

    def canary(self, attempt: int) -> object:
        """Have it say one word, which nobody hears."""
        part = self.call.on_stage.part
        request = SpeechRequest("Yes.", part.language, part.voice, is_probe=True)
        return Speak(attempt, request)

    # ------------------------------------------------------------ takes

    def open_take(self, utterance: Utterance, staged: Staged) -> None:
        """Have the performer speak the next text of the piece that is begun."""
        text = utterance.rest
        utterance.rest = ""
        if self.held.voice(staged.name).timed is False and count_words(text) > UNTIMED_WORDS:
            text, utterance.rest = _head_and_rest(text)
        join, utterance.join = utterance.join, Join(starved_ms=utterance.starved_ms)
        take = self.new_take(staged, text)
        take.start, take.skip, take.lead_in = utterance.off, join.skip, join.lead_in
        utterance.take = take
        self.note_switch(utterance, staged.handover, join)
        self.ask(utterance, take)

    def new_take(self, staged: Staged, text: str) -> Take:
        """Return a take of the text, not asked for yet.

        Raises:
            TypeError: The performer did not say its sample rate.
        """
        rate_hz = self.held.facts[staged.name]
        if not isinstance(rate_hz, int):
            raise TypeError(f"{staged.name} did not say its sample rate")
        self.held.budget.jobs += 1
        return Take(
            attempt=self.next_attempt(),
            performer=staged.name,
            address=staged.address,
            text=text,
            rate_hz=rate_hz,
            sound=self._sound(staged.name, rate_hz),
            asked_s=self.clock.now_s(),
        )

    def ask(self, utterance: Utterance, take: Take) -> None:
        """Ask for a take; asked once more for the same one, a performer does nothing."""
        bind_contextvars(epoch=utterance.epoch)
        part = self.call.on_stage.of(utterance.epoch)
        request = SpeechRequest(take.text, part.language, part.voice)
        take.address.tell(Speak(take.attempt, request))
        self.await_first(utterance, take)

    def await_first(self, utterance: Utterance, take: Take) -> None:
        """Set the deadline of the first sound."""
        if take is utterance.take and not take.has_sounded:
            overdue = Overdue(utterance.epoch, take.attempt)
            self.expect(("due", utterance.epoch), FIRST_RESULT_S, overdue)

    def _sound(self, performer: str, rate_hz: int) -> Sound:
        level = self.held.voice(performer).level
        if self.held.reference is None:
            self.held.reference = level
        return Sound(rate_hz, self._rate_hz, level, self.held.reference)

    def learn(self, take: Take, pcm: bytes) -> None:
        """Take note of a sound that came."""
        voice = self.held.voice(take.performer)
        take.latest_s = self.clock.now_s()
        if not take.has_sounded:
            voice.answered(take.latest_s - take.asked_s)
        if voice.level.speech_s < ENOUGH_S:
            voice.level.measure(pcm, take.rate_hz)

    # ------------------------------------------------------------ sound

    def pump(self, utterance: Utterance) -> None:
        """Send on what the present take has given; one that never ends is ended."""
        take = utterance.take
        if take is None or take.start is None or utterance.cut is not None:
            return
        pcm, longest = take.convert(), self._longest(take)
        room = max(0, take.start + longest - utterance.off) * 2
        self.send(utterance, pcm[:room] if len(pcm) > room else pcm)
        if len(pcm) > room and take.failing is None:
            detail = f"over {longest / self._rate_hz:.1f} s of audio for {take.text!r}"
            self.fail(take, FailureKind.RUNAWAY, detail)

    def send(self, utterance: Utterance, pcm: bytes) -> None:
        """Send sound to the track."""
        if not pcm:
            return
        if utterance.switch is not None and not utterance.is_starving(self.clock.now_s()):
            self.tell_switch(utterance)
        if utterance.off == 0:
            self.call.addresses.session.tell(SpeechBegan(utterance.epoch))
        self.call.addresses.audio_track.tell(AgentAudio(utterance.epoch, utterance.off, pcm))
        utterance.off += len(pcm) // 2

    def send_again(self, utterance: Utterance, take: Take) -> None:
        """Make the take's sound again for a track that may not have had it all."""
        take_start = take.start or 0
        pcm = take.again(self._sound(take.performer, take.rate_hz))
        if take is utterance.take and utterance.cut is None:
            utterance.off = take_start
            self.send(utterance, pcm[: self._longest(take) * 2])
            self.pump(utterance)

    def _longest(self, take: Take) -> int:
        """Return how many samples the take may have; a hook may change how much there is to say."""
        longest_s = self.held.voice(take.performer).longest_s(take.text)
        if self.call.hooks.tts is not None:
            longest_s = HOOKED_S
        return len(take.lead_in) // 2 + round(longest_s * self._rate_hz)

    def end_take(self, utterance: Utterance, take: Take) -> None:
        """The performer has given all: judge it, and go on with what comes next."""
        self.pump(utterance)
        if take.failing is not None:
            return
        self.send(utterance, take.sound.flush())
        start = (take.start or 0) + len(take.lead_in) // 2
        seconds = samples_to_s(utterance.off - start, self._rate_hz)
        voice = self.held.voice(take.performer)
        if seconds > 0:
            if self._is_short(utterance, take, voice, seconds):
                utterance.shorts += 1
                detail = f"{seconds:.1f} s of audio for {take.text!r}"
                self.fail(take, FailureKind.SHORT, detail)
                return
            voice.spoke(take.text, seconds, timed=bool(take.timings))
        self.close_take(utterance, take)

    def close_take(self, utterance: Utterance, take: Take) -> None:
        """Place the words of a take that is whole, and go on."""
        if utterance.off > (take.start or 0):
            words = take.words(utterance.off, self._rate_hz, whole_s=None)
            self.place(utterance, take, words)
        else:  # a hook has left the piece out
            self.place(utterance, take, ())
        utterance.take = None
        self.drop_rival(utterance)
        self.settle(("due", utterance.epoch))
        self.settle(("silence", utterance.epoch))
        if not utterance.rest:
            utterance.end_piece()

    def _is_short(self, utterance: Utterance, take: Take, voice: Voice, seconds: float) -> bool:
        """Tell whether words are missing; if several voices need so little, it was not the voice.

        Word timings tell what was not spoken; else no more than a guess at the length does.
        """
        enough = SHORT_TIMED if take.timings else SHORT_GUESSED
        if self.call.hooks.tts is not None or utterance.shorts >= enough:
            return False
        is_short = voice.is_short(take.text, seconds)
        if not take.timings:
            return is_short
        broken = self.broken(utterance, take)
        missing_s = samples_to_s(broken.last - utterance.off, self._rate_hz)
        return missing_s > TAIL_S or (is_short and bool(seam(broken, utterance.off).rest))

    def play_kept(self, utterance: Utterance, pcm: bytes) -> None:
        """Play a piece that was spoken in advance: nobody is there to speak it now.

        Its sound is sent last: a role that falls before it is noted sends the same once more.
        """
        start, samples = utterance.off, len(pcm) // 2
        words = estimated(utterance.rest, start=start, samples=samples)
        self.call.addresses.session.tell(WordsPlaced(utterance.epoch, words, start, estimated=True))
        self.send(utterance, pcm)
        utterance.end_piece()

    def play_signal(self, utterance: Utterance) -> None:
        """Play a tone in place of what nobody can speak, nor has spoken in advance."""
        self.call.addresses.session.tell(WordsPlaced(utterance.epoch, (), utterance.off))
        if not utterance.is_signalled:  # once for all its pieces
            self.send(utterance, signal_tone(self._rate_hz))
            utterance.is_signalled = True
        utterance.end_piece()

    def place_so_far(self, utterance: Utterance, take: Take) -> None:
        """Tell where the words of a take lie that is not whole yet: it may be heard long before.

        Without timings they are spread over as long as the voice is expected to need for all.
        """
        whole_s = self.held.voice(take.performer).expected_s(take.text)
        words = take.words(utterance.off, self._rate_hz, whole_s=whole_s)
        self.place(utterance, take, words)

    def place(self, utterance: Utterance, take: Take, words: tuple[SpokenWord, ...]) -> None:
        """Tell the Session where the words of a take lie, but for those that were heard before."""
        if take.start is not None:
            fresh = tuple(without_first(words, take.skip))
            placed = WordsPlaced(utterance.epoch, fresh, take.start, not take.timings)
            self.call.addresses.session.tell(placed)

    def fail(self, take: Take, kind: FailureKind, detail: str) -> None:
        """End the take's performer, which broke a rule; somebody else goes on once it is down."""
        if self.held.live.get(take.performer) is take.address:
            self.condemn(take.performer, kind, detail)
        take.failing = kind

    def drop_rival(self, utterance: Utterance) -> None:
        """Let the understudy be quiet: it is not needed after all."""
        rival, utterance.rival = utterance.rival, None
        if rival is not None:
            rival.address.tell(Cancel(rival.attempt))

    # ------------------------------------------------------------ telling of a change

    def note_switch(self, utterance: Utterance, handover: Handover | None, join: Join) -> None:
        """Keep a change of voices until it is known how much silence it cost."""
        if handover is not None:
            self.tell_switch(utterance)
            utterance.switch = PendingSwitch(handover, join.kind, join.repeated, join.starved_ms)

    def tell_switch(self, utterance: Utterance) -> None:
        """Tell of the change of voices that is not told yet."""
        switch, utterance.switch = utterance.switch, None
        if switch is not None:
            gap_ms = utterance.starved_ms - switch.starved_ms
            self.report_switch(switch.handover, Seam(switch.kind, gap_ms, switch.repeated))

    def broken(self, utterance: Utterance, take: Take) -> Broken:
        """Return what there is of the take, as if it broke off now."""
        whole_s = self.held.voice(take.performer).expected_s(take.text)
        return Broken(
            text=take.text,
            start=take.start or 0,
            end=utterance.off,
            words=take.words(utterance.off, self._rate_hz, whole_s=whole_s),
            timed=bool(take.timings),
            resume=self.call.on_stage.of(utterance.epoch).broken_speech,
        )


def _head_and_rest(text: str) -> tuple[str, str]:
    splitter = SentenceSplitter(max_words=UNTIMED_WORDS, first_clause_words=UNTIMED_WORDS // 2)
    pieces = splitter.push(text, at_ns=0) + splitter.finish()
    return pieces[0], "".join(pieces[1:])
