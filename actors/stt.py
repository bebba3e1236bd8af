"""The STT slot.

Numbers utterances, routes the caller's audio to whoever is on stage, and replays it to a new one.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import assert_never

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.call import AnyAddress
from actors.cast import Cast
from actors.events import CallerFinal, CallerInterim, CallerTurnEnded, RecogniserReady
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.hooks import Hook
from actors.performer import Performer, Result
from actors.ports import SpeechToText
from actors.role import Role
from actors.slot import Hold
from actors.vendor import (
    FailureKind,
    ProviderError,
    SttAudio,
    SttCapabilities,
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttPreflight,
    SttSpeechStart,
    SttTurnEnded,
)

FEED_LIMIT = 5000
"""Inputs that may wait for a recogniser: more than the ring can hold."""
ANSWER_S = 8.0
"""A recogniser that has not answered a mark by then hangs; one that takes files needs seconds."""
REPLAY_LEAD_S = 0.5
"""How much is replayed from before the speech that a fallen recogniser was hearing."""

SttMail = CallerAudio | SpeechStart | SpeechEnd
SttText = SttInterim | SttPreflight | SttFinal


@dataclass(frozen=True, slots=True)
class _Heard:
    """What this performer heard: a former one's words no longer count."""

    name: str
    event: SttEvent


class SttPerformer(Performer[SpeechToText]):
    """Feeds one recogniser from a bounded queue, so that its pace never holds up the mailbox."""

    may_reconnect = False
    """What it was fed is gone: its role lets another one hear it again."""
    _feed: asyncio.Queue[SttInput] | None = None

    def facts(self) -> object:
        """Begin the one long stream as soon as the vendor is open."""
        self._feed = asyncio.Queue(FEED_LIMIT)
        feed = self._feed
        self.work(0, lambda: self._transcribe(feed))
        return self.vendor.capabilities

    def on_receive(self, message: SttMail) -> None:
        """Put what the caller said, or where speech began and ended, into the feed."""
        if self._feed is None:
            raise RuntimeError(f"{self.name} was given audio before it was ready")
        if self._feed.full():
            raise ProviderError(
                f"{self.name} is {FEED_LIMIT} inputs behind", kind=FailureKind.STALL
            )
        match message:
            case CallerAudio(at, pcm):
                self._feed.put_nowait(SttAudio(at, pcm))
            case SpeechStart(at):
                self._feed.put_nowait(SttSpeechStart(at))
            case SpeechEnd(at, mark):
                self._feed.put_nowait(SttFlush(mark, at))

    async def _transcribe(self, feed: asyncio.Queue[SttInput]) -> None:
        async for event in self.vendor.transcribe(_Feed(feed)):
            if self.hooks.stt is not None and isinstance(event, SttText):
                await self._hear_by_hook(self.hooks.stt, event)
            else:
                self.give(0, _Heard(self.name, event))
        raise ProviderError("the recogniser ended its stream", kind=FailureKind.CLOSED)

    async def _hear_by_hook(self, hook: Hook, event: SttText) -> None:
        """Let the hook change the text; an empty Interim is dropped, an empty Final must be told.

        The utterance ends with it.
        """
        is_final = isinstance(event, SttFinal)
        text = await self.hooked(hook, event.text, is_final)
        if text.strip() or is_final:
            self.give(0, _Heard(self.name, replace(event, text=text)))


@dataclass(frozen=True, slots=True)
class _Overdue:
    """The answer to this mark should have come by now."""

    mark: int


class _Feed:
    """The queue as an async iterator; a generator would need a finaliser when it is dropped."""

    def __init__(self, queue: asyncio.Queue[SttInput]) -> None:
        self._queue = queue

    def __aiter__(self) -> "_Feed":
        return self

    async def __anext__(self) -> SttInput:
        return await self._queue.get()


@dataclass(slots=True)
class SttHold(Hold):
    """Which utterance is open and from where the audio would have to be heard again."""

    utt: int = 0
    interim: str = ""
    """The text of the open utterance that is not final; empty before the first."""
    heard_by: str = ""
    """Whose text that is."""
    speech_at: int | None = None
    """Where the speech began whose text is not final yet."""
    ended: SpeechEnd | None = None
    """The mark that still waits for its answer."""
    told_of: str = ""
    """Whose capabilities the Session knows."""
    replayed_to: int = 0
    """Frames before this sample were replayed from the ring; their queued twins are skipped."""


class SttRole(Role[SttHold]):
    """Sends the whole stream to one performer at a time."""

    def first_hold(self, cast: Cast) -> SttHold:
        """Begin with nothing heard."""
        return SttHold(cast, utt=self.call.lineup.utterances)

    def handle(self, message: object) -> None:
        """Take audio and marks from the VAD side, and texts from the performer."""
        match message:
            case CallerAudio(at) if at < self.held.replayed_to:
                pass
            case CallerAudio() | SpeechStart() | SpeechEnd():
                self._pass_on(message)
            case _Overdue(mark) if self.held.ended is not None and self.held.ended.mark == mark:
                self._condemn_listener(f"no Final within {ANSWER_S:g} s")
            case Result(value=_Heard(name, event)) if name == self.held.last_on_stage:
                self._heard(name, event)
            case _:
                pass

    def on_resumed(self) -> None:
        """Set the deadline again."""
        if self.held.ended is not None:
            self.after(ANSWER_S, _Overdue(self.held.ended.mark), key="answer")

    def _condemn_listener(self, detail: str) -> None:
        """End the recogniser that hangs; the next one hears the utterance again."""
        if self.held.last_on_stage in self.held.live:
            self.condemn(self.held.last_on_stage, FailureKind.LATE, detail)

    def _pass_on(self, message: SttMail) -> None:
        """Let whoever hears the open utterance hear it to its end; change between utterances."""
        held = self.held
        before = held.last_on_stage
        is_open = held.speech_at is not None and before in held.facts
        self._note(message)
        stage = held.live[before] if is_open else self.stage()
        if stage is None:
            return
        self._tell_capabilities()
        if isinstance(message, SpeechStart) and before not in {"", held.last_on_stage}:
            self._replay(stage, message.at, None)
        else:
            stage.tell(message)

    def _tell_capabilities(self) -> None:
        held = self.held
        can = held.facts.get(held.last_on_stage)
        if held.told_of != held.last_on_stage and isinstance(can, SttCapabilities):
            held.told_of = held.last_on_stage
            self.call.addresses.session.tell(RecogniserReady(can))

    def on_performer_ready(self, name: str) -> None:
        """Let a new performer hear the open utterance from its beginning."""
        held = self.held
        is_heard = held.last_on_stage in held.facts and held.last_on_stage != name
        if is_heard or held.speech_at is None or self.stage() is not held.live[name]:
            return
        self._replay(held.live[name], held.speech_at, held.ended)

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Without a VAD's mark nobody knows from where to hear it again: what was heard stands."""
        held = self.held
        if held.speech_at is None and held.interim and held.heard_by == name:
            self._finish(held.interim, None)

    def _replay(self, performer: AnyAddress, speech_at: int, ended: SpeechEnd | None) -> None:
        ring = self.call.ring
        until = ring.end if ended is None else ended.at
        frames = [
            f for f in ring.since(speech_at - int(REPLAY_LEAD_S * CALLER_RATE_HZ)) if f.at < until
        ]
        for frame in frames:
            if frame.at <= speech_at < frame.at + CALLER_FRAME_SAMPLES:
                performer.tell(SpeechStart(speech_at))
            performer.tell(frame)
        if ended is not None:
            performer.tell(ended)
        self.held.replayed_to = max((f.at + CALLER_FRAME_SAMPLES for f in frames), default=0)

    def _note(self, message: SttMail) -> None:
        held = self.held
        match message:
            case SpeechStart(at):
                if held.speech_at is None:
                    held.speech_at = at
                held.ended = None
            case SpeechEnd(mark=mark):
                held.ended = message
                self.after(ANSWER_S, _Overdue(mark), key="answer")
            case CallerAudio():
                pass
            case _:
                assert_never(message)

    def _heard(self, name: str, event: SttEvent) -> None:
        held, session = self.held, self.call.addresses.session
        match event:
            case SttInterim(text) | SttPreflight(text):
                held.interim, held.heard_by = text, name
                is_preflight = isinstance(event, SttPreflight)
                session.tell(CallerInterim(held.utt, text, is_preflight))
            case SttFinal(text, confidence):
                self._finish(text, confidence)
            case SttFlushed(mark):
                if held.interim:  # all Finals have been given: its text has come to nothing
                    self._finish("", None)
                if held.ended is not None and mark >= held.ended.mark:
                    held.ended = None
                    held.speech_at = None
            case SttTurnEnded():
                session.tell(CallerTurnEnded())
            case SttConsumed():
                pass
            case _:
                assert_never(event)

    def _finish(self, text: str, confidence: float | None) -> None:
        held = self.held
        self.call.addresses.session.tell(CallerFinal(held.utt, text, confidence))
        held.utt += 1
        self.call.lineup.utterances = held.utt
        held.interim = ""
