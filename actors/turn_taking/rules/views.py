"""What follows from the state: questions the rules ask, and the two public states."""

from actors.turn_taking.effects import AgentState, UserState
from actors.turn_taking.rules import texts
from actors.turn_taking.rules.texts import TextClass, Vocabulary, Words
from actors.turn_taking.state import Live, Phase, Speaker, State

_AGENT_STATES = {
    Phase.STARTING: AgentState.STARTING,
    Phase.THINKING: AgentState.THINKING,
    Phase.SPEAKING: AgentState.SPEAKING,
    Phase.CLOSING: AgentState.CLOSING,
}


def speaking(state: State) -> tuple[Speaker, ...]:
    """Return those who speak, as far as the VAD is believed."""
    speakers = state.speakers  # asked by most rules, and mostly nobody speaks
    return tuple(speaker for speaker in speakers if speaker.believed) if speakers else ()


def is_user_side_empty(state: State) -> bool:
    """Tell whether nobody speaks and nothing that was said waits for anything."""
    said = state.opens or state.textless or state.pending or state.kept
    return not said and not speaking(state)


def is_quiet(state: State) -> bool:
    """Tell whether the floor is free and nothing goes on anywhere."""
    waiting = state.queue or state.digits
    return state.phase is Phase.IDLE and not waiting and is_user_side_empty(state)


def is_settled(state: State) -> bool:
    """Tell whether all that anybody said has its text, and nobody speaks."""
    return not (state.opens or state.textless or speaking(state))


def is_interruptible(live: Live) -> bool:
    """Tell whether the user may cut the output."""
    return not (live.uninterruptible or live.tools_busy)


def turn_text(state: State) -> str:
    """Return what the user's next turn reads so far."""
    return " ".join(said.text for said in (*state.pending, *state.opens))


def vocabulary(state: State) -> Vocabulary:
    """Return the folded lists of the configuration."""
    return texts.vocabulary(state.config.interrupt, state.config.eou.hesitations)


def is_replayed(state: State) -> bool:
    """Tell whether texts that come now are older than the agent's present speech."""
    hold, live = state.stt_hold, state.live
    if hold is None or live is None or live.heard_ns is None or state.now_ns >= hold.until_ns:
        return False
    return hold.through_ns <= live.heard_ns


def echo_guard_on(state: State) -> bool:
    """Tell whether the agent may hear itself."""
    chosen = state.config.interrupt.echo_guard
    return not state.capabilities.echo_cancelled if chosen is None else chosen


def weigh(state: State, words: Words, *, over_agent: bool) -> TextClass:
    """Say what a text is."""
    config = state.config.interrupt
    if (
        over_agent
        and echo_guard_on(state)
        and texts.is_echo(words, state.spoken, config.echo_words)
    ):
        return TextClass.ECHO
    return texts.classify(words, config, vocabulary(state))


def only_hesitations(state: State) -> bool:
    """Tell whether the pending turn consists of nothing but "um" and the like."""
    return texts.made_of(texts.fold(turn_text(state)), vocabulary(state).hesitations)


def agent_state(state: State) -> AgentState:
    """Return what the agent seems to be doing."""
    if state.phase is Phase.IDLE:
        return AgentState.IDLE if is_quiet(state) else AgentState.LISTENING
    return _AGENT_STATES[state.phase]


def user_state(state: State) -> UserState:
    """Return what the user seems to be doing."""
    if speaking(state) or state.opens:
        return UserState.SPEAKING
    if state.calm.away:
        return UserState.AWAY
    return UserState.LISTENING if state.phase is Phase.SPEAKING else UserState.IDLE
