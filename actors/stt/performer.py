"""The performer of the STT slot: it holds one recogniser and feeds it.

Each stream that it is asked to hear is an attempt of its own; what it hears in it is numbered.
"""

from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, assert_never, cast, get_args

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.hooks import Hook
from actors.ports import HearsPast, SpeechToText
from actors.slots.performer import Cancel, Performer
from actors.slots.promise import promised
from actors.stt.feed import Feed
from actors.stt.past import Past
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    FailureKind,
    ProviderError,
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttPreflight,
    SttSpeechStart,
)
from supervision.messages import Lane, message

FEED_LIMIT = 5000
"""Inputs that may wait for a recogniser: more than the ring can hold."""
CONSUMED_STEP = CALLER_RATE_HZ // 5
"""Progress is told in steps of so many samples: who catches up makes much of it at once."""


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class Listen:
    """Begin a new stream with what follows; an earlier one is over."""

    attempt: int
    past: Past | None = None
    """What is to be put into words first, in one request."""


SttMail: TypeAlias = CallerAudio | SpeechStart | SpeechEnd
SttText: TypeAlias = SttInterim | SttPreflight | SttFinal
EVENTS: Final[tuple[type[Any], ...]] = get_args(SttEvent)


@dataclass(frozen=True, slots=True)
class Heard:
    """Result ``number`` of an attempt, counted from 1."""

    number: int
    event: SttEvent


class SttPerformer(Performer[SpeechToText]):
    """Feeds one recogniser from a bounded queue, so that its pace never holds up the mailbox."""

    port = SpeechToText

    may_reconnect = False
    """What it was fed is gone: its role lets another one hear it again."""
    _feed: Feed | None = None
    _fed_to: int = 0
    _last_mark: SpeechStart | SpeechEnd | None = None

    def facts(self) -> object:
        """Tell what the recogniser can do."""
        capabilities = self.vendor.capabilities
        promised(capabilities, SttCapabilities)
        return capabilities

    def on_receive(self, message: Listen | Cancel | SttMail) -> None:
        """Begin or end a stream, or put what the caller said and marks into its feed."""
        match message:
            case CallerAudio(at, pcm):
                if at >= self._fed_to:  # a role that fell over its own message gives it again
                    self._fed_to = at + len(pcm) // BYTES_PER_SAMPLE
                    self._put(message)
            case SpeechStart() | SpeechEnd():
                if message != self._last_mark:
                    self._last_mark = message
                    self._put(_marked(message))
            case Listen(attempt, past):
                self._feed = feed = Feed(FEED_LIMIT)
                self._fed_to, self._last_mark = 0, None
                self.work(attempt, lambda: self._transcribe(attempt, feed, past))
            case Cancel(attempt):
                self.cancel(attempt)
            case _:
                assert_never(message)

    def _put(self, given: SttInput) -> None:
        feed = self._feed
        if feed is None:
            raise RuntimeError(f"{self.name} was given audio before it was to listen")
        if feed.is_full:
            raise ProviderError(
                f"{self.name} is {FEED_LIMIT} inputs behind", kind=FailureKind.STALL
            )
        feed.put(given)

    async def _transcribe(self, attempt: int, feed: Feed, past: Past | None) -> None:
        number, consumed = 0, 0
        if past is not None:
            number = await self._transcribe_past(attempt, past)
        async for event in self.vendor.transcribe(feed):
            promised(event, *EVENTS)
            if isinstance(event, SttConsumed):
                if event.through < consumed + CONSUMED_STEP:
                    continue
                consumed = event.through
            changed = await self._hooked(event)
            if changed is not None:
                number += 1
                self.give(attempt, Heard(number, changed))
        raise ProviderError("the recogniser ended its stream", kind=FailureKind.CLOSED)

    async def _transcribe_past(self, attempt: int, past: Past) -> int:
        """Give the words of what is over, and return how many results they were."""
        text = await cast("HearsPast", self.vendor).transcribe_past(past.audio)
        promised(text, str)
        changed = await self._hooked(SttFinal(text)) if text else None
        events = (SttFlushed(past.mark),) if changed is None else (changed, SttFlushed(past.mark))
        for number, event in enumerate(events, start=1):
            self.give(attempt, Heard(number, event))
        return len(events)

    async def _hooked(self, event: SttEvent) -> SttEvent | None:
        """Let the hook change a text; an empty Interim is dropped, an empty Final must be told.

        The utterance ends with it.
        """
        if not isinstance(event, SttText):
            return event
        promised(event.text, str)
        hook: Hook | None = self.hooks.stt
        if hook is None:
            return event
        is_final = isinstance(event, SttFinal)
        text = await self.hooked(hook, event.text, is_final)
        return replace(event, text=text) if text.strip() or is_final else None


def _marked(mark: SpeechStart | SpeechEnd) -> SttSpeechStart | SttFlush:
    match mark:
        case SpeechStart(at):
            return SttSpeechStart(at)
        case SpeechEnd(at, number):
            return SttFlush(number, at)
        case _:
            assert_never(mark)
