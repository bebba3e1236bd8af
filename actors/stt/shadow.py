"""The shadow: what a second recogniser has heard of what the first one has not said yet. Pure."""

from dataclasses import dataclass, field

from actors.call import AnyAddress
from actors.frames import SpeechEnd
from actors.stt.replay import Attempt, Mark
from actors.stt.texts import Said
from actors.vendor import SttEvent, SttFinal, SttFlushed, SttInterim, SttPreflight


@dataclass(slots=True)
class Shadow:
    """A stream that is heard beside the one that counts; its results are kept, not told."""

    attempt: Attempt
    stage: AnyAddress
    events: list[SttEvent] = field(default_factory=list[SttEvent])

    def keep(self, number: int, event: SttEvent) -> None:
        """Keep a result, once; of what is not final the latest is enough."""
        if number <= self.attempt.results:
            return
        self.attempt.results = number
        match event:
            case SttFinal() | SttInterim() | SttPreflight():
                self.events = [*self._finished(), event]
            case SttFlushed():
                self.events.append(event)
            case _:  # advice on the turn, and progress, are of the one that counts
                pass

    def forget(self, said: Said, marks: tuple[Mark, ...]) -> None:
        """Let go of what the one that counts has said, and of answers to marks that it answered."""
        open_marks = {mark.what.mark for mark in marks if isinstance(mark.what, SpeechEnd)}
        self.events = [event for event in self.events if self._is_news(event, said, open_marks)]

    def _finished(self) -> list[SttEvent]:
        return [event for event in self.events if isinstance(event, SttFinal | SttFlushed)]

    def _is_news(self, event: SttEvent, said: Said, open_marks: set[int]) -> bool:
        match event:
            case SttFinal() | SttInterim() | SttPreflight():
                place = self.attempt.place(event.span)
                return place is None or place.middle >= said.through
            case SttFlushed(mark):
                return mark in open_marks
            case _:
                return False
