"""Random sessions: people, a recogniser, an agent and a program that do as they please.

A session is a list of numbers (hypothesis shrinks those well); here they become inputs. Every word
is said once only, so that a law can tell where each of them went.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from actors.turn_taking import (
    AgentAudioDrained,
    AgentAudioFinished,
    AgentAudioProgress,
    AgentAudioStarted,
    AgentSpoke,
    Capabilities,
    Close,
    Dtmf,
    DtmfConfig,
    EarsChanged,
    EOUConfig,
    EouScore,
    EouVerdict,
    Final,
    GenerationFailed,
    GenerationProgress,
    HandedOver,
    Input,
    Interim,
    Interrupt,
    InterruptConfig,
    InterruptMode,
    Joined,
    Left,
    Preflight,
    Reply,
    ReplyEmpty,
    Say,
    SpeculationConfig,
    SpeculationMode,
    Started,
    SttEnded,
    SttHeld,
    ToolsBusy,
    TurnTakingConfig,
    VadEnded,
    VadStarted,
    Withdraw,
)
from tests.turn_taking.playing import NS_PER_MS, Player

PEOPLE = ("a", "a", "a", "b")
PAUSES_MS = (0, 10, 50, 100, 200, 400, 600, 1000, 2000, 4000, 15000, 61000)
MOST = (1 << 24) - 1
LONGEST_TOOL_NS = 30_000_000_000
"""Up to here hypothesis draws every number as often as any other."""
_COUNT = range(120)

INTERRUPT = InterruptConfig(
    phrases=tuple(f"stop{n}" for n in _COUNT) + tuple(f"no{n}" for n in _COUNT),
    backchannels=tuple(f"ok{n}" for n in _COUNT) + tuple(f"no{n} problem{n}" for n in _COUNT),
    fillers=tuple(f"mm{n}" for n in _COUNT),
)
DEFAULT = TurnTakingConfig(
    eou=EOUConfig(hesitations=tuple(f"um{n}" for n in _COUNT), min_confidence=0.2),
    interrupt=INTERRUPT,
)
QUIETER = replace(DEFAULT, speculation=SpeculationConfig(mode=SpeculationMode.OFF), wake_up_s=10.0)
VAD_ONLY = replace(DEFAULT, interrupt=replace(INTERRUPT, mode=InterruptMode.VAD_ONLY))
STT_ONLY = replace(DEFAULT, interrupt=replace(INTERRUPT, mode=InterruptMode.STT_ONLY))
NO_PAUSE = replace(DEFAULT, interrupt=replace(INTERRUPT, pause=False))
ECHO = replace(DEFAULT, interrupt=replace(INTERRUPT, echo_guard=True))
KEYS = replace(QUIETER, dtmf=DtmfConfig(as_turn=True), queue_max=2)
WORLDS = (
    (DEFAULT, Capabilities()),
    (QUIETER, Capabilities()),
    (DEFAULT, Capabilities(has_turn_detector=True)),
    (DEFAULT, Capabilities(stt_owns_end_of_turn=True)),
    (DEFAULT, Capabilities(stt_interims=False)),
    (DEFAULT, Capabilities(has_vad=False)),
    (DEFAULT, Capabilities(has_stt=False)),
    (VAD_ONLY, Capabilities()),
    (STT_ONLY, Capabilities()),
    (NO_PAUSE, Capabilities(has_turn_detector=True)),
    (ECHO, Capabilities(echo_cancelled=False)),
    (KEYS, Capabilities()),
)


@dataclass(slots=True)
class Utterance:
    utt: int
    words: list[str]
    shown: int = 0

    def text(self) -> str:
        return " ".join(self.words[: self.shown])


class World:
    """Everything around the machine; each of its deeds makes one input, or none."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.at_ms = 0
        self.numbers = 0
        self.utts = 0
        self.since_ms: dict[str, int] = {}
        self.talk: dict[str, Utterance] = {}
        self.old: list[tuple[str, Utterance]] = []
        self.said_by_agent: list[str] = []
        self.played_ms = 0

    def go(self, numbers: list[int]) -> None:
        for drawn in numbers:
            rest, deed = divmod(drawn, len(DEEDS))
            rest, pause = divmod(rest, len(PAUSES_MS) * 2)
            rest, who = divmod(rest, len(PEOPLE))
            # short pauses are likelier
            self.at_ms += PAUSES_MS[pause % len(PAUSES_MS) if pause % 3 else pause // 4]
            given = DEEDS[deed](self, PEOPLE[who], rest)
            if given is not None:
                self.player.feed(self.at_ms, given)

    def nothing(self, who: str, number: int) -> None:
        """Let time pass: what a session shrinks to."""

    # ------------------------------------------------------------ the user's side

    def vad(self, who: str, number: int) -> Input | None:
        if not self.player.state.capabilities.has_vad:
            return None
        if who in self.since_ms and number % 8:
            return VadEnded(who, self.at_ms - self.since_ms.pop(who), number % 2 * 100)
        self.since_ms[who] = self.at_ms
        return VadStarted(who, number % 3 * 30)

    def interim(self, who: str, number: int) -> Input:
        said = self.current(who, number)
        said.shown = min(said.shown + 1, len(said.words))
        kind = Preflight if number % 4 == 0 else Interim
        return kind(who, said.utt, said.text())

    def final(self, who: str, number: int) -> Input:
        said = self.current(who, number)
        del self.talk[who]
        self.old.append((who, said))
        if number % 7 != 1:
            said.shown = len(said.words)
        if number % 7 == 2:
            said.words[-1] = self.word("w")
        if number % 13 == 0:
            said.shown = 0
        if number % 17 == 0:
            return Final(who, said.utt, said.text(), is_written=True)
        return Final(who, said.utt, said.text(), 0.1 if number % 11 == 0 else 0.9)

    def lose_final(self, who: str, number: int) -> None:
        if who in self.talk:
            self.old.append((who, self.talk.pop(who)))

    def say_again(self, who: str, number: int) -> Input | None:
        if not self.old:
            return None
        who, said = self.old[-1 - number % min(3, len(self.old))]
        if number % 3 == 0:
            return Interim(who, said.utt, said.text())
        said.shown = max(said.shown, 1)
        if number % 3 == 1 and number % 5:
            said.words = [*said.words[: said.shown], self.word("w")]
            said.shown += 1
        elif number % 5 == 0:
            said.words[0] = self.word("w")
        return Final(who, said.utt, said.text())

    def current(self, who: str, number: int) -> Utterance:
        if who not in self.talk:
            self.utts += 1
            self.talk[who] = Utterance(self.utts, self.text(number // 8))
        return self.talk[who]

    def text(self, number: int) -> list[str]:
        kind = number % 10
        if kind == 0 and self.said_by_agent:
            echo, self.said_by_agent = self.said_by_agent, []
            return echo
        if kind == 1:
            no = self.word("no")
            return [no, no.replace("no", "problem")] if number % 4 else [no]
        short = {2: "ok", 3: "mm", 4: "um", 5: "stop", 6: "w"}
        if kind in short:
            return [self.word(short[kind])]
        return [self.word("w") for _ in range(2 + number % 3)]

    def word(self, stem: str) -> str:
        self.numbers += 1
        return f"{stem}{self.numbers}"

    def stt(self, who: str, number: int) -> Input:
        kind = number % 6
        if kind < 2:
            return SttEnded(who)
        if kind < 4:
            score = tuple(EouVerdict)[number % 4] if number % 5 == 0 else number % 101 / 100
            return EouScore(self.player.state.revision - number % 3 // 2, score)
        now_ns = self.at_ms * NS_PER_MS
        return SttHeld(now_ns - number % 3 * 10**9, now_ns + number % 9 * 10**9)

    def digit(self, who: str, number: int) -> Input:
        return Dtmf(who, "1234567890*#"[number % 12])

    def door(self, who: str, number: int) -> Input | None:
        if number % 4:
            return Joined(who)
        if number % 16 == 0:
            self.since_ms.pop(who, None)
            return Left(who)
        return None

    def parts(self, who: str, number: int) -> Input | None:
        if number % 16:
            return None
        kind = number // 16
        return EarsChanged(bool(kind % 3), bool(kind % 5), bool(kind % 2))

    # ------------------------------------------------------------ the agent's side

    def epoch(self, number: int) -> int:
        state = self.player.state
        if number % 8 == 0:
            return max(1, state.last_epoch - number % 3)
        if state.live is not None:
            return state.live.epoch
        return state.last_epoch if state.speculation is None else state.speculation.epoch

    def sound(self, who: str, number: int) -> Input:
        epoch = self.epoch(number)
        kind = number // 8 % 8
        if kind < 3:
            return AgentAudioStarted(epoch)
        if kind < 5:
            self.played_ms += 20
            return AgentAudioProgress(epoch, self.played_ms)
        if kind < 6:
            return AgentAudioDrained(epoch)
        return AgentAudioFinished(epoch, self.played_ms)

    def production(self, who: str, number: int) -> Input:
        epoch = self.epoch(number)
        kind = number // 8 % 8
        if kind < 1:
            return ReplyEmpty(epoch)
        if kind < 3:
            return GenerationFailed(epoch, "llm")
        if kind < 5:
            until_ns = self.player.state.now_ns + number % 3 * LONGEST_TOOL_NS // 2
            return ToolsBusy(epoch, busy=kind == 3, until_ns=until_ns)
        if kind < 6:
            return GenerationProgress(epoch)
        self.said_by_agent = [self.word("w") for _ in range(4)]
        return AgentSpoke(epoch, " ".join(self.said_by_agent))

    # ------------------------------------------------------------ the program

    def command(self, who: str, number: int) -> Input:
        kind = number % 16
        ref = self.word("ref")
        if kind < 6:
            return Say(ref, kind == 1, self.epoch(number // 16) if kind == 2 else None, kind == 3)
        if kind < 10:
            return Reply(ref, kind == 7, self.epoch(number // 16) if kind == 8 else None)
        if kind < 13:
            return Interrupt(force=kind == 12)
        if kind == 13 and self.player.state.queue:
            return Withdraw(self.player.state.queue[-1].ref)
        if number % 64 == 15:
            return Close()
        if number % 64 == 31:
            return HandedOver(self.player.state.config)
        return Started()


DEEDS: tuple[Callable[[World, str, int], Input | None], ...] = (
    *(World.nothing, World.vad, World.vad, World.vad, World.interim, World.interim, World.interim),
    *(World.final, World.final, World.final, World.say_again, World.lose_final, World.stt),
    *(World.sound, World.sound, World.sound, World.production, World.production),
    *(World.command, World.digit, World.door, World.parts),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is made from; whether the agent may speak from the start."""

    world: int
    started: bool
    numbers: list[int]
    late_ms: int = 0
    """How late every alarm goes off."""

    def play(self) -> Player:
        player = Player(*WORLDS[self.world], late_ms=self.late_ms)
        if self.started:
            player.feed(0, Started())
        World(player).go(self.numbers)
        return player


PLANS = st.builds(
    Plan,
    world=st.integers(0, len(WORLDS) - 1),
    started=st.sampled_from((True, True, True, False)),
    numbers=st.lists(st.integers(0, MOST), min_size=50, max_size=60),
    late_ms=st.sampled_from((0, 0, 30)),
)
SETTINGS = settings(
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
