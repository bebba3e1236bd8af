"""The laws of turn taking, each as a check of a whole session."""

import pickle
from collections import Counter
from collections.abc import Iterator

from actors.turn_taking import (
    AgentAudioProgress,
    AgentAudioStarted,
    AmendTurn,
    CancelSpeculation,
    CancelTimer,
    CommitTurn,
    ConfirmSpeculation,
    DropReason,
    Effect,
    Final,
    InterruptOutput,
    InterruptReason,
    OutputDropped,
    OutputEnd,
    OutputEnded,
    OutputKind,
    PausePlayback,
    Phase,
    ResumePlayback,
    SetTimer,
    SpeakWithin,
    Started,
    StartOutput,
    StartSpeculation,
    State,
    Timer,
    TimerName,
    TurnDiscarded,
    VadEnded,
    VadStarted,
    machine,
)
from tests.turn_taking.playing import MOST_ALARMS, NS_PER_MS, Player, Step

PASTIMES = frozenset({TimerName.WAKE, TimerName.AWAY})
"""Alarms that do not lead anywhere."""
LONGEST_MS = 110_000
LONGEST_WITHOUT_INTERIMS_MS = 130_000
"""A gate that speech shut stays shut for a whole longest turn, and then texts wait behind it."""


def bring_to_quiet(player: Player) -> None:
    """Let alarms alone go on until nothing goes on any more."""
    if player.state.phase is Phase.STARTING:
        player.feed(player.now_ns / NS_PER_MS, Started())
    interims = player.state.capabilities.stt_interims
    longest_ms = LONGEST_MS if interims else LONGEST_WITHOUT_INTERIMS_MS
    limit_ns = player.now_ns + longest_ms * NS_PER_MS
    fired = 0
    while not nothing_goes_on(player.state):
        assert fired < MOST_ALARMS, "alarms go off without an end"
        assert player.fire_next(but=PASTIMES), "no alarm leads to quiet"
        fired += 1
        assert player.now_ns <= limit_ns, "it takes too long until it is quiet"


def nothing_goes_on(state: State) -> bool:
    if state.phase is Phase.CLOSING:
        return True
    said = state.opens or state.textless or state.pending or state.kept
    speaks = any(speaker.believed for speaker in state.speakers)
    waits = state.queue or state.digits or state.speculation
    return state.phase is Phase.IDLE and not (said or speaks or waits)


# ---------------------------------------------------------------- 1


def nothing_said_is_lost(player: Player) -> None:
    bring_to_quiet(player)
    places = Counter(word for text in _where_texts_went(player) for word in text.split())
    for final, by_interim in _accepted(player):
        for word in final.text.split():
            assert places[word] == 1 or (by_interim and places[word]), f"{word}: {places[word]}"


def _accepted(player: Player) -> Iterator[tuple[Final, bool]]:
    seen: set[tuple[str, int]] = set()
    for step in player.steps:
        given = step.given
        if isinstance(given, Final) and step.before.phase is not Phase.CLOSING:
            key = (given.who, given.utt)
            if key not in seen:
                yield given, any((c.who, c.utt) == key for c in step.before.closed)
            seen.add(key)


def _where_texts_went(player: Player) -> list[str]:
    turns: dict[int, str] = {}
    discarded: list[str] = []
    for _, effect in player.effects():
        match effect:
            case CommitTurn(epoch=epoch, text=text):
                turns[epoch] = text
            case AmendTurn(epoch=epoch, old=old, new=new):
                turns[epoch] = _amended(turns[epoch], old, new)
            case TurnDiscarded(text=text):
                discarded.append(text)
            case _:
                pass
    return [*turns.values(), *discarded]


def _amended(turn: str, old: str, new: str) -> str:
    if not old:
        return f"{turn} {new}"
    assert f" {old} " in f" {turn} ", f"{old} was not in {turn}"
    return f" {turn} ".replace(f" {old} ", f" {new} ").strip()


# ---------------------------------------------------------------- 2


class _Ledger:
    """What outputs began and ended, and what the user is owed."""

    def __init__(self) -> None:
        self.epoch = 0
        self.begun = 0
        self.kind = OutputKind.TURN
        self.is_open = False
        self.heard = False
        self.owed: tuple[int, bool] | None = None
        self.continues: int | None = None
        self.speaking: set[str] = set()
        self.committed: int | None = None
        self.refs: set[str] = set()

    def follow(self, step: Step) -> None:
        self._listen(step)
        for effect in step.effects:
            self._note(effect)
        assert self.committed is None, "a turn without an output"
        if step.after.phase is Phase.CLOSING or _everybody_left(step):
            self.owed = None
            self.speaking.clear()

    def _listen(self, step: Step) -> None:
        match step.given:
            case VadStarted(who=who) if step.before.phase is not Phase.CLOSING:
                self.speaking.add(who)
            case VadEnded(who=who):
                self.speaking.discard(who)
            case Timer(name=TimerName.HOLD | TimerName.MAX_TURN) if step.effects:
                self.speaking.clear()
            case AgentAudioStarted(epoch=epoch) if self.is_open and epoch == self.begun:
                self.heard = True
            case _:
                left = {s.who for s in step.before.speakers} - {s.who for s in step.after.speakers}
                self.speaking -= left

    def _note(self, effect: Effect) -> None:
        match effect:
            case CommitTurn(epoch=epoch, continues=continues):
                assert self.committed is None
                self.committed, self.continues = epoch, continues
            case StartOutput(epoch=epoch, kind=kind, ref=ref):
                self._begin(epoch, kind)
                if kind in (OutputKind.SAY, OutputKind.REPLY):
                    assert ref not in self.refs, "it begins twice"
                    self.refs.add(ref)
            case ConfirmSpeculation(epoch=epoch):
                self._begin(epoch, OutputKind.TURN)
            case OutputEnded(epoch=epoch, end=end):
                self._end(epoch, failed=end is OutputEnd.FAILED)
            case InterruptOutput(epoch=epoch, reason=reason):
                self._end(epoch, failed=reason is InterruptReason.STALLED)
            case _:
                pass

    def _begin(self, epoch: int, kind: OutputKind) -> None:
        assert not self.is_open, "two outputs at once"
        assert epoch > self.begun, "an epoch that does not rise"
        assert not self.speaking, "it begins while somebody speaks"
        if kind is OutputKind.TURN:
            assert self.committed == epoch, "a reply to no turn"
            self.committed = None
        self._settle_debt(kind)
        self.is_open, self.begun, self.kind, self.heard = True, epoch, kind, False

    def _settle_debt(self, kind: OutputKind) -> None:
        if kind is OutputKind.APOLOGY:
            assert self.owed is not None, "an apology for nothing"
        elif self.owed is not None:
            failed, unheard = self.owed
            assert kind is OutputKind.TURN, "an apology was due"
            assert not unheard or self.continues == failed, "it does not continue what failed"
        self.owed = None

    def _end(self, epoch: int, *, failed: bool) -> None:
        assert self.is_open, "an end without a beginning"
        assert self.begun == epoch, "the end of another output"
        self.is_open = False
        if failed and self.kind in (OutputKind.TURN, OutputKind.REPLY, OutputKind.CONTINUE):
            unheard = self.kind is OutputKind.TURN and not self.heard
            self.owed = epoch, unheard


def _everybody_left(step: Step) -> bool:
    reasons = {e.reason for e in step.effects if isinstance(e, InterruptOutput | OutputDropped)}
    gone = not step.after.people and not nothing_goes_on(step.before)
    by_door = {InterruptReason.LEFT, DropReason.LEFT} & reasons
    return bool(by_door) or (gone and nothing_goes_on(step.after) and not step.before.live)


def one_reply_per_turn(player: Player) -> None:
    bring_to_quiet(player)
    ledger = _Ledger()
    for step in player.steps:
        ledger.follow(step)
    assert not ledger.is_open, "an output without an end"
    assert ledger.owed is None, "an apology is still due"


# ---------------------------------------------------------------- 3


def no_timer_is_lost(player: Player) -> None:
    armed: dict[TimerName, int] = {}
    for step in player.steps:
        if isinstance(step.given, Timer):
            armed.pop(step.given.name, None)
        for effect in step.effects:
            if isinstance(effect, SetTimer):
                armed[effect.name] = effect.due_ns
        armed = {name: due_ns for name, due_ns in armed.items() if name not in _cancelled(step)}
        _check_armed(step.after, armed)
        again = {e.name: e.due_ns for e in machine.rearm(step.after) if isinstance(e, SetTimer)}
        assert again == armed, "a restarted driver would set other alarms"


def _cancelled(step: Step) -> set[TimerName]:
    set_names = {effect.name for effect in step.effects if isinstance(effect, SetTimer)}
    return {
        effect.name
        for effect in step.effects
        if not isinstance(effect, SetTimer) and isinstance(effect, CancelTimer)
    } - set_names


def _check_armed(state: State, armed: dict[TimerName, int]) -> None:
    if state.phase in (Phase.STARTING, Phase.CLOSING) or nothing_goes_on(state):
        return
    assert armed.keys() - PASTIMES, "something goes on and no alarm is set"
    silent = not any(speaker.believed for speaker in state.speakers)
    if state.phase is Phase.IDLE and state.pending and silent:
        assert TimerName.TURN in armed, "a text waits for no alarm"


# ---------------------------------------------------------------- 4


def a_cut_is_final(player: Player) -> None:
    gone: set[int] = set()
    paused: int | None = None
    for _, effect in player.effects():
        epoch = _epoch_of(effect)
        assert epoch not in gone, f"{effect} after its end"
        match effect:
            case PausePlayback():
                assert paused is None, "paused twice"
                paused = epoch
            case ResumePlayback():
                assert paused == epoch, "resumed without a pause"
                paused = None
            case InterruptOutput() | CancelSpeculation() | OutputEnded():
                gone.add(effect.epoch)
                paused = None if paused == epoch else paused
            case _:
                pass
        starts = isinstance(effect, StartOutput | ConfirmSpeculation)
        assert not (starts and paused is not None), "a pause without an end"


def _epoch_of(effect: Effect) -> int | None:
    match effect:
        case CommitTurn() | StartOutput() | StartSpeculation() | ConfirmSpeculation():
            return effect.epoch
        case CancelSpeculation() | PausePlayback() | ResumePlayback() | InterruptOutput():
            return effect.epoch
        case OutputEnded() | SpeakWithin():
            return effect.epoch
        case _:
            return None


# ---------------------------------------------------------------- 5


def memory_is_honest(player: Player) -> None:
    played_ms: Counter[int] = Counter()
    begun = 0
    for step in player.steps:
        if isinstance(step.given, AgentAudioProgress) and step.given.epoch == begun:
            played_ms[begun] = step.given.played_ms
        for effect in step.effects:
            if isinstance(effect, StartOutput | ConfirmSpeculation):
                begun = effect.epoch
            elif isinstance(effect, InterruptOutput):
                assert effect.played_ms == played_ms[effect.epoch], "not the last progress"


# ---------------------------------------------------------------- 6


def it_always_comes_back_to_quiet(player: Player) -> None:
    bring_to_quiet(player)


# ---------------------------------------------------------------- 7


def it_is_deterministic(player: Player) -> None:
    """Play the same inputs again, now and then from a copy as a restarted driver has it."""
    for index, step in enumerate(player.steps):
        before = step.before
        if index % 8 == 0:
            before = pickle.loads(pickle.dumps(before))  # noqa: S301 our own
        again = machine.step(before, step.given, round(step.at_ms * NS_PER_MS))
        assert again == (step.after, step.effects), "the same input did something else"


LAWS = (
    nothing_said_is_lost,
    one_reply_per_turn,
    no_timer_is_lost,
    a_cut_is_final,
    memory_is_honest,
    it_always_comes_back_to_quiet,
    it_is_deterministic,
)
ALIKE = tuple(law for law in LAWS if law is not nothing_said_is_lost)
"""The laws that can be checked even where a word is said twice."""
