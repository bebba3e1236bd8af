"""What the agent's side reports of the live output, or of the speculation."""

from typing import assert_never

from actors.turn_taking.effects import OutputEnd
from actors.turn_taking.inputs import (
    AgentAudioDrained,
    AgentAudioFinished,
    AgentAudioProgress,
    AgentAudioStarted,
    AgentInput,
    AgentSpoke,
    GenerationFailed,
    GenerationProgress,
    ReplyEmpty,
    ToolsBusy,
)
from actors.turn_taking.reasons import CancelReason, PauseReason
from actors.turn_taking.rules import floor, speculation, texts, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Live, Phase


def report(draft: Draft, given: AgentInput) -> None:
    """Hear the agent's side; what it says of any other output is stale."""
    state = draft.state
    if state.live is not None and state.live.epoch == given.epoch:
        live = state.live.changed(agent_ns=draft.now_ns, **_heard_so_far(given))
        draft.put(live=live)
        _of_live(draft, live, given)
    elif state.speculation is not None and state.speculation.epoch == given.epoch:
        _of_speculation(draft, given)


def _heard_so_far(given: AgentInput) -> dict[str, int]:
    """Return what ten reports a second change, to be taken in with the sign of life."""
    return {"played_ms": given.played_ms} if isinstance(given, AgentAudioProgress) else {}


def _of_speculation(draft: Draft, given: AgentInput) -> None:
    if isinstance(given, GenerationFailed):
        speculation.fail(draft)
    elif isinstance(given, AgentAudioFinished | ReplyEmpty):
        speculation.cancel(draft, CancelReason.EMPTY)
    elif isinstance(given, ToolsBusy):
        speculation.run_tools(draft, given.until_ns)


def _of_live(draft: Draft, live: Live, given: AgentInput) -> None:
    match given:
        case AgentAudioStarted() | AgentSpoke():
            _heard(draft, live, given)
        case AgentAudioDrained():
            _drained(draft, live)
        case AgentAudioFinished(played_ms=played_ms):
            draft.put_live(live, played_ms=played_ms)
            floor.end(draft, OutputEnd.FINISHED)
        case ReplyEmpty():
            floor.end(draft, OutputEnd.SILENT)
        case GenerationFailed(reason=reason):
            _failed(draft, live, reason)
        case ToolsBusy():
            _busy(draft, live, given)
        case GenerationProgress() | AgentAudioProgress():
            pass  # a sign of life is all it is, or it was heard already
        case _:
            assert_never(given)


def _busy(draft: Draft, live: Live, given: ToolsBusy) -> None:
    """Nothing may cut it while an unsafe tool runs; after that it is not begun over the user."""
    live = live.changed(tools_busy=given.busy, tools_until_ns=given.until_ns)
    draft.put(live=live)
    thinking = draft.state.phase is Phase.THINKING
    if thinking and views.is_interruptible(live) and views.speaking(draft.state):
        floor.pause(draft, PauseReason.SPEECH)


def _heard(draft: Draft, live: Live, given: AgentAudioStarted | AgentSpoke) -> None:
    match given:
        case AgentAudioStarted():
            heard_ns = draft.now_ns if live.heard_ns is None else live.heard_ns
            draft.put_live(live, heard_ns=heard_ns, drained=False)
            draft.put(phase=Phase.SPEAKING)
        case AgentSpoke(words=words):
            remembered = draft.config.interrupt.echo_memory_words
            draft.put(spoken=(*draft.state.spoken, *texts.fold(words))[-remembered:])
        case _:
            assert_never(given)


def _drained(draft: Draft, live: Live) -> None:
    """Think again; with the gate shut that begins when it opens."""
    if live.failed is not None:
        floor.end(draft, OutputEnd.FAILED)
    elif draft.state.phase is Phase.SPEAKING:
        draft.put_live(live, drained=True)
        if live.pause is None:
            draft.put(phase=Phase.THINKING)


def _failed(draft: Draft, live: Live, reason: str) -> None:
    """End at once, or after what is being heard."""
    draft.put_live(live, failed=reason if live.failed is None else live.failed)
    if draft.state.phase is not Phase.SPEAKING:
        floor.end(draft, OutputEnd.FAILED)
