"""What the agent uttered in a simulated call, output by output, and what was heard of each."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from actors.reports import AgentTranscript, AgentWords, ProviderSwitched, Report
from actors.turn_taking import (
    ConfirmSpeculation,
    InterruptOutput,
    OutputEnd,
    OutputEnded,
    OutputKind,
    StartOutput,
)
from actors.turn_taking.trace import Step
from runtime.testing.caller import SimulatedCaller
from runtime.testing.code import FRAMES, CodeBook, Sound
from runtime.testing.writer import WritingCaller

NS_PER_S = 1_000_000_000
MEANT = ".,!?"
"""Marks that no voice says."""


@dataclass(slots=True)
class HeardWord:
    """A word that sounded, from its first frame on; said again it is another one."""

    text: str
    first: int
    """Which of its frames came first, from 0."""
    last: int
    frames: int = 1

    @property
    def was_heard(self) -> bool:
        """Whether at least half of it sounded."""
        return self.frames >= FRAMES // 2


@dataclass(slots=True)
class Output:
    """One epoch of the agent's speech."""

    epoch: int
    kind: OutputKind
    begin_s: float
    continues: "Output | None" = None
    """The one whose rest it says."""
    over_s: float = float("inf")
    is_finished: bool = False
    """Whether it came to its own end."""
    transcript: str | None = None
    """What the caller heard of it, as the agent remembers it."""
    words: list[HeardWord] = field(default_factory=list[HeardWord])
    """What really sounded."""
    words_repeated: int = 0
    """The most words that a change of voices has repeated, as it tells itself."""

    def said(self) -> list[HeardWord]:
        """Return what sounded of it, and before it of what it continues."""
        return [*(self.continues.said() if self.continues else ()), *self.words]


def outputs_of(
    steps: Sequence[Step], reports: Sequence[Report], caller: SimulatedCaller, code: CodeBook
) -> list[Output]:
    """Return what was begun to be uttered, in order."""
    found = _begun(steps)
    by_epoch = {output.epoch: output for output in found}
    for report in reports:
        output = by_epoch.get(report.epoch)
        match report.event:
            case AgentWords(text) if output is not None and isinstance(caller, WritingCaller):
                read = (word.strip(MEANT) for word in text.split())
                output.words += [HeardWord(word, 0, FRAMES - 1, FRAMES) for word in read]
            case AgentTranscript(text, _) if output is not None:
                output.transcript = text
            case ProviderSwitched(slot="tts", words_repeated=again) if output is not None:
                output.words_repeated = max(output.words_repeated, again)
            case _:
                pass
    begins_s = [output.begin_s for output in found]
    for at_s, sound in sounds(caller, code):
        number = bisect_right(begins_s, at_s) - 1
        if number >= 0:
            _hear(found[number].words, code.words[sound.word], sound.frame)
    return found


def _begun(steps: Sequence[Step]) -> list[Output]:
    outputs: dict[int, Output] = {}
    for step in steps:
        at_s = step.at_ns / NS_PER_S
        for effect in step.effects:
            match effect:
                case StartOutput(epoch, kind, _, continues):
                    outputs[epoch] = Output(epoch, kind, at_s, outputs.get(continues or 0))
                case ConfirmSpeculation(epoch):
                    outputs[epoch] = Output(epoch, OutputKind.TURN, at_s)
                case OutputEnded(epoch, end) if epoch in outputs:
                    outputs[epoch].over_s = at_s
                    outputs[epoch].is_finished = end is OutputEnd.FINISHED
                case InterruptOutput(epoch) if epoch in outputs:
                    outputs[epoch].over_s = at_s
                case _:
                    pass
    return list(outputs.values())


def sounds(caller: SimulatedCaller, code: CodeBook) -> Iterator[tuple[float, Sound]]:
    """Return every frame of a word that the caller heard, and when."""
    for heard in caller.heard:
        sound = code.read(heard.pcm)
        if sound is not None:
            yield heard.at_s, sound


def _hear(words: list[HeardWord], text: str, frame: int) -> None:
    if words and words[-1].text == text and frame > words[-1].last:
        words[-1].last = frame
        words[-1].frames += 1
    else:
        words.append(HeardWord(text, frame, frame))
