"""The session as user code sees it: ``agent.session``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar, overload

from actors.call import Call
from actors.call_record import CallRecord
from actors.camera import KEPT
from actors.conversation import Conversation, ImagePart
from actors.conversation.encode_options import EncodeOptions
from actors.part import Carried, HandOver, Part
from actors.ports import Toolbox
from actors.reports import Event
from actors.tools.runner import reply_of_tool, tool_scope
from actors.utterance import Utterance
from actors.wishes import (
    Close,
    GetConversation,
    MadeSpeech,
    Reply,
    Say,
    StopSpeaking,
    UpdateInstructions,
    UpdateTools,
)
from runtime.changeable import Changeable
from runtime.curtain import Curtain
from runtime.errors import UserError
from runtime.listeners import EventStream, EventT, Handler, Listeners
from runtime.wish_checks import checked_audio, checked_images, checked_kinds, checked_text
from supervision.address import Address
from supervision.errors import ActorDeadError

ASK_S = 5.0
UserdataT = TypeVar("UserdataT")
HandlerT = TypeVar("HandlerT", bound=Handler)
SuccessorTarget: TypeAlias = "Successor | Callable[[], Successor]"


class Successor(Protocol):
    """An agent that takes over a call, as its predecessor sees it."""

    session: "SessionHandle"

    async def on_enter(self) -> None:
        """Begin."""
        ...

    async def on_exit(self) -> None:
        """End."""
        ...


class Backstage(Protocol):
    """Makes what a running call is given anew."""

    def part(self, target: SuccessorTarget, session: "SessionHandle") -> Part:
        """Return the part of an agent that is to take over."""
        ...

    def toolbox(self, tools: Iterable[Callable[..., Any]], session: "SessionHandle") -> Toolbox:
        """Return a toolbox with these tools."""
        ...


@dataclass(frozen=True, slots=True)
class SessionHandle:
    """A way to the Session actor that survives its restarts.

    Safe in hooks, tools and code outside the call.
    """

    room: str
    address: Address[Any]
    listeners: Listeners
    backstage: Backstage = field(repr=False)
    lineup: Changeable = field(repr=False)
    call: Call = field(repr=False)
    curtain: Curtain = field(repr=False)
    data: object = field(default=None, repr=False)
    """What `Worker.open_room` was given for this call; typed by `userdata`."""
    part: str = ""
    """Whose handle it is; empty: it speaks for whichever agent is on stage."""

    # ------------------------------------------------------------ speaking

    def say(
        self,
        text: str,
        *,
        audio: MadeSpeech | None = None,
        interruptible: bool = True,
        unless_user_spoke: bool = False,
    ) -> Utterance:
        """Speak this text when the floor is free; await the handle to know that it was heard.

        Args:
            text: what to say.
            audio: a recording of it, or a stream, played in place of the agent's voice.
            interruptible: False: what the caller says over it waits and is answered afterwards.
            unless_user_spoke: a greeting: dropped if the caller has spoken first.

        Raises:
            UserError: an argument is of the wrong kind, or ``audio`` was given inside a tool, whose
                reply only the voice can join.
        """
        text, audio = checked_text("say", text), checked_audio(audio)
        within = reply_of_tool()
        if audio is not None and within is not None:
            raise UserError("inside a tool say speaks text; play audio before or after the reply")
        say = Say(Utterance(), text, audio, interruptible, unless_user_spoke, within, self.part)
        self.address.tell(say)
        return self.curtain.watch(say.utterance)

    def reply(
        self,
        instructions: str = "",
        *,
        images: tuple[ImagePart, ...] = (),
        interruptible: bool = True,
    ) -> Utterance:
        """Let the language model speak now; instructions and images hold for this reply only.

        Raises:
            UserError: an argument is of the wrong kind.
        """
        instructions, images = checked_text("reply", instructions), checked_images(images)
        within = reply_of_tool()
        reply = Reply(Utterance(), instructions, images, interruptible, within, self.part)
        self.address.tell(reply)
        return self.curtain.watch(reply.utterance)

    def interrupt(self, *, force: bool = False) -> None:
        """Cut the agent off; an uninterruptible utterance only with ``force``."""
        self.address.tell(StopSpeaking(force))

    # ------------------------------------------------------------ the agent's part

    def update_instructions(self, instructions: str) -> None:
        """Use these instructions from the next reply on.

        Raises:
            UserError: they are no text.
        """
        instructions = checked_text("update_instructions", instructions)
        self.address.tell(UpdateInstructions(instructions, self.part))

    def update_tools(self, *tools: Callable[..., Any]) -> None:
        """Offer exactly these tools from the next reply on.

        Raises:
            UserError: Two tools have one name, or one cannot be told to a model.
        """
        self.address.tell(UpdateTools(self.backstage.toolbox(tools, self), self.part))

    def hand_over(self, agent: SuccessorTarget, *, conversation: Carried = "whole") -> None:
        """Let another agent take over the call, in a tool once the tool has returned.

        ``on_exit`` of this one runs, then ``on_enter`` of the other; one without an ``on_enter``
        answers the caller by itself. What it does not declare, such as a voice, stays as it is.

        Args:
            agent: an instance, a class or a factory.
            conversation: shown to it: ``whole``, a ``summary``, or ``fresh``: the last turn alone.

        Raises:
            UserError: its declaration is wrong, or declares what cannot change in mid-call.
        """
        order = HandOver(self.backstage.part(agent, self), conversation)
        scope = tool_scope.get()
        if scope is None:
            self.address.tell(order)
        else:
            scope.hand_over = order

    async def change_component(self, **parts: object) -> None:
        """Put others in the place of parts that the call has; the caller hears one voice go on.

        The new ones are opened and tried first. If one fails, nothing has changed; else they take
        over together, and the old ones finish what they have in hand.

        Args:
            parts: by slot (denoise, vad, stt, turn_detector, llm, tts), as an agent declares them.

        Raises:
            UserError: the call has no such part, it is wrongly declared, or it did not come up.
        """
        await self.lineup.change_component(parts)

    async def change_pipeline(self, **parts: object) -> None:
        """Let the call go on with exactly these parts: one that is not named leaves.

        As `change_component`; if the model or the voice comes or leaves, what the agent is just
        saying ends here. The conversation stays.

        Args:
            parts: by slot, as an agent declares them.

        Raises:
            UserError: a part is wrongly declared, or did not come up; then nothing has changed.
        """
        await self.lineup.change_pipeline(parts)

    def userdata(self, kind: type[UserdataT]) -> UserdataT:
        """Return what this call was opened with, typed.

        Raises:
            TypeError: The call was opened with something else, or with nothing.
        """
        if not isinstance(self.data, kind):
            raise TypeError(f"this call was opened with {self.data!r}, not with a {kind.__name__}")
        return self.data

    # ------------------------------------------------------------ the end

    def hangup(self, reason: str = "hung up") -> None:
        """End the call for everybody, after ``on_exit``."""
        self.address.tell(Close(reason))

    def leave(self) -> None:
        """Let the agent leave the room, which ends its call."""
        self.address.tell(Close("the agent has left"))

    # ------------------------------------------------------------ looking in

    @property
    def agent_state(self) -> str:
        """What the agent is doing: starting, idle, listening, thinking, speaking or closing."""
        record = self.address.hold
        return record.agent_state if isinstance(record, CallRecord) else "starting"

    @property
    def user_state(self) -> str:
        """What the caller is doing: speaking, listening, idle or away."""
        record = self.address.hold
        return record.user_state if isinstance(record, CallRecord) else "idle"

    @overload
    def events(self) -> EventStream[Event]: ...
    @overload
    def events(self, *kinds: type[EventT]) -> EventStream[EventT]: ...
    @overload
    def events(self, *kinds: str) -> EventStream[Event]: ...
    def events(self, *kinds: type[Any] | str) -> EventStream[Any]:
        """Iterate over the public events of these kinds (none given: of all), until the call ends.

        Raises:
            UserError: there is no such event.
        """
        return self.listeners.events(*checked_kinds("events", kinds))

    def on(self, *kinds: type[Event] | str) -> Callable[[HandlerT], HandlerT]:
        """Call the decorated function, sync or async, once with each event of these kinds.

        They are given by class or by name, such as ``"turn_committed"``; none given: all. What it
        raises is an ``error`` event (where: ``listener``) and costs the call nothing.

        Raises:
            UserError: there is no such event.
        """
        chosen = checked_kinds("on", kinds)

        def listen(handler: HandlerT) -> HandlerT:
            self.listeners.add(chosen, handler, self.call)
            return handler

        return listen

    async def capture_frames(
        self, count: int = 1, options: EncodeOptions | None = None
    ) -> tuple[ImagePart, ...]:
        """Return what the caller's camera shows, as images for `reply`: the oldest first.

        Fewer, or none, if there are no more: the camera may be off.

        Args:
            count: how many of the latest five frames.
            options: how they are encoded; None: JPEG of at most 1024 pixels a side.

        Raises:
            ValueError: ``count`` is not from 1 to 5.
        """
        if not 1 <= count <= KEPT:
            raise ValueError(f"count must be from 1 to {KEPT}, not {count}")
        from runtime.sight import look  # noqa: PLC0415 - who only talks needs no FFmpeg

        return await look(self.call, count, options)

    async def conversation(self) -> Conversation:
        """Return the conversation as it stands, after the call as it was left.

        Raises:
            AskTimeout: The Session did not answer within 5 s.
        """
        try:
            return await self.address.ask(GetConversation(), timeout_s=ASK_S)
        except ActorDeadError:
            record = self.address.hold
            return record.conversation if isinstance(record, CallRecord) else Conversation()
