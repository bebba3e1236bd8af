"""The succession: one agent hands the call over to another, in mid-call.

The new part is on stage at once: whatever begins from now on is its own. Then, one after the other:
``on_exit`` of the old one, a summary if one was asked for, and ``on_enter`` of the new one, or its
answer to the caller if it has none. What is left to do stands in the call record and is taken out
when it is done, so that a restarted Session goes on with it and leaves nothing out.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from actors.call import Call
from actors.call_record import Act, CallRecord, Request
from actors.conversation import Conversation, Message, Summary
from actors.part import HandOver, Part
from actors.reports import AgentChanged
from actors.session.memory import shown
from actors.turn_taking import Input, inputs
from actors.utterance import Utterance
from supervision.clock import Clock

EXIT_HOOK_S = 10.0
RECAP_S = 8.0
"""The caller waits for the summary: after this the new agent is shown everything."""
KEPT_PARTS = 8

Summarise = Callable[[Conversation, Summary | None, int], Awaitable[None]]
"""Has a model summarise all but the caller's last so many turns, and tells the Session."""


class HookStarter(Protocol):
    """What the succession needs of the Session."""

    @property
    def clock(self) -> Clock:
        """The time of the call."""
        ...

    def run_hook(
        self, name: str, hook: Callable[[], Awaitable[None]], *, timeout_s: float | None
    ) -> None:
        """Run user code beside the call; its end is told to `Succession.hook_ended`."""
        ...


class Succession:
    """Stateless but for the record that it is given."""

    def __init__(self, call: Call, session: HookStarter, summarise: Summarise) -> None:
        """Start hooks by ``session``."""
        self._call = call
        self._session = session
        self._summarise = summarise

    def begin(self, record: CallRecord, order: HandOver) -> tuple[Input, ...]:
        """Put the new part on stage; return what the turn machine is told.

        All that others are to be told of it is left to do: nothing of this can fall halfway.
        """
        if record.closing:
            return ()
        old, new = record.part, order.part
        record.parts[new.id] = new
        record.playing = new.id
        self.take_up(record)
        for gone in tuple(record.parts)[:-KEPT_PARTS]:
            del record.parts[gone]
        if order.conversation == "fresh":
            _forget(record)
        record.todo.append(AgentChanged(old.name, new.name))
        recap = (Act("recap", new.id),) if order.conversation == "summary" else ()
        idle = not record.acts
        record.acts.extend((Act("exit", old.id), *recap, Act("enter", new.id)))
        if idle:
            record.todo.append(record.acts[0])
        return (inputs.HandedOver(new.rules),)

    def take_up(self, record: CallRecord) -> None:
        """Let the stages know who is on stage."""
        self._call.on_stage.part = record.part

    def hook_ended(self, record: CallRecord, name: str) -> None:
        """Let the next act be done."""
        if name == "on_enter":
            record.entering = False
        elif record.acts and name in {"on_exit", "recap"}:
            next_act(record)

    def goes_on(self, record: CallRecord) -> bool:
        """Whether it is still to come that the new agent speaks."""
        spoke = any(output.part.id == record.playing for output in record.outputs.values())
        return bool(record.acts) or (record.entering and not spoke)

    def break_off(self, record: CallRecord) -> bool:
        """Drop what is left, because the call ends; tell whether a goodbye is being said."""
        exiting = bool(record.acts) and record.acts[0].what == "exit"
        while len(record.acts) > exiting:
            record.acts.pop()
        return exiting

    # ------------------------------------------------------------ the acts

    def act(self, record: CallRecord, act: Act) -> tuple[Input, ...]:
        """Do an act, or begin it; return what the turn machine is told.

        That one is over is noted last, so that a Session which falls over it does it again.
        """
        part = record.parts.get(act.part)
        match act.what:
            case "exit" if part is not None:
                self._session.run_hook("on_exit", part.hooks.on_exit, timeout_s=EXIT_HOOK_S)
                return ()
            case "recap":
                self._recap(record)
                return ()
            case "enter" if part is not None:
                record.entering = part.enters
                if part.enters:
                    self._session.run_hook("on_enter", part.hooks.on_enter, timeout_s=None)
                answer = () if part.enters else _answer(record, part)
            case _:  # of an agent of long ago, which has been forgotten
                answer = ()
        next_act(record)
        return answer

    def _recap(self, record: CallRecord) -> None:
        conversation, before = shown(record), record.summary
        summarise = self._summarise
        self._session.run_hook(
            "recap", lambda: summarise(conversation, before, 1), timeout_s=RECAP_S
        )


def next_act(record: CallRecord) -> None:
    """The act in hand is over: the next one is to be done."""
    record.acts.popleft()
    if record.acts:
        record.todo.append(record.acts[0])


def _answer(record: CallRecord, part: Part) -> tuple[Input, ...]:
    """Let the new part answer, unless the caller speaks to it first."""
    request = Request(Utterance(), "", part=part.id)
    record.requests[request.utterance.id] = request
    return (inputs.Reply(request.utterance.id, unless_user_spoke=True),)


def _forget(record: CallRecord) -> None:
    """Leave the caller's last turn, and what followed it."""
    items = record.conversation.items
    asked = [
        number
        for number, item in enumerate(items)
        if isinstance(item, Message) and item.role == "user"
    ]
    known_from = asked[-1] if asked else len(items)
    record.forgotten = frozenset(item.id for item in items[:known_from])
    record.summary = None
