"""The call record.

Everything about a call that must outlive a crash of the Session. Plain data, owned by its address.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from actors.call import AnyAddress
from actors.conversation import Conversation, ImagePart, Item, Summary, ToolCall
from actors.events import SpokenWord
from actors.part import Part
from actors.reports import AgentChanged
from actors.turn_taking import ConfirmSpeculation, Effect, OutputKind, StartOutput, State
from actors.utterance import Utterance
from actors.wishes import MadeSpeech


@dataclass(slots=True)
class Stamps:
    """When the parts of a turn happened (ns of the worker's clock); None = not (yet)."""

    speech_end: int | None = None
    final: int | None = None
    commit: int | None = None
    first_token: int | None = None
    first_audio: int | None = None
    heard: int | None = None


@dataclass(slots=True)
class Request:
    """Something that user code asked the agent to utter."""

    utterance: Utterance
    text: str
    """What to say; for a reply, the instructions."""
    audio: MadeSpeech | None = None
    images: tuple[ImagePart, ...] = ()
    part: str = ""
    """Whose wish it is; empty: that of whoever is on stage."""


@dataclass(frozen=True, slots=True)
class RunningTool:
    """A tool call that has no output yet."""

    safe: bool
    """Whether it may be cut off."""
    until_ns: int
    """By then it has ended, or the call goes on without it."""


@dataclass(slots=True)
class Output:
    """One epoch: what it is about, what was produced, what was heard."""

    epoch: int
    kind: OutputKind
    part: Part
    """Whose output it is."""
    message_id: str
    """The id of the assistant message that it becomes."""
    user_message_id: str = ""
    user_text: str = ""
    """The turn that it answers, as it was committed."""
    gated: StartOutput | ConfirmSpeculation | None = None
    """What is carried out once the hooks before it are through."""
    request: Request | None = None
    within: list[Request] = field(default_factory=list[Request])
    text: str = ""
    in_writing: bool = False
    """Without a voice the text itself is what the caller gets, once it is complete."""
    words: list[SpokenWord] = field(default_factory=list[SpokenWord])
    words_told: int = 0
    """How many of them the outside has been told as they were heard."""
    played: int = 0
    early: list[Item] = field(default_factory=list[Item])
    """Tool items of a speculation: written once its turn is certain."""
    reader: AnyAddress | None = None
    """Who reads the stream that is played in place of the voice."""
    running_tools: dict[str, RunningTool] = field(default_factory=dict[str, RunningTool])
    """By the ids of their calls."""
    over: str = ""
    """How it ended; empty while it goes on."""
    told: bool = False
    """Whether its end has been told to those outside."""
    stamps: Stamps = field(default_factory=Stamps)

    @property
    def breaks_off(self) -> bool:
        """Whether it ended before it was complete."""
        return self.over not in {"", "finished", "silent"}

    def let_go(self, outcome: str, text: str) -> None:
        """Tell whoever awaits it how it ended."""
        waiting = self.within if self.request is None else [self.request, *self.within]
        for request in waiting:
            request.utterance.resolve(outcome, text)


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a change of agents."""

    what: Literal["exit", "recap", "enter"]
    part: str
    """Whose step it is."""


Deed: TypeAlias = Effect | Act | AgentChanged
"""What the Session has to do, or to tell, because of a message."""


@dataclass(slots=True)
class CallRecord:
    """The Session's hold."""

    machine: State
    parts: dict[str, Part]
    """The agents that have played in this call, the last few, by their ids."""
    playing: str
    """The id of the one on stage."""
    acts: deque[Act] = field(default_factory=deque[Act])
    """What is left to do of a change of agents; the first is being done, or stands in `todo`."""
    entering: bool = False
    """Whether ``on_enter`` of an agent that took over runs."""
    forgotten: frozenset[str] = frozenset()
    """Items that whoever is on stage is not shown."""
    conversation: Conversation = field(default_factory=Conversation)
    outputs: dict[int, Output] = field(default_factory=dict[int, Output])
    """The last few epochs; older ones are forgotten."""
    requests: dict[str, Request] = field(default_factory=dict[str, Request])
    """What waits for the floor, by the id of its utterance."""
    tool_calls: dict[str, ToolCall] = field(default_factory=dict[str, ToolCall])
    """Calls that have no output yet."""
    abandoned_tools: int = 0
    """How many the call has given up because they did not answer."""
    todo: deque[Deed] = field(default_factory=deque[Deed])
    """What follows from the last message and was not carried out yet."""
    tries: int = 0
    applied: object = None
    """The message that was applied last: the one thing that a crash makes come twice."""
    stamps: Stamps = field(default_factory=Stamps)
    """Of the caller's present turn."""
    agent_state: str = "starting"
    user_state: str = "idle"
    quiet: bool = True
    """Whether the roles were told that nobody speaks."""
    turn_begun: bool = False
    """Whether the hook was told that the caller's present turn has begun."""
    summary: Summary | None = None
    """What the model is shown in place of what lies long ago."""
    summarising: bool = False
    present: set[str] = field(default_factory=set[str])
    """Who is in the room."""
    limits: dict[str, int] = field(default_factory=dict[str, int])
    """Why the call will end, and when (ns), unless something happens before."""
    outages: dict[str, str] = field(default_factory=dict[str, str])
    """The slots that nobody works in, and the id of the utterance which says so; empty: none."""
    entered: bool = False
    caller_done: bool = False
    closing: str = ""
    """Why the call ends; empty while it goes on."""
    ending: bool = False
    """The goodbye is over: what the machine still has to do, and then the end."""
    closed: bool = False

    @property
    def part(self) -> Part:
        """The agent that is on stage."""
        return self.parts[self.playing]
