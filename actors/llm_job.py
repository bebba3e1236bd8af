"""One reply in the making.

Its request, its text on the way to speech, and the tools of the present round.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from actors.conversation import Message, ToolCall, ToolOutput
from actors.conversation.tokens import BYTES_PER_TOKEN
from actors.decision_reports import SpeculationWasted
from actors.frames import Piece, ReplyEnd
from actors.ports import Toolbox
from actors.slot import Hold
from actors.text import SentenceSplitter, TextFilter
from actors.vendor import ChatRequest

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


@dataclass(slots=True)
class SpeechText:
    """Text on its way from tokens to pieces: first made speakable, then split."""

    new_filter: Callable[[], TextFilter]
    pieces: int = 0
    """How many pieces were handed over."""
    spoken: list[str] = field(default_factory=list[str])
    _filter: TextFilter | None = None
    _splitter: SentenceSplitter = field(default_factory=SentenceSplitter)

    @property
    def due_ns(self) -> int | None:
        """When a waiting clause must be released, if one waits."""
        return self._splitter.due_ns

    @property
    def text(self) -> str:
        """What was handed over so far."""
        return "".join(self.spoken).rstrip()

    def set_apart(self) -> None:
        """Keep what comes next from running into what was handed over."""
        if self.spoken and not self.spoken[-1][-1:].isspace():
            self.spoken.append(" ")

    def push(self, delta: str, at_ns: int) -> list[str]:
        """Take the next tokens; return the pieces that are ready."""
        if self._filter is None:
            self._filter = self.new_filter()
        return self._splitter.push(self._filter.push(delta), at_ns)

    def tick(self, at_ns: int) -> list[str]:
        """Return what has waited long enough."""
        return self._splitter.tick(at_ns)

    def finish(self, at_ns: int) -> list[str]:
        """Return all that was held back; the next token begins anew."""
        ready: list[str] = []
        if self._filter is not None:
            ready += self._splitter.push(self._filter.flush(), at_ns)
        ready += self._splitter.finish()
        self.forget()
        return ready

    def forget(self) -> None:
        """Drop what was not handed over yet."""
        self._filter = None
        self._splitter = SentenceSplitter()


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
    performer: str = ""
    """Who works on it; empty while it waits for a stage or for its tools."""
    attempt: int = 0
    retries: int = 0
    rounds: int = 0
    spoke_in_round: bool = False
    round_text: str = ""
    calls: dict[str, ToolCall] = field(default_factory=dict[str, ToolCall])
    outputs: dict[str, ToolOutput] = field(default_factory=dict[str, ToolOutput])
    started: bool = False
    """Whether the tools of this round run, or have run."""
    asked: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """How often each tool was called with the same arguments in this reply."""

    handed_over: bool = False
    """A tool gave the call to another agent: no further round follows."""
    is_ending: bool = False
    """And the Session knows: what the tool wanted to be said has come before."""

    @property
    def waits_for_stage(self) -> bool:
        """Whether the model has yet to be asked."""
        return not (self.performer or self.calls or self.over)

    @property
    def may_run_tools(self) -> bool:
        """Whether the turn is certain, or every tool of this round only looks."""
        limits = (self.toolbox.limits(call.name) for call in self.calls.values())
        return self.confirmed or all(limit.safe for limit in limits)

    @property
    def waits_for_tools(self) -> bool:
        """Whether a tool of this round has no output yet."""
        return len(self.outputs) < len(self.calls)

    def next_round(self) -> None:
        """Put this round's text, calls and outputs into the request and begin the next round."""
        said = (Message(role="assistant", text=self.round_text),) if self.round_text else ()
        outputs = tuple(self.outputs[call_id] for call_id in self.calls)
        items = (*self.request.items, *said, *self.calls.values(), *outputs)
        self.rounds += 1
        tools = self.request.tools if self.rounds < MAX_ROUNDS else ()
        self.request = replace(self.request, items=items, tools=tools)
        self.drop_round()
        self.spoke_in_round = False
        self.speech.set_apart()

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
        self.round_text = ""


@dataclass(slots=True)
class LlmHold(Hold):
    """The replies in the making, and the last epochs that were cut."""

    jobs: dict[int, LlmJob] = field(default_factory=dict[int, LlmJob])
