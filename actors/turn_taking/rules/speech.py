"""What the VAD hears: when speech begins and ends."""

from dataclasses import replace

from actors.turn_taking.config import to_ns
from actors.turn_taking.effects import FlushStt, InterruptReason, OutputKind
from actors.turn_taking.inputs import VadEnded, VadStarted
from actors.turn_taking.reasons import PauseReason
from actors.turn_taking.rules import floor, texts, user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Live, Phase, Speaker

_NS_PER_MS = 1_000_000


def started(draft: Draft, given: VadStarted) -> None:
    """Somebody speaks: a reply is not begun over it."""
    state = draft.state
    if any(speaker.who == given.who for speaker in views.speaking(state)):
        return
    user_side.note_sign(draft)
    others = tuple(speaker for speaker in state.speakers if speaker.who != given.who)
    since_ns = draft.now_ns - given.speech_ms * _NS_PER_MS
    draft.put(speakers=(*others, Speaker(given.who, since_ns)), stt_ended=False)
    live = state.live
    if live is None:
        return
    draft.put_live(live, speech_since_commit=True)
    if draft.state.phase is Phase.THINKING and views.is_interruptible(live):
        floor.pause(draft, PauseReason.SPEECH)


def ended(draft: Draft, given: VadEnded) -> None:
    """Somebody stopped speaking: with a text, without one yet, or it was noise."""
    state = draft.state
    if state.capabilities.has_stt:
        draft.emit(FlushStt(given.who))
    speaker = next((one for one in state.speakers if one.who == given.who), None)
    if speaker is None:
        return
    draft.put(speakers=tuple(one for one in state.speakers if one is not speaker))
    if not speaker.believed:
        return
    user_side.note_sign(draft)
    end_ns = draft.now_ns - given.silence_ms * _NS_PER_MS
    has_text = speaker.texted or any(said.who == given.who for said in state.opens)
    long_enough_ns = to_ns(draft.config.interrupt.min_duration_s)
    is_noise = not has_text and given.speech_ms * _NS_PER_MS < long_enough_ns
    if is_noise and state.pending:
        draft.put_turn(noise_end_ns=end_ns)
        return
    _note_end(draft, end_ns)
    if state.live is not None:
        _ended_over_agent(draft, given.who, end_ns, is_noise=is_noise, has_text=has_text)
    elif not has_text:
        _await_text(draft, given.who)


def _note_end(draft: Draft, end_ns: int) -> None:
    earlier_ns = draft.state.turn.speech_end_ns
    draft.put_turn(speech_end_ns=end_ns if earlier_ns is None else max(earlier_ns, end_ns))


def _await_text(draft: Draft, who: str) -> None:
    if draft.state.capabilities.has_stt and who not in draft.state.textless:
        draft.put(textless=(*draft.state.textless, who))


def _ended_over_agent(
    draft: Draft, who: str, end_ns: int, *, is_noise: bool, has_text: bool
) -> None:
    live = draft.state.live
    if live is None or (live.pause is None and not views.is_interruptible(live)):
        return
    timing = draft.config
    calm_s = timing.eou.noise_grace_s if is_noise else timing.interrupt.resume_after_s
    floor.delay_resume(draft, end_ns + to_ns(calm_s))
    if _has_open_phrase(draft, live, who):
        floor.interrupt(draft, InterruptReason.WORDS)
    elif has_text:
        floor.resume_if_settled(draft)
    elif not is_noise:
        _await_text(draft, who)


def _has_open_phrase(draft: Draft, live: Live, who: str) -> bool:
    """Tell whether a phrase that could have grown into a backchannel has not."""
    state = draft.state
    if live.kind is OutputKind.TURN and state.phase is Phase.THINKING:
        return False
    if not views.is_interruptible(live) or views.is_replayed(state):
        return False
    known = views.vocabulary(state)
    return any(
        texts.is_phrase(texts.fold(said.text), known) for said in state.opens if said.who == who
    )


def disbelieve(draft: Draft) -> None:
    """Take nobody for a speaker until the VAD reports a next start."""
    draft.put(speakers=tuple(replace(speaker, believed=False) for speaker in draft.state.speakers))
