"""The shorthand of `examples.txt`: who does what when → what the machine wants done when.

One example a line: name | start | inputs @end → effects. Times are in milliseconds.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from actors.turn_taking import (
    AgentAudioDrained,
    AgentAudioFinished,
    AgentAudioProgress,
    AgentAudioStarted,
    AgentSpoke,
    AmendTurn,
    CancelSpeculation,
    Capabilities,
    Close,
    CommitReason,
    CommitTurn,
    ConfirmSpeculation,
    Dtmf,
    DtmfConfig,
    DtmfEntered,
    Effect,
    EouScore,
    Final,
    GenerationFailed,
    GenerationProgress,
    Input,
    Interim,
    Interrupt,
    InterruptConfig,
    InterruptMode,
    InterruptOutput,
    Joined,
    Left,
    OutputDropped,
    OutputEnded,
    OutputKind,
    PausePlayback,
    Preflight,
    Refused,
    Reply,
    ReplyEmpty,
    ResumePlayback,
    Say,
    ScoreTurn,
    SpeakWithin,
    SpeculationConfig,
    SpeculationMode,
    Started,
    StartOutput,
    StartSpeculation,
    SttEnded,
    SttHeld,
    ToolsBusy,
    TurnDiscarded,
    TurnTakingConfig,
    VadEnded,
    VadStarted,
    WakeUp,
    Withdraw,
)
from tests.turn_taking.playing import NS_PER_MS, Player

LONG_AGO_MS = -5000
FIRST_WORDS = Final("a", -1, "hello")


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    start: str
    inputs: str
    end_ms: int
    effects: str


def read_all() -> list[Example]:
    """Read `examples.txt`; a line that begins with a # says something about those that follow."""
    lines = (Path(__file__).parent / "examples.txt").read_text(encoding="utf-8").splitlines()
    return [read(line) for line in lines if line and not line.startswith("#")]


def read(line: str) -> Example:
    name, start, rest = (part.strip() for part in line.split("|", 2))
    before, effects = rest.split("→", 1)
    inputs, end = before.rsplit("@", 1)
    return Example(name, start, inputs.strip(), int(end), effects.strip())


def outcome(example: Example) -> str:
    """Run the example and write down its effects as the page does."""
    player = _begin(example)
    first = len(player.steps)
    _go_on(player, example)
    return _written(player.effects(first))


def play(example: Example) -> Player:
    """Run the example, its beginning included."""
    player = _begin(example)
    _go_on(player, example)
    return player


def _go_on(player: Player, example: Example) -> None:
    reader = InputReader(player)
    for line in filter(None, (part.strip() for part in example.inputs.split(";"))):
        at, told = line.split(" ", 1)
        player.feed(int(at), reader.read(int(at), told))
    player.run(example.end_ms)


def _begin(example: Example) -> Player:
    words = example.start.split()
    player = Player(_config(words), _capabilities(words))
    if "Go" not in re.split(r"[ ;]+", example.inputs):
        player.feed(LONG_AGO_MS, Started())
    if "talk" in words or "think" in words:
        player.feed(-500, FIRST_WORDS)
        player.run(0)
    if "talk" in words:
        player.feed(0, AgentAudioStarted(1))
    if "ask" in words:
        player.feed(LONG_AGO_MS, Reply("ask"), AgentAudioStarted(1))
        player.feed(-2500, AgentAudioProgress(1, 2500))
        player.feed(0, AgentAudioFinished(1, 5000))
    if "say!" in words:
        player.feed(0, Say("given", uninterruptible=True), AgentAudioStarted(1))
    return player


def _config(words: list[str]) -> TurnTakingConfig:
    config = TurnTakingConfig(
        speculation=SpeculationConfig(
            mode=SpeculationMode.LLM_TTS if "speculate" in words else SpeculationMode.OFF
        ),
        interrupt=InterruptConfig(
            echo_guard="echo" in words,
            mode=InterruptMode.STT_ONLY if "stt-only" in words else InterruptMode.HYBRID,
        ),
        dtmf=DtmfConfig(as_turn="keys" in words),
    )
    if "wake" in words:
        config = replace(config, wake_up_s=float(words[words.index("wake") + 1]))
    return config


def _capabilities(words: list[str]) -> Capabilities:
    return Capabilities(
        has_vad="no-vad" not in words,
        has_stt="no-stt" not in words,
        has_turn_detector="detector" in words,
        stt_owns_end_of_turn="owner" in words,
    )


class InputReader:
    """Turns shorthand into inputs; counts utterances and knows since when each speaker speaks."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.utts: Counter[str] = Counter()
        self.since_ms: dict[str, int] = {}

    def read(self, at_ms: int, told: str) -> Input:
        sign, *words = told.split(" ", 1)
        rest = words[0] if words else ""
        match = re.fullmatch(r"(?P<sign>[^#:]+)(#(?P<utt>-?\d+))?(:(?P<who>\w+))?", sign)
        assert match is not None, told
        who = match["who"] or "a"
        if match["sign"] in ("V+", "V-"):
            return self._vad(at_ms, match["sign"], who)
        if match["sign"] in ("I", "P", "F", "T"):
            return self._text(match["sign"], who, match["utt"], rest.strip('"'))
        if match["sign"] in COMMANDS:
            return COMMANDS[match["sign"]](rest, who)
        if match["sign"] == "Eou":
            score, *back = rest.split()
            return EouScore(self.player.state.revision + int(back[0] if back else 0), float(score))
        epoch, _, more = rest.partition(" ")
        return AGENT[match["sign"]](int(epoch), more)

    def _vad(self, at_ms: int, sign: str, who: str) -> Input:
        if sign == "V+":
            self.since_ms[who] = at_ms
            return VadStarted(who)
        return VadEnded(who, at_ms - self.since_ms[who])

    def _text(self, sign: str, who: str, given_utt: str | None, text: str) -> Input:
        utt = self.utts[who] if given_utt is None else int(given_utt)
        if sign in ("F", "T"):
            self.utts[who] += given_utt is None
            return Final(who, utt, text, is_written=sign == "T")
        return Interim(who, utt, text) if sign == "I" else Preflight(who, utt, text)


def _held(rest: str, who: str) -> Input:
    through_ms, by_ms = map(int, rest.split())
    return SttHeld(through_ms * NS_PER_MS, by_ms * NS_PER_MS)


def _runs_until(epoch: int, at_ms: str) -> Input:
    return ToolsBusy(epoch, busy=False, until_ns=int(at_ms) * NS_PER_MS)


COMMANDS: Mapping[str, Callable[[str, str], Input]] = {
    "S": lambda rest, who: Say(rest),
    "S!": lambda rest, who: Say(rest, uninterruptible=True),
    "S-": lambda rest, who: Withdraw(rest),
    "S?": lambda rest, who: Say(rest, unless_user_spoke=True),
    "R": lambda rest, who: Reply(rest),
    "D": lambda rest, who: Dtmf(who, rest),
    "Int": lambda rest, who: Interrupt(),
    "Int!": lambda rest, who: Interrupt(force=True),
    "Go": lambda rest, who: Started(),
    "Close": lambda rest, who: Close(),
    "Join": lambda rest, who: Joined(who),
    "Left": lambda rest, who: Left(who),
    "End": lambda rest, who: SttEnded(who),
    "Held": _held,
}
AGENT: Mapping[str, Callable[[int, str], Input]] = {
    "A+": lambda epoch, _: AgentAudioStarted(epoch),
    "Ap": lambda epoch, played: AgentAudioProgress(epoch, int(played)),
    "A.": lambda epoch, _: AgentAudioFinished(epoch, 0),
    "Ad": lambda epoch, _: AgentAudioDrained(epoch),
    "X": GenerationFailed,
    "E": lambda epoch, _: ReplyEmpty(epoch),
    "W": lambda epoch, words: AgentSpoke(epoch, words.strip('"')),
    "G": lambda epoch, _: GenerationProgress(epoch),
    "Busy": lambda epoch, _: ToolsBusy(epoch, busy=True),
    "Until": _runs_until,
    "Free": lambda epoch, _: ToolsBusy(epoch, busy=False),
    "Sw": lambda epoch, ref: Say(ref, within=epoch),
    "Rw": lambda epoch, ref: Reply(ref, within=epoch),
}


def _written(effects: list[tuple[float, Effect]]) -> str:
    last_ms = None
    parts: list[str] = []
    for at_ms, effect in effects:
        written = write(effect)
        if written is not None:
            parts.append(written if at_ms == last_ms else f"{at_ms:g} {written}")
            last_ms = at_ms
    return " · ".join(parts) or "nothing"


def write(effect: Effect) -> str | None:
    """Write an effect as the page does; None if the page leaves it out."""
    return _write_of_turn(effect) or _write_of_output(effect) or _write_of_speculation(effect)


def _write_of_turn(effect: Effect) -> str | None:
    match effect:
        case CommitTurn(epoch, text, reason, continues):
            why = "" if reason is CommitReason.WAIT else f", {reason.value}"
            goes_on = "" if continues is None else f", continues {continues}"
            return f'Commit({epoch}, "{text}"{why}{goes_on})'
        case AmendTurn(epoch, old, new):
            return f'Amend({epoch}, "{old}", "{new}")'
        case TurnDiscarded(text, reason):
            return f'Discard("{text}", {reason.value})'
        case ScoreTurn(revision, text):
            return f'Score({revision}, "{text}")'
        case DtmfEntered(digits):
            return f"Digits({digits})"
        case WakeUp():
            return "Wake"
        case _:
            return None


def _write_of_output(effect: Effect) -> str | None:
    match effect:
        case StartOutput(epoch, kind, ref, continues) if kind is not OutputKind.TURN:
            rest = "" if continues is None else f"{continues}"
            return f"Start({epoch}, {kind.value}, {ref}{rest})"
        case InterruptOutput(epoch, played_ms, reason):
            return f"Interrupt({epoch}, {played_ms}, {reason.value})"
        case OutputEnded(epoch, end):
            return f"Ended({epoch}, {end.value})"
        case PausePlayback(epoch):
            return f"Pause({epoch})"
        case ResumePlayback(epoch):
            return f"Resume({epoch})"
        case OutputDropped(ref, reason):
            return f"Dropped({ref}, {reason.value})"
        case SpeakWithin(epoch, ref):
            return f"Within({epoch}, {ref})"
        case Refused(what):
            return f"Refused({what})"
        case _:
            return None


def _write_of_speculation(effect: Effect) -> str | None:
    match effect:
        case StartSpeculation(epoch, text):
            return f'Spec({epoch}, "{text}")'
        case ConfirmSpeculation(epoch):
            return f"Confirm({epoch})"
        case CancelSpeculation(epoch):
            return f"Cancel({epoch})"
        case _:
            return None
