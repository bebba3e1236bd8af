"""Where a finished text goes: into the turn, before the agent, behind it, or nowhere."""

from dataclasses import replace

from actors.turn_taking.effects import AmendTurn, DiscardReason, InterruptReason, OutputKind
from actors.turn_taking.rules import floor, texts, user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.rules.texts import TextClass, Words
from actors.turn_taking.state import Closed, Live, Phase, Text


def take(draft: Draft, said: Text, *, over_agent: bool) -> None:
    """Take in a text of which no part was taken before."""
    state = draft.state
    words = texts.fold(said.text)
    over_agent = over_agent or state.phase is Phase.SPEAKING
    weight = views.weigh(state, words, over_agent=over_agent)
    live = state.live
    if weight is TextClass.ECHO:
        user_side.discard(draft, said.text, DiscardReason.ECHO)
    elif live is None:
        user_side.pend(draft, said)
    elif not views.is_interruptible(live) or views.is_replayed(state):
        user_side.keep(draft, said)
    elif state.phase is Phase.THINKING and live.kind is OutputKind.TURN:
        _take_while_thinking(draft, said, words)
    else:
        _take_over_agent(draft, live, said, weight)


def _take_while_thinking(draft: Draft, said: Text, words: Words) -> None:
    """Let the user go on with a turn of whose reply nothing can be heard yet."""
    if texts.made_of(words, views.vocabulary(draft.state).fillers):
        user_side.discard(draft, said.text, DiscardReason.BACKCHANNEL)
        return
    floor.interrupt(draft, InterruptReason.CONTINUED)
    user_side.pend(draft, said)


def _take_over_agent(draft: Draft, live: Live, said: Text, weight: TextClass) -> None:
    if weight in (TextClass.PHRASE, TextClass.STRONG):
        floor.interrupt(draft, InterruptReason.WORDS)
        user_side.pend(draft, said)
    elif _is_tail(draft, live):
        draft.emit(AmendTurn(live.epoch, "", said.text))
        user_side.mark_committed(draft, (said,), live.epoch)
    else:
        user_side.keep(draft, replace(said, backchannel=weight is TextClass.BACKCHANNEL))


def _is_tail(draft: Draft, live: Live) -> bool:
    """Tell whether the text can only belong to the turn that is being answered."""
    heard = live.speech_since_commit or not draft.state.capabilities.has_vad
    speaks = draft.state.phase is Phase.SPEAKING
    return speaks and live.kind is OutputKind.TURN and not heard


def take_opens(draft: Draft, who: str | None = None) -> None:
    """Take every open text (of this speaker) as if its Final read the same."""
    for said in draft.state.opens:
        if who not in (None, said.who):
            continue
        closed = Closed(said.who, said.utt, said.text, by_interim=True)
        text = Text(said.who, said.utt, said.text, user_side.spoken_ns(draft))
        user_side.close(draft, closed)
        take(draft, text, over_agent=said.over_agent)
    draft.put_turn(final_ns=draft.now_ns)
