"""What a driver sees besides the turns: public states, waking up, being away, a restart."""

import pickle
from dataclasses import replace
from typing import TypeVar

import pytest

from actors.turn_taking import (
    AgentAudioFinished,
    AgentAudioStarted,
    AgentState,
    AgentStateChanged,
    CancelReason,
    CancelSpeculation,
    Capabilities,
    Close,
    CommitTurn,
    EOUConfig,
    EOUMode,
    EouScore,
    EouVerdict,
    Final,
    HandedOver,
    InterruptConfig,
    Joined,
    OutputDropped,
    OutputKind,
    Reply,
    ReplyEmpty,
    Say,
    SetTimer,
    Started,
    StartOutput,
    SttCapable,
    TimerName,
    TurnDiscarded,
    TurnTakingConfig,
    UserState,
    UserStateChanged,
    VadEnded,
    VadStarted,
    WakeUp,
    rearm,
)
from actors.turn_taking.rules import timers
from tests.turn_taking.playing import NS_PER_MS, Player


def started(config: TurnTakingConfig | None = None) -> Player:
    player = Player(config)
    player.feed(0, Started())
    return player


def a_turn(player: Player) -> None:
    player.feed(100, VadStarted("a"))
    player.feed(900, VadEnded("a", 800))
    player.feed(1000, Final("a", 0, "book a table"))
    player.feed(2000, AgentAudioStarted(1))
    player.feed(3000, AgentAudioFinished(1, 1000))
    player.run(4000)


T = TypeVar("T")


def seen(player: Player, kind: type[T]) -> list[tuple[float, T]]:
    return [(at_ms, effect) for at_ms, effect in player.effects() if isinstance(effect, kind)]


def test_the_agents_state_follows_the_call() -> None:
    player = started()
    a_turn(player)
    player.feed(5000, Close())
    assert [(at_ms, effect.state) for at_ms, effect in seen(player, AgentStateChanged)] == [
        (0, AgentState.IDLE),
        (100, AgentState.LISTENING),
        (1400, AgentState.THINKING),
        (2000, AgentState.SPEAKING),
        (3000, AgentState.IDLE),
        (5000, AgentState.CLOSING),
    ]


def test_the_users_state_follows_the_call() -> None:
    player = started()
    a_turn(player)
    assert [(at_ms, effect.state) for at_ms, effect in seen(player, UserStateChanged)] == [
        (100, UserState.SPEAKING),
        (900, UserState.IDLE),
        (2000, UserState.LISTENING),
        (3000, UserState.IDLE),
    ]


def test_the_user_is_away_after_quiet_in_which_the_agents_speech_does_not_count() -> None:
    player = started()
    player.feed(10_000, Say("news"))
    player.feed(10_000, AgentAudioStarted(1))
    player.feed(14_000, AgentAudioFinished(1, 4000))
    player.run(30_000)
    player.feed(31_000, Joined("b"))
    player.run(45_999)
    assert player.state.calm.away is False
    player.run(46_000)
    away = [effect.state for _, effect in seen(player, UserStateChanged)]
    assert away == [
        *(UserState.LISTENING, UserState.IDLE, UserState.AWAY, UserState.IDLE, UserState.AWAY)
    ]
    assert [at_ms for at_ms, _ in seen(player, UserStateChanged)][2] == 19_000


def test_the_agent_wakes_up_again_and_again() -> None:
    player = started(TurnTakingConfig(wake_up_s=10.0))
    player.run(35_000)
    assert [at_ms for at_ms, _ in seen(player, WakeUp)] == [10_000, 20_000, 30_000]


def test_nobody_is_away_and_nothing_wakes_up_where_that_is_off() -> None:
    player = started(TurnTakingConfig(away_s=None))
    assert player.armed == {}


@pytest.mark.parametrize(
    ("mode", "score", "wait_ms"),
    [
        (EOUMode.DEFAULT, 0.95, 300),
        (EOUMode.DEFAULT, 0.85, 500),
        (EOUMode.DEFAULT, 0.5, 800),
        (EOUMode.DEFAULT, 0.29, 1500),
        (EOUMode.DEFAULT, EouVerdict.COMPLETE, 300),
        (EOUMode.DEFAULT, EouVerdict.INCOMPLETE, 1500),
        (EOUMode.DEFAULT, EouVerdict.BACKCHANNEL, 500),
        (EOUMode.DEFAULT, EouVerdict.WAIT, 5000),
        (EOUMode.DEFAULT, None, 800),
        (EOUMode.ADAPTIVE, 0.97, 300),
        (EOUMode.ADAPTIVE, 0.9, 530),
        (EOUMode.ADAPTIVE, 0.4, 680),
        (EOUMode.ADAPTIVE, 0.1, 1500),
    ],
)
def test_the_wait_follows_the_score(
    mode: EOUMode, score: float | EouVerdict | None, wait_ms: int
) -> None:
    config = TurnTakingConfig(eou=EOUConfig(mode=mode))
    player = Player(config, Capabilities(has_turn_detector=True))
    player.feed(0, Started(), VadStarted("a"))
    player.feed(900, VadEnded("a", 900))
    player.feed(910, Final("a", 0, "book a table"))
    if score is not None:
        player.feed(920, EouScore(player.state.revision, score))
    player.run(9000)
    assert [at_ms for at_ms, _ in seen(player, CommitTurn)] == [900 + wait_ms]


def test_the_echo_guard_is_on_where_the_transport_has_no_canceller() -> None:
    assert InterruptConfig().echo_guard is None
    player = Player(None, Capabilities(echo_cancelled=False))
    player.feed(0, Started(), Say("hours"), AgentAudioStarted(1))
    player.state = replace(player.state, spoken=("we", "open", "at", "nine"))
    player.feed(100, Final("a", 0, "we open at nine"))
    assert not player.state.kept
    assert player.state.live is not None


def test_a_restarted_driver_goes_on_from_the_state_alone() -> None:
    player = started()
    player.feed(0, VadStarted("a"))
    player.feed(900, VadEnded("a", 900))
    player.feed(1000, Final("a", 0, "book a table"))

    other = Player()
    other.state = pickle.loads(pickle.dumps(player.state))  # noqa: S301 our own
    for effect in rearm(other.state):
        if isinstance(effect, SetTimer):
            other.armed[effect.name] = effect.due_ns
    other.run(2000)

    assert rearm(player.state)[-2:] == (
        AgentStateChanged(AgentState.LISTENING),
        UserStateChanged(UserState.IDLE),
    )
    assert [at_ms for at_ms, _ in seen(other, CommitTurn)] == [1400]


def test_an_alarm_that_is_early_is_set_again_and_one_that_is_not_set_does_nothing() -> None:
    player = started()
    before = timers.due_times(player.state)
    player.armed |= {TimerName.AWAY: 10 * NS_PER_MS, TimerName.STALL: 20 * NS_PER_MS}
    player.run(30)
    assert player.effects(1) == [(10.0, SetTimer(TimerName.AWAY, before[TimerName.AWAY]))]
    assert timers.due_times(player.state) == before


def test_an_utterance_of_long_ago_is_not_taken_again() -> None:
    player = started()
    for utt in range(70):
        player.feed(10_000 * utt, Final("a", utt, f"word{utt}"))
        player.run(10_000 * utt + 600)
        player.feed(10_000 * utt + 700, ReplyEmpty(utt + 1))
    since = len(player.steps)
    player.feed(900_000, Final("a", 0, "word0"), Final("a", 69, "word69"))
    player.run(910_000)
    assert not [e for _, e in player.effects(since) if isinstance(e, CommitTurn | TurnDiscarded)]


def test_time_does_not_run_backwards() -> None:
    player = started()
    player.feed(1000, VadStarted("a"))
    at_ns = player.state.now_ns
    player.now_ns = 0
    player.feed(500, Joined("b"))
    assert player.state.now_ns == at_ns


def test_the_waits_follow_the_stt_that_is_on_stage() -> None:
    player = Player(TurnTakingConfig(), Capabilities())
    player.feed(0, Started(), SttCapable(interims=False, owns_end_of_turn=True))
    player.feed(0, VadStarted("a"))
    player.feed(900, VadEnded("a", 900))
    player.feed(1000, Final("a", 0, "book a table"))
    player.run(5000)
    (at_ms,) = (at for at, effect in player.effects() if isinstance(effect, CommitTurn))
    assert at_ms == 2900


def test_an_stt_without_interims_may_take_as_long_as_the_turn() -> None:
    player = Player(TurnTakingConfig(), Capabilities())
    player.feed(0, Started(), SttCapable(interims=False, owns_end_of_turn=False))
    player.feed(0, VadStarted("a"))
    player.feed(900, VadEnded("a", 900))
    player.feed(1000, Final("a", 0, "book a table"))
    player.feed(1100, VadStarted("a"))
    player.run(9000)
    assert not any(isinstance(effect, CommitTurn) for _, effect in player.effects())


def test_an_agent_that_takes_over_has_not_been_spoken_to_and_inherits_no_speculation() -> None:
    player = started()
    a_turn(player)
    player.feed(5000, VadStarted("a"))
    player.feed(5900, VadEnded("a", 900), Final("a", 1, "and a taxi"))
    assert player.state.speculation is not None
    player.feed(5950, HandedOver(player.state.config), Reply("answer", unless_user_spoke=True))
    cancelled = seen(player, CancelSpeculation)[-1][1]
    assert cancelled.reason is CancelReason.HANDED_OVER
    player.run(9000)  # the caller has spoken first: no answer to something else follows
    assert [effect.ref for _, effect in seen(player, OutputDropped)] == ["answer"]
    assert seen(player, StartOutput)[-1][1].kind is OutputKind.TURN


def test_the_rules_of_an_agent_that_takes_over_hold_from_then_on() -> None:
    player = started(TurnTakingConfig(wake_up_s=10.0))
    player.run(5000)
    player.feed(5000, HandedOver(TurnTakingConfig(wake_up_s=60.0)))
    player.run(30_000)
    assert not seen(player, WakeUp)
