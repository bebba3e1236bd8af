"""The STT slot with a hot understudy: a second recogniser hears everything, at twice the price.

It takes over without hearing anything again, and what it has understood of the open speech is there
at once. Both must say where their texts lie (`SttCapabilities.spans`): else nobody could tell which
of its texts were said before, and the next recogniser hears the speech again from the ring.
"""

from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.recogniser_news import RecogniserReady
from actors.slots.handover import SeamKind
from actors.slots.performer import Result
from actors.stt.hold import Joining
from actors.stt.performer import Heard, Listen
from actors.stt.replay import Attempt, begins_at
from actors.stt.role import SttRole
from actors.stt.shadow import Shadow
from actors.stt.texts import Join
from actors.stt_capabilities import SttCapabilities
from actors.vendor import FailureKind, SttEvent


class HotSttRole(SttRole):
    """Has the understudy hear the stream beside whoever is on stage."""

    def take_audio(self, frame: CallerAudio) -> None:
        """Give it to the understudy too."""
        super().take_audio(frame)
        self._let_it_hear()

    def handle(self, message: object) -> None:
        """Keep what the shadow hears; give it the marks too."""
        shadow = self.held.shadow
        match message:
            case Result(number, Heard(count, event)) if (
                shadow is not None and shadow.attempt.number == number
            ):
                shadow.keep(count, event)
            case SpeechStart() | SpeechEnd():
                super().handle(message)
                self._let_it_hear()
            case _:
                super().handle(message)

    def on_performer_ready(self, name: str) -> None:
        """Have somebody listen, and the next one as well."""
        super().on_performer_ready(name)
        self._open_shadow()

    def on_quiet(self) -> None:
        """Have a shadow again after a hand-over."""
        self._open_shadow()

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let the shadow take over, if it is not the one that fell."""
        shadow = self.held.shadow
        if shadow is not None and shadow.attempt.name == name:
            self.held.shadow = None
        super().on_performer_down(name, kind, detail)

    # ------------------------------------------------------------ the shadow

    def _open_shadow(self) -> None:
        """Let the understudy listen from here on, while nothing is being said."""
        held, attempt = self.held, self.held.listening
        if attempt is None or held.shadow is not None or held.owes or not attempt.can.spans:
            return
        staged = self.understudy(attempt.name)
        can = None if staged is None else held.facts[staged.name]
        if staged is None or not isinstance(can, SttCapabilities) or not can.spans:
            return
        begin = begins_at(held.said, (), held.heard_to, open_since=None, has_vad=self.call.has_vad)
        number, here = self.next_attempt(), held.heard_to
        shadow = Attempt(number, staged.name, can, begin, here, Join(), held.noted)
        held.shadow = Shadow(shadow, staged.address)
        staged.address.tell(Listen(number))
        self._let_it_hear()

    def _let_it_hear(self) -> None:
        """Give the shadow what has come, marks in their places."""
        held, shadow = self.held, self.held.shadow
        if shadow is None:
            return
        if held.live.get(shadow.attempt.name) is not shadow.stage:
            held.shadow = None
            return
        for frame in self.call.ring.since(shadow.attempt.next_at):
            self._mark_shadow(shadow, frame.at)
            if frame.at < held.heard_to:
                shadow.stage.tell(frame)
                shadow.attempt.took(frame.at, len(frame.pcm) // 2, self.clock.now_s())
        self._mark_shadow(shadow, held.heard_to)

    def _mark_shadow(self, shadow: Shadow, at: int) -> None:
        for mark in self.held.marks:
            if shadow.attempt.marked < mark.number and mark.place <= at:
                shadow.stage.tell(mark.what)
                shadow.attempt.marked = mark.number

    # ------------------------------------------------------------ taking over

    def _listen(self) -> None:
        """Let the shadow take over where nobody listens any more, or where it is its turn."""
        held, shadow = self.held, self.held.shadow
        is_free = held.listening is None or (
            shadow is not None and shadow.attempt.name == self.on_stage()
        )
        if shadow is None or not is_free or shadow.attempt.name not in held.facts:
            super()._listen()
            return
        held.shadow = None
        self._take_over(shadow)

    def _take_over(self, shadow: Shadow) -> None:
        held, attempt = self.held, shadow.attempt
        staged = self.put_on_stage(attempt.name)
        self._tell_joined(SeamKind.UNCHECKED)
        attempt.join, attempt.behind_to = Join(held.said.tail), attempt.next_at
        held.listening, held.seam = attempt, SeamKind.JOINED
        if held.told_of != attempt.name:
            held.told_of = attempt.name
            self.call.addresses.session.tell(RecogniserReady(attempt.can))
        if staged.handover is not None:
            held.joining = Joining(staged.handover, 0)
        for mark in held.marks:
            self._expect_answer(attempt, mark)
        if held.owes:
            self._tell_behind()
        else:
            self._tell_joined(SeamKind.CLEAN)
        for event in shadow.events:
            self._heard(attempt, event)

    def _heard(self, attempt: Attempt, event: SttEvent) -> None:
        super()._heard(attempt, event)
        if self.held.shadow is not None:
            self.held.shadow.forget(self.held.said, self.held.marks)
