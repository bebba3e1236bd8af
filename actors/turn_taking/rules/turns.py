"""How the user's turn is committed."""

from actors.turn_taking.effects import (
    CommitReason,
    CommitTurn,
    DiscardReason,
    DropReason,
    OutputKind,
    StartOutput,
)
from actors.turn_taking.rules import floor, speculation, user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Closed

_YIELDING = (OutputKind.APOLOGY, OutputKind.CONTINUE)


def commit(draft: Draft, reason: CommitReason, *, uninterruptible: bool = False) -> None:
    """Answer what was said so far, open texts as they are."""
    text = views.turn_text(draft.state)
    confirmed = speculation.take_over(draft, text)
    epoch = draft.state.last_epoch + 1 if confirmed is None else confirmed.epoch
    draft.put(last_epoch=max(epoch, draft.state.last_epoch))
    draft.emit(CommitTurn(epoch, text, reason, draft.state.unheard))
    _file_texts(draft, epoch)
    _supersede(draft)
    floor.take(draft, epoch, OutputKind.TURN, uninterruptible=uninterruptible)
    if confirmed is None:
        draft.emit(StartOutput(epoch, OutputKind.TURN))
    else:
        speculation.confirm(draft, confirmed)


def commit_or_discard(
    draft: Draft, reason: CommitReason, otherwise: DiscardReason, *, uninterruptible: bool = False
) -> None:
    """Commit, or say that there was no word in it."""
    if views.turn_text(draft.state):
        commit(draft, reason, uninterruptible=uninterruptible)
    else:
        user_side.discard(draft, "", otherwise)
        draft.put(textless=())


def _file_texts(draft: Draft, epoch: int) -> None:
    state = draft.state
    for said in state.opens:
        closed = Closed(said.who, said.utt, said.text, by_interim=True, epoch=epoch)
        user_side.close(draft, closed)
    user_side.mark_committed(draft, state.pending, epoch)
    draft.put(
        pending=(),
        textless=(),
        score=None,
        stt_ended=False,
        speculations=0,
        unspeakable=None,
        user_spoke=True,
    )


def _supersede(draft: Draft) -> None:
    for output in draft.state.queue:
        if output.kind in _YIELDING or output.unless_user_spoke:
            floor.drop(draft, output, DropReason.USER_SPOKE)
