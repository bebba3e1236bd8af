"""One reply in the making.

Its request, its text on the way to speech, and the tools of the present round.
"""

import json
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from actors.call import AnyAddress
from actors.conversation import Message, ToolCall, ToolOutput
from actors.conversation.tokens import BYTES_PER_TOKEN
from actors.decision_reports import SpeculationWasted
from actors.events import Played
from actors.frames import Piece, ReplyEnd
from actors.just_in_time import RaceBudget
from actors.llm.pace import Pace
from actors.llm.seam import OpenSeam
from actors.llm.speech_text import SpeechText
from actors.ports import Toolbox
from actors.slots.slot import Hold
from actors.vendor import ChatRequest

ToolWish: TypeAlias = tuple[str, str]
"""A tool's name and its arguments in one form."""

MAX_ROUNDS = 8
"""After so many rounds of tools the model is asked without any, so that it has to answer."""


@dataclass(frozen=True, slots=True)
class SplitDue:
    """A clause of this epoch has waited long enough."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """The model should have given something by now."""

    epoch: int
    attempt: int


@dataclass(frozen=True, slots=True)
class SeamDue:
    """What the caller noticed of the hand-over in this epoch is known by now."""

    epoch: int


@dataclass(slots=True)
class LlmJob:
    """The state of one reply."""

    epoch: int
    request: ChatRequest
    speech: SpeechText
    toolbox: Toolbox
    confirmed: bool = True
    """Whether the turn that it answers is certain: else its tools wait."""
    silent: bool = False
    """Whether its speech waits for that, too."""
    unspoken: list[Piece | ReplyEnd] = field(default_factory=list[Piece | ReplyEnd])
    """The speech that waits."""
    over: bool = False
    """It is complete and waits for nothing but to be confirmed, or cut."""
    tokens: int = 0
    """What the model wrote in former rounds."""
    round_tokens: int | None = None
    """What it wrote in this one, once it has counted it."""
    rounds: int = 0
    round_text: str = ""
    taken: object = None
    """A text that was taken and is being handed over: a crash over that makes it come twice."""
    calls: dict[str, ToolCall] = field(default_factory=dict[str, ToolCall])
    outputs: dict[str, ToolOutput] = field(default_factory=dict[str, ToolOutput])
    started: bool = False
    """Whether the tools of this round run, or have run."""
    asked: Counter[ToolWish] = field(default_factory=Counter[ToolWish])
    """How often each tool was called with the same arguments in this reply."""
    done: dict[ToolWish, ToolOutput] = field(default_factory=dict[ToolWish, ToolOutput])
    """What the tools of former rounds gave."""
    end_reason: str = ""
    """Why the model ended this round, in its own word."""

    performer: str = ""
    """Who works on it; empty while it waits for a stage or for its tools."""
    stage: AnyAddress | None = None
    """Where that one is: the same name may be another incarnation by now."""
    attempt: int = 0
    rival: "Rival | None" = None
    """Who was asked beside a performer that has not said a word."""
    pace: Pace | None = None
    first_s: float | None = None
    """How long the first word, or call, took that any model gave without going on for another."""
    first_by: str = ""
    """And which model that was."""
    played: Played | None = None
    """How much of its speech was heard."""
    taking_back: bool = False
    """Whether it waits to learn how much of what was handed over could be taken back."""
    is_resumed: bool = False
    """Whether this round was begun by another performer."""
    was_taken_back: bool = False
    """Whether something was taken back since it was asked last."""
    is_prefixed: bool = False
    """Whether it was asked with the beginning of the answer."""
    passed_over: set[str] = field(default_factory=set[str])
    """Who does not take this request."""
    came_empty: set[str] = field(default_factory=set[str])
    """Who had nothing to say to it."""
    failing_since_s: float | None = None
    """Since when nobody has brought it on."""
    progress_told_s: float = 0.0

    handed_over: bool = False
    """A tool gave the call to another agent: no further round follows."""
    is_ending: bool = False
    """And the Session knows: what the tool wanted to be said has come before."""

    @property
    def waits_for_stage(self) -> bool:
        """Whether the model has yet to be asked."""
        return not (self.performer or self.calls or self.over or self.taking_back)

    @property
    def may_run_tools(self) -> bool:
        """Whether the turn is certain, or every tool of this round only looks."""
        limits = (self.toolbox.limits(call.name) for call in self.calls.values())
        return self.confirmed or all(limit.safe for limit in limits)

    @property
    def waits_for_tools(self) -> bool:
        """Whether a tool of this round has no output yet."""
        return len(self.outputs) < len(self.calls)

    @property
    def is_empty(self) -> bool:
        """Whether this round brought nothing where something was owed.

        After tools, or where somebody was to go on, there may be nothing left to say.
        """
        brought = self.round_text.strip() or self.calls or self.speech.said_in_round
        return not (brought or self.rounds)

    def take_up(self, name: str, stage: AnyAddress, attempt: int) -> None:
        """Note who works on it."""
        self.performer, self.stage, self.attempt = name, stage, attempt

    def lose_performer(self) -> None:
        """Forget what was not handed over: half a sentence, and calls that came before the end."""
        self.performer, self.stage, self.pace = "", None, None
        self.speech.forget()
        self.drop_round()
        self.is_resumed = True

    def next_round(self) -> None:
        """Put this round's text, calls and outputs into the request and begin the next round."""
        text = self.speech.said_in_round if self.is_resumed else self.round_text
        said = (Message(role="assistant", text=text),) if text else ()
        outputs = tuple(self.outputs[call_id] for call_id in self.calls)
        items = (*self.request.items, *said, *self.calls.values(), *outputs)
        self.rounds += 1
        tools = self.request.tools if self.rounds < MAX_ROUNDS else ()
        self.request = replace(self.request, items=items, tools=tools)
        self.done |= {wish_of(self.calls[out.call_id]): out for out in outputs}
        self.drop_round()
        self.is_resumed = False
        self.passed_over.clear()
        self.came_empty.clear()
        self.speech.next_round()

    def wasted(self) -> SpeculationWasted:
        """Return what was spent on it, if it is thrown away now."""
        characters = 0 if self.silent else sum(map(len, self.speech.spoken))
        return SpeculationWasted(self.tokens + self._tokens_of_round(), characters)

    def _tokens_of_round(self) -> int:
        if self.round_tokens is not None:
            return self.round_tokens
        return -(-len(self.round_text.encode()) // BYTES_PER_TOKEN)

    def drop_round(self) -> None:
        """Forget what this round has brought so far."""
        self.tokens += self._tokens_of_round()
        self.round_tokens = None
        self.calls, self.outputs, self.started = {}, {}, False
        self.round_text = self.end_reason = ""


def wish_of(call: ToolCall) -> ToolWish:
    """Return what a call wants: equal for equal arguments, however they are written."""
    try:
        arguments = json.dumps(json.loads(call.arguments), sort_keys=True)
    except json.JSONDecodeError:
        arguments = call.arguments
    return call.name, arguments


@dataclass(frozen=True, slots=True)
class Rival:
    """A second performer with the same request."""

    name: str
    address: AnyAddress
    attempt: int


@dataclass(slots=True)
class LlmHold(Hold):
    """The replies in the making, and what goes out."""

    jobs: dict[int, LlmJob] = field(default_factory=dict[int, LlmJob])
    seams: dict[int, OpenSeam] = field(default_factory=dict[int, OpenSeam])
    """Hand-overs in mid-reply of which it is not known yet what the caller noticed."""
    no_prefix: set[str] = field(default_factory=set[str])
    """Who has refused to go on with an answer that was begun."""
    budget: RaceBudget = field(default_factory=RaceBudget)
    """Of requests that may be asked twice."""
    stale: int = 0
    """Results that came after their attempt had been given up."""
    applied: object = None
    """The last message that was dealt with: falling over what follows, it is not dealt with
    twice."""
    outbox: deque[tuple[AnyAddress, object]] = field(
        default_factory=deque[tuple[AnyAddress, object]]
    )
    """What is still to be told."""

    @property
    def is_answering(self) -> bool:
        """Whether a model is in the midst of an answer."""
        return any(
            job.performer and job.pace and job.pace.has_answered for job in self.jobs.values()
        )
