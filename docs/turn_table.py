"""What the turn machine does with each abstract input in each state that can be reached.

From the beginning of a session every input is given to every state, until no new one is found; of
states that look alike the one that is reached soonest stands for all.
"""

import enum
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Final, NamedTuple

from actors.turn_taking import (
    AgentAudioDrained,
    AgentAudioFinished,
    AgentAudioProgress,
    AgentAudioStarted,
    AgentStateChanged,
    CancelTimer,
    Capabilities,
    Close,
    Dtmf,
    Effect,
    GenerationFailed,
    Input,
    Interim,
    Interrupt,
    Left,
    OutputKind,
    Reply,
    ReplyEmpty,
    Say,
    SetTimer,
    SpeculationConfig,
    SpeculationMode,
    Started,
    State,
    Timer,
    ToolsBusy,
    TurnTakingConfig,
    UserStateChanged,
    VadEnded,
    VadStarted,
    initial,
    rearm,
    step,
)
from actors.turn_taking import Final as FinalText

NS_PER_MS: Final = 1_000_000
WHO: Final = "caller"
NOTHING: Final = "–"
TEXTS: Final = {
    "phrase": "stop",
    "strong": "what about Monday",
    "weak": "tomorrow",
    "backchannel": "yeah",
    "filler": "um",
}
KINDS: Final = {
    OutputKind.TURN: "turn",
    OutputKind.REPLY: "reply",
    OutputKind.CONTINUE: "reply",
    OutputKind.SAY: "say",
    OutputKind.APOLOGY: "say",
}
SHORT: Final = {
    "CommitTurn": "Commit",
    "DtmfEntered": "Digits",
    "FlushStt": "Flush",
    "InterruptOutput": "Interrupt",
    "OutputDropped": "Dropped",
    "OutputEnded": "Ended",
    "PausePlayback": "Pause",
    "ResumePlayback": "Resume",
    "SpeakWithin": "Within",
    "StartOutput": "Start",
    "TurnDiscarded": "Discard",
}


class Place(NamedTuple):
    """Where a session is, as far as the table tells states apart."""

    agent: str
    kind: str
    speaks: bool
    text: str


Table = Mapping[str, Mapping[str, Mapping[str, set[Place]]]]
"""By agent's side and input: each outcome with the places where it was seen."""


# ---------------------------------------------------------------- states


def place_of(state: State) -> Place:
    """Return where this state is."""
    live = state.live
    agent = "free" if state.phase.value == "idle" else state.phase.value
    if live is not None:
        agent += ", paused" if live.pause is not None else ""
        agent = "uninterruptible" if live.uninterruptible or live.tools_busy else agent
    kind = "" if live is None else KINDS[live.kind]
    return Place(agent, kind, any(speaker.believed for speaker in state.speakers), _text_of(state))


def _text_of(state: State) -> str:
    if state.opens:
        return "words"
    if state.pending:
        return "pending"
    if state.kept:
        return "backchannel" if all(text.backchannel for text in state.kept) else "held"
    return "awaited" if state.textless else "nothing"


def _looks(state: State) -> tuple[object, ...]:
    """Return by what states are told apart while they are explored."""
    opens = tuple(said.text for said in state.opens)
    return (place_of(state), opens, state.phase, bool(state.digits))


# ---------------------------------------------------------------- inputs


def inputs_of(state: State) -> Iterator[tuple[str, Input]]:
    """Name every abstract input and say what it is in this state."""
    yield "speech begins", VadStarted(WHO)
    yield "speech ends: noise", VadEnded(WHO, speech_ms=100)
    yield "speech ends", VadEnded(WHO, speech_ms=900)
    utt = _utterance(state)
    for name, text in TEXTS.items():
        yield f"Interim: {name}", Interim(WHO, utt, text)
    for name, text in TEXTS.items():
        yield f"Final: {name}", FinalText(WHO, utt, text)
    yield "Final: empty", FinalText(WHO, utt, "")
    yield "key", Dtmf(WHO, "1")
    yield "key #", Dtmf(WHO, "#")
    yield "the last one leaves", Left(WHO)
    if state.live is not None:
        yield from _reports(state.live.epoch)
    yield from _commands()
    for alarm, _ in _next_alarms(state):
        yield f"alarm: {alarm.name.value}", alarm


def _utterance(state: State) -> int:
    if state.opens:
        return state.opens[0].utt
    known = (*(closed.utt for closed in state.closed), *(utt for _, utt in state.forgotten))
    return max(known, default=-1) + 1


def _reports(epoch: int) -> Iterator[tuple[str, Input]]:
    yield "audio started", AgentAudioStarted(epoch)
    yield "audio progress", AgentAudioProgress(epoch, 100)
    yield "audio drained", AgentAudioDrained(epoch)
    yield "audio finished", AgentAudioFinished(epoch, 100)
    yield "reply empty", ReplyEmpty(epoch)
    yield "generation failed", GenerationFailed(epoch, "llm")
    yield "unsafe tool runs", ToolsBusy(epoch, busy=True)
    yield "unsafe tool is done", ToolsBusy(epoch, busy=False)
    yield "say within it", Say("s", within=epoch)


def _commands() -> Iterator[tuple[str, Input]]:
    yield "say", Say("s")
    yield "say, uninterruptible", Say("s", uninterruptible=True)
    yield "reply", Reply("r")
    yield "interrupt", Interrupt()
    yield "interrupt, force", Interrupt(force=True)
    yield "started", Started()
    yield "close", Close()


def _next_alarms(state: State) -> list[tuple[Timer, int]]:
    """Return the alarms that go off next, if nothing else happens."""
    armed = [effect for effect in rearm(state) if isinstance(effect, SetTimer)]
    next_ns = min((alarm.due_ns for alarm in armed), default=0)
    return [(Timer(alarm.name), alarm.due_ns) for alarm in armed if alarm.due_ns == next_ns]


# ---------------------------------------------------------------- exploring


def explore() -> Table:
    """Give every input to every state that can be reached, nearest states first."""
    off = SpeculationConfig(mode=SpeculationMode.OFF)
    first = initial(TurnTakingConfig(speculation=off), Capabilities())
    table: defaultdict[str, defaultdict[str, defaultdict[str, set[Place]]]]
    table = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    seen, waiting = {_looks(first)}, deque([first])
    while waiting:
        state = waiting.popleft()
        place = place_of(state)
        alarms = dict(_next_alarms(state))
        for name, given in inputs_of(state):
            at_ns = alarms[given] if isinstance(given, Timer) else max(0, state.now_ns) + NS_PER_MS
            after, effects = step(state, given, at_ns)
            table[place.agent][name][_outcome(place, place_of(after), effects)].add(place)
            if _looks(after) not in seen:
                seen.add(_looks(after))
                waiting.append(after)
    return table


def _outcome(before: Place, after: Place, effects: Iterable[Effect]) -> str:
    done = " ".join(filter(None, map(_written, effects)))
    agent = "" if after.agent == before.agent else f"→ {after.agent}"
    text = "" if after.text == before.text else f"+ {after.text}"
    return " ".join(filter(None, (done, agent, text))) or NOTHING


def _written(effect: Effect) -> str:
    if isinstance(effect, SetTimer | CancelTimer | AgentStateChanged | UserStateChanged):
        return ""
    values = (getattr(effect, field.name) for field in fields(effect))
    why = ", ".join(str(value.value) for value in values if isinstance(value, enum.Enum))
    name = SHORT.get(type(effect).__name__, type(effect).__name__)
    return f"{name}({why})" if why else name
