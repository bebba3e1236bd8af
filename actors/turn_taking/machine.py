"""The turn-taking machine: one pure step from a state and an input to a state and effects."""

from typing import assert_never

from actors.turn_taking.config import Capabilities, TurnTakingConfig
from actors.turn_taking.effects import (
    AgentStateChanged,
    CancelTimer,
    Effect,
    SetTimer,
    UserStateChanged,
)
from actors.turn_taking.inputs import (
    AgentInput,
    Command,
    Final,
    Input,
    Interim,
    Preflight,
    Reply,
    Say,
    SideInput,
    SpeechInput,
    VadEnded,
    VadStarted,
)
from actors.turn_taking.rules import (
    agent,
    commands,
    people,
    settling,
    speech,
    timeouts,
    timers,
    views,
    words,
)
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Phase, State
from actors.turn_taking.timer import Timer, TimerName


def initial(config: TurnTakingConfig, capabilities: Capabilities) -> State:
    """Make the state of a session in which nothing has happened and the agent may not speak yet."""
    return State(config=config, capabilities=capabilities)


def step(state: State, given: Input, at_ns: int) -> tuple[State, tuple[Effect, ...]]:
    """Take one input in; the effects are to be carried out in their order."""
    draft = Draft(state.changed(now_ns=max(state.now_ns, at_ns)))
    if state.phase is Phase.CLOSING:
        if isinstance(given, Say | Reply):
            commands.refuse_when_closing(draft, given)
    elif not isinstance(given, Timer):
        _apply(draft, given)
        settling.settle(draft, state)
    elif draft.goes_off(given.name):
        timeouts.go_off(draft, given.name)
        settling.settle(draft, state)
    else:
        return draft.state, _again(state, given.name)
    _emit_differences(draft, state)
    return draft.state, tuple(draft.effects)


def _again(state: State, name: TimerName) -> tuple[Effect, ...]:
    """Have an alarm that came too early set again: it has gone off, and would be lost."""
    due_ns = state.alarms.get(name)
    return () if due_ns is None else (SetTimer(name, due_ns),)


def rearm(state: State) -> tuple[Effect, ...]:
    """Return what a restarted driver needs to go on: its alarms and the public states."""
    alarms = [SetTimer(name, due_ns) for name, due_ns in state.alarms.items()]
    public = AgentStateChanged(views.agent_state(state)), UserStateChanged(views.user_state(state))
    return *alarms, *public


def _apply(draft: Draft, given: SpeechInput | SideInput | AgentInput | Command) -> None:
    if isinstance(given, SpeechInput):
        _listen(draft, given)
    elif isinstance(given, SideInput):
        people.hear(draft, given)
    elif isinstance(given, AgentInput):
        agent.report(draft, given)
    else:
        commands.carry_out(draft, given)


def _listen(draft: Draft, given: SpeechInput) -> None:
    match given:
        case VadStarted():
            speech.started(draft, given)
        case VadEnded():
            speech.ended(draft, given)
        case Interim() | Preflight():
            words.grows(draft, given)
        case Final():
            words.finished(draft, given)
        case _:
            assert_never(given)


def _emit_differences(draft: Draft, before: State) -> None:
    """Bring alarms and public states up to date."""
    after = draft.state
    due, set_ns = timers.due_times(after), after.alarms
    if due != set_ns:
        draft.put(alarms=due)
    for name in set_ns.keys() - due.keys():
        draft.emit(CancelTimer(name))
    for name, due_ns in due.items():
        if set_ns.get(name) != due_ns:
            draft.emit(SetTimer(name, due_ns))
    if views.agent_state(after) is not views.agent_state(before):
        draft.emit(AgentStateChanged(views.agent_state(after)))
    if views.user_state(after) is not views.user_state(before):
        draft.emit(UserStateChanged(views.user_state(after)))
