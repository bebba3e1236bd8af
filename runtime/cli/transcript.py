"""A call as a person reads it while it goes on: who said what and when, and how long it took."""

from collections.abc import Callable, Iterator

from actors.decision_reports import OutputStarted
from actors.reports import (
    ActorRestarted,
    AgentChanged,
    AgentSpeechStarted,
    AgentTranscript,
    Failure,
    OutageBegan,
    OutageEnded,
    ProviderSwitched,
    Report,
    SessionClosed,
    ToolCalled,
    TurnCommitted,
    TurnDropped,
    TurnLatency,
)


class Transcript:
    """Writes the lines of one call as its reports come in, and remembers how the call went.

    Args:
        write: puts out one line.
        on_answer: called once, when the first answer begins to sound.
    """

    def __init__(self, write: Callable[[str], None], *, on_answer: Callable[[], None]) -> None:
        self.answered = False
        """Whether the agent answered a turn of the caller.

        No answer is a greeting, an apology, or what is said while nobody of a slot is left.
        """
        self._write = write
        self._on_answer = on_answer
        self._asked_epoch: int | None = None
        self._apologies: set[int] = set()
        self._dark: set[str] = set()
        self._begun_ns: int | None = None
        self._asides = Asides()

    def hear(self, report: Report) -> None:
        """Write what a person would want to read of this report."""
        if self._begun_ns is None:
            self._begun_ns = report.at_ns
        at_s = (report.at_ns - self._begun_ns) / 1e9
        self._remember(report)
        for line in self._lines(report):
            self._write(f"{at_s:7.2f}  {line}")

    def _remember(self, report: Report) -> None:
        match report.event:
            case TurnCommitted():
                if self._asked_epoch is None:
                    self._asked_epoch = report.epoch
            case OutputStarted(kind="apology"):
                self._apologies.add(report.epoch)
            case OutageBegan(slot=slot):
                self._dark.add(slot)
            case OutageEnded(slot=slot):
                self._dark.discard(slot)
            case AgentSpeechStarted():
                self._note_answer(report.epoch)
            case AgentTranscript(text=text) if text:  # an agent without a voice writes only
                self._note_answer(report.epoch)
            case _:
                pass

    def _note_answer(self, epoch: int) -> None:
        asked = self._asked_epoch
        is_answer = not self._dark and epoch not in self._apologies
        if asked is not None and epoch >= asked and is_answer and not self.answered:
            self.answered = True
            self._on_answer()

    def _lines(self, report: Report) -> Iterator[str]:
        match report.event:
            case TurnCommitted(text=text):
                yield f"caller: {text}"
            case TurnDropped(text=text, reason=reason) if text:
                yield f"caller: {text} (no turn of its own: {reason})"
            case AgentTranscript(text=text, interrupted=interrupted) if text or interrupted:
                yield f"agent:  {text}{' – interrupted' if interrupted else ''}"
            case TurnLatency() as latency:
                yield from _timings(latency)
            case _:
                yield from self._asides.lines(report)


class Asides:
    """Tells what goes on beside the conversation: tools and trouble.

    An answer is begun before the turn is certain. What fails then, and again when it is, is told
    once.
    """

    def __init__(self) -> None:
        self._failures: set[Failure] = set()
        """Those that were told since the agent spoke last."""

    def lines(self, report: Report) -> Iterator[str]:
        """Return the lines about this report."""
        match report.event:
            case ToolCalled() as called:
                yield from _tool(called)
            case AgentChanged(from_=old, to=new):
                yield f"        {new} takes over the call from {old}"
            case Failure() as failure if failure in self._failures:
                return
            case _:
                self._note(report)
                yield from _trouble(report)

    def _note(self, report: Report) -> None:
        match report.event:
            case Failure() as failure:
                self._failures.add(failure)
            case AgentSpeechStarted():
                self._failures.clear()
            case _:
                pass


def _trouble(report: Report) -> Iterator[str]:
    match report.event:
        case ProviderSwitched(slot=slot, from_=old, to=new, kind=kind, reason=reason):
            yield f"        {slot}: {new} takes over from {old} ({kind}: {reason})"
        case ActorRestarted(actor=actor, reason=reason):
            yield f"        {actor} was put back on stage{f' ({reason})' if reason else ''}"
        case Failure(where=where, kind=kind, message=message):
            yield f"        {where} failed ({kind}): {message}"
        case SessionClosed(reason=reason):
            yield f"        the call is over: {reason}"
        case _:
            return


def _tool(called: ToolCalled) -> Iterator[str]:
    if called.status != "started":
        is_said = called.status == "done" or called.output.startswith(called.status)
        outcome = called.output if is_said else f"{called.status} {called.output}"
        yield f"        {called.name}({called.arguments}) → {outcome.strip()}"


def _timings(latency: TurnLatency) -> Iterator[str]:
    if latency.heard >= 0:
        steps = {
            "words known": latency.final,
            "turn over": latency.commit,
            "first word": latency.first_token,
            "first sound": latency.first_audio,
        }
        parts = [f"{step} {after_ms}" for step, after_ms in steps.items() if after_ms >= 0]
        details = f" ({', '.join(parts)})" if parts else ""
        yield f"        answered {latency.heard} ms after the caller's last sound{details}"
