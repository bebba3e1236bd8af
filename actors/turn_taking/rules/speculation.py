"""Answers begun before the turn is certain, only while the floor is free."""

from dataclasses import replace

from actors.turn_taking.config import SpeculationMode, to_ns
from actors.turn_taking.effects import CancelSpeculation, ConfirmSpeculation, StartSpeculation
from actors.turn_taking.reasons import CancelReason
from actors.turn_taking.rules import texts, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Phase, Speculation


def refresh(draft: Draft) -> None:
    """Speculate on what the turn reads now; what was begun for another text is cancelled."""
    begun = draft.state.speculation
    text = views.turn_text(draft.state)
    if begun is not None and texts.fold(begun.text) == texts.fold(text):
        return
    cancel(draft, CancelReason.TEXT)
    if text and _is_worth_it(draft, text):
        epoch = draft.state.last_epoch + 1
        draft.put(
            last_epoch=epoch,
            speculation=Speculation(epoch, text),
            speculations=draft.state.speculations + 1,
        )
        draft.emit(StartSpeculation(epoch, text))


def _is_worth_it(draft: Draft, text: str) -> bool:
    state, config = draft.state, draft.config.speculation
    if config.mode is SpeculationMode.OFF or state.phase is not Phase.IDLE:
        return False
    if state.speculations >= config.max_per_turn or text == state.unspeakable:
        return False
    since_ns = state.turn.since_ns
    if since_ns is not None and draft.now_ns - since_ns > to_ns(config.window_s):
        return False
    return not views.only_hesitations(state)


def doubt(draft: Draft) -> None:
    """Cancel it if its text no longer begins as the turn does."""
    begun = draft.state.speculation
    if begun is None:
        return
    heard = texts.fold(views.turn_text(draft.state))
    if texts.fold(begun.text)[: len(heard)] != heard:
        cancel(draft, CancelReason.TEXT)


def cancel(draft: Draft, reason: CancelReason) -> None:
    """Forget it."""
    begun = draft.state.speculation
    if begun is not None:
        draft.put(speculation=None)
        draft.emit(CancelSpeculation(begun.epoch, reason))


def fail(draft: Draft) -> None:
    """Forget it, and do not try that text again."""
    begun = draft.state.speculation
    if begun is not None:
        draft.put(unspeakable=begun.text)
        cancel(draft, CancelReason.FAILED)


def run_tools(draft: Draft, until_ns: int) -> None:
    """Remember how long its tools may run, for when it is confirmed."""
    begun = draft.state.speculation
    if begun is not None:
        draft.put(speculation=replace(begun, tools_until_ns=until_ns))


def take_over(draft: Draft, text: str) -> Speculation | None:
    """Return the answer to this text that is begun already; any other is cancelled."""
    begun = draft.state.speculation
    if begun is None or texts.fold(begun.text) != texts.fold(text):
        cancel(draft, CancelReason.TEXT)
        return None
    draft.put(speculation=None)
    return begun


def confirm(draft: Draft, begun: Speculation) -> None:
    """Let it be heard, now that it has the floor."""
    if draft.state.live is not None:
        draft.put_live(draft.state.live, tools_until_ns=begun.tools_until_ns)
    draft.emit(ConfirmSpeculation(begun.epoch))
