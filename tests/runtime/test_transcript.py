from actors.decision_reports import OutputStarted
from actors.reports import (
    ActorRestarted,
    AgentSpeechStarted,
    AgentStateChanged,
    AgentTranscript,
    Event,
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
    UserTranscript,
)
from runtime.cli.transcript import Transcript

ANSWERED = (
    "answered 310 ms after the caller's last sound"
    " (words known 160, turn over 300, first sound 305)"
)
QUESTION = TurnCommitted("what time is breakfast", "wait")


class Reader:
    """Reads one call, an event each second."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.answers = 0
        self.transcript = Transcript(self.lines.append, on_answer=self._count)

    def hear(self, *events: Event) -> list[str]:
        for number, event in enumerate(events):
            at_ns = 5_000_000_000 + number * 1_000_000_000
            self.transcript.hear(Report(at_ns, "r1", 1, event))
        return self.lines

    def _count(self) -> None:
        self.answers += 1


def test_a_conversation_reads_as_one() -> None:
    assert Reader().hear(
        AgentStateChanged("starting"),
        AgentTranscript("Good evening.", interrupted=False),
        UserTranscript("what time", final=False),
        QUESTION,
        ToolCalled("breakfast", "{}", "started"),
        ToolCalled("breakfast", "{}", "done", "from seven"),
        TurnLatency(
            speech_end=0, final=160, commit=300, first_token=-1, first_audio=305, heard=310
        ),
        AgentTranscript("Breakfast is", interrupted=True),
        SessionClosed("hung up"),
    ) == [
        "   1.00  agent:  Good evening.",
        "   3.00  caller: what time is breakfast",
        "   5.00          breakfast({}) → from seven",
        f"   6.00          {ANSWERED}",
        "   7.00  agent:  Breakfast is – interrupted",
        "   8.00          the call is over: hung up",
    ]


def test_trouble_is_told() -> None:
    assert Reader().hear(
        TurnDropped("uh", "too short"),
        TurnDropped("", "noise"),
        ToolCalled("rooms", '{"n": 1}', "failed", "we are full"),
        ProviderSwitched("llm", "openai", "demo", "late", "no token in 3 s"),
        ActorRestarted("jobs/r1/session", "KeyError: 'x'", 1),
        Failure("tts/espeak", "error", "no such voice"),
        TurnLatency(speech_end=0, final=1, commit=2, first_token=-1, first_audio=-1, heard=-1),
    ) == [
        "   0.00  caller: uh (no turn of its own: too short)",
        '   2.00          rooms({"n": 1}) → failed we are full',
        "   3.00          llm: demo takes over from openai (late: no token in 3 s)",
        "   4.00          jobs/r1/session was put back on stage (KeyError: 'x')",
        "   5.00          tts/espeak failed (error): no such voice",
    ]


def test_what_became_of_a_tool_is_said_once() -> None:
    assert Reader().hear(
        ToolCalled("rooms", "{}", "interrupted", "interrupted: unknown whether it was done")
    ) == ["   0.00          rooms({}) → interrupted: unknown whether it was done"]


def test_what_failed_before_the_turn_was_certain_and_fails_again_is_told_once() -> None:
    wrong = Failure("llm/demo-brain", "rejected", "a rule calls an unknown tool")
    other = Failure("llm", "rejected", "no language model takes this request")

    assert Reader().hear(wrong, other, wrong, other, AgentSpeechStarted(), wrong) == [
        "   0.00          llm/demo-brain failed (rejected): a rule calls an unknown tool",
        "   1.00          llm failed (rejected): no language model takes this request",
        "   5.00          llm/demo-brain failed (rejected): a rule calls an unknown tool",
    ]


def test_a_greeting_is_no_answer() -> None:
    reader = Reader()

    reader.hear(AgentSpeechStarted(), AgentTranscript("Hello.", interrupted=False), QUESTION)

    assert not reader.transcript.answered
    assert reader.answers == 0


def test_an_agent_without_a_voice_answers_in_writing() -> None:
    reader = Reader()

    reader.hear(QUESTION, AgentTranscript("Three.", interrupted=False))

    assert reader.transcript.answered


def test_an_apology_is_no_answer() -> None:
    reader = Reader()

    reader.hear(QUESTION, OutputStarted("apology", "failed"), AgentSpeechStarted())

    assert not reader.transcript.answered


def test_what_is_said_while_nobody_is_left_in_a_slot_is_no_answer() -> None:
    reader = Reader()

    reader.hear(QUESTION, OutageBegan("llm", "no key"), AgentSpeechStarted())
    assert not reader.transcript.answered

    reader.hear(OutageEnded("llm"), AgentTranscript("Three.", interrupted=False))
    assert reader.transcript.answered


def test_the_first_answer_is_noticed_once() -> None:
    reader = Reader()

    reader.hear(
        AgentSpeechStarted(), QUESTION, AgentSpeechStarted(), QUESTION, AgentSpeechStarted()
    )

    assert reader.transcript.answered
    assert reader.answers == 1
