"""The scripting API: what a user's test may say, and how it fails."""

import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from actors.reports import UserTranscript
from actors.vendor import ChatRequest, FailureKind, ProviderError
from providers import AnthropicLLM, ScriptedLLM
from runtime import Agent, UserError, function_tool
from runtime.testing import llm_judge, simulate, tool_call
from runtime.testing.call import SimulatedCall


class Desk(Agent):
    """A front desk whose model has a key that no test has."""

    llm = AnthropicLLM(model="claude-x")
    tts = "openai/tts-x"
    stt = "openai/stt-x"

    @function_tool
    async def rooms_free(self, nights: int) -> int:
        """Say how many rooms are free."""
        raise AssertionError("the real thing was called")


Expects = Callable[[SimulatedCall], Coroutine[Any, Any, object]]
EXPECTED: dict[str, Expects] = {
    "agent_says": lambda call: call.agent_says("No.", within_s=1.0),
    "until": lambda call: call.until("woken_up", within_s=1.0),
    "tool_called": lambda call: call.tool_called("rooms_free", within_s=1.0),
    "user_says": lambda call: call.user_says("good bye"),
}

PROJECT = """
from runtime import Agent
from runtime.testing import simulate

async def test_it_answers():
    async with simulate(Agent, llm=["Yes, two nights."]) as call:
        await call.user_says("two nights please")
        await call.agent_says(contains="two nights")
"""


def add_one(nights: int) -> int:
    return nights + 1


ROOMS = ("We have three rooms for two nights.",)
WRITTEN = pytest.mark.parametrize("written", [False, True], ids=["spoken", "written"])


async def test_five_lines_are_a_test() -> None:
    async with simulate(Desk, llm=ROOMS) as call:
        await call.user_says("two nights please")
        await call.agent_says(contains="two nights")


async def test_the_same_lines_hold_in_writing() -> None:
    async with simulate(Desk, llm=ROOMS, text=True) as call:
        await call.user_says("two nights please")
        await call.agent_says(contains="two nights")


@pytest.mark.parametrize("expects", EXPECTED.values(), ids=EXPECTED.keys())
async def test_a_failure_points_at_the_line_of_the_test(expects: Expects) -> None:
    async with simulate(Desk, llm=["one two three " * 60]) as call:
        await call.user_says("two nights please")
        await call.until("agent_speech_started")
        with pytest.raises(AssertionError) as failed:
            await expects(call)
        call.user_hangs_up()

    shown = failed.traceback.filter(failed)
    assert [Path(entry.path) for entry in shown] == [Path(__file__)]


async def test_a_reply_that_was_never_asked_for_fails_the_test() -> None:
    told = r"1 of 2 replies .* never asked for: 'Good bye.'"
    with pytest.raises(AssertionError, match=told):  # noqa: PT012 - the call
        async with simulate(Desk, llm=[*ROOMS, "Good bye."]) as call:
            await call.user_says("two nights please")
            await call.agent_says()


async def test_a_request_beyond_the_script_fails_the_test() -> None:
    told = r"asked \d+ times, but its script has 1 reply"
    with pytest.raises(AssertionError, match=told):  # noqa: PT012 - the call
        async with simulate(Desk, llm=ROOMS, may_fail=True) as call:
            await call.user_says("two nights please")
            await call.agent_says()
            await call.user_says("thank you")
            await call.wait(5.0)


@WRITTEN
async def test_a_script_that_is_too_short_says_so(*, written: bool) -> None:
    told = "has 1 reply and was asked for another, after 'thank you'"
    with pytest.raises(AssertionError, match=told):  # noqa: PT012 - the call
        async with simulate(Desk, llm=ROOMS, text=written) as call:
            await call.user_says("two nights please")
            await call.agent_says()
            await call.user_says("thank you")
            await call.agent_says("You are welcome.")


async def test_an_expectation_without_await_fails_the_test() -> None:
    told = r"`await` is missing before agent_says \(line \d+\), tool_called \(line \d+\)$"
    with pytest.raises(AssertionError, match=told):  # noqa: PT012 - the call
        async with simulate(Desk, llm=ROOMS) as call:
            await call.user_says("two nights please")
            call.agent_says(contains="breakfast")  # pyright: ignore[reportUnusedCoroutine]
            call.tool_called("rooms_free")  # pyright: ignore[reportUnusedCoroutine]


async def test_another_answer_is_told_in_full() -> None:
    told = r"did not say 'breakfast'; it said: \['We have three"
    with pytest.raises(AssertionError, match=told):  # noqa: PT012 - the call
        async with simulate(Desk, llm=ROOMS) as call:
            await call.user_says("two nights please")
            await call.agent_says(contains="breakfast")


FAILING: dict[str, Expects] = {
    "agent_says": lambda call: call.agent_says("Yes.", within_s=1.0),
    "until": lambda call: call.until("woken_up", within_s=1.0),
    "tool_called": lambda call: call.tool_called("rooms_free", within_s=1.0),
}


@pytest.mark.parametrize("expects", FAILING.values(), ids=FAILING.keys())
async def test_what_failed_in_the_call_is_told_with_what_is_missing(expects: Expects) -> None:
    class Forgetful(Desk):
        async def on_enter(self) -> None:
            raise RuntimeError("no greeting")

    async with simulate(Forgetful, llm=[], may_fail=True) as call:
        with pytest.raises(AssertionError, match=r"what failed in the call: \[.*no greeting"):
            await expects(call)


@pytest.mark.parametrize("mock", [3, add_one])
async def test_a_tool_is_mocked_by_a_value_or_a_function(mock: Any) -> None:
    script = [tool_call("rooms_free", nights=2), "Three are free."]
    async with simulate(Desk, llm=script, tools={"rooms_free": mock}) as call:
        await call.user_says("two nights please")
        assert await call.tool_called("rooms_free", nights=2) == {"nights": 2}
        await call.agent_says("Three are free.")
        assert call.named("tool_called")[-1]["output"] == "3"


async def test_a_mock_may_raise_and_the_model_reads_it() -> None:
    script = [tool_call("rooms_free", nights=2), "I cannot look it up."]
    mocks = {"rooms_free": ValueError("the ledger is shut")}
    async with simulate(Desk, llm=script, tools=mocks) as call:
        await call.user_says("two nights please")
        await call.agent_says("I cannot look it up.")
        assert call.named("tool_called")[-1]["status"] == "failed"


async def test_the_model_sees_a_mocked_tool_as_it_is() -> None:
    model = ScriptedLLM(replies=["All right."])
    async with simulate(Desk, llm=model, tools={"rooms_free": 1}) as call:
        await call.user_says("hello there")
        await call.agent_says()
    (request,) = model.record.requests
    assert isinstance(request, ChatRequest)
    (tool,) = request.tools
    assert (tool.name, tool.description) == ("rooms_free", "Say how many rooms are free.")
    assert tool.parameters["properties"] == {"nights": {"type": "integer"}}


async def test_the_caller_barges_in_coughs_presses_and_leaves() -> None:
    script = ["One two three four five six seven eight.", "You are welcome."]
    async with simulate(Desk, llm=script) as call:
        await call.user_says("two nights please")
        await call.until("agent_speech_started")
        await call.user_coughs()
        await call.user_interrupts("wait please stop")
        await call.agent_says("You are welcome.")
        assert call.named("interrupted")
        await call.user_presses("12#")
        assert (await call.until("dtmf_entered"))["digits"] == "12"
        call.user_leaves()
        assert "left" in await call.closed() or call.named("session_closed")


async def test_time_is_the_tests_own() -> None:
    async with simulate(Desk, llm=()) as call:
        before_s = call.now_s
        await call.agent_is_silent(120.0)
        assert call.now_s - before_s == pytest.approx(120.0)


@WRITTEN
async def test_an_answer_is_no_silence_however_soon_it_came(*, written: bool) -> None:
    async with simulate(Desk, llm=ROOMS, text=written) as call:
        await call.user_says("two nights please")
        with pytest.raises(AssertionError) as failed:
            await call.agent_is_silent(10.0)
    assert str(failed.value) == f"the agent was not silent; it said: {list(ROOMS)}"


@WRITTEN
async def test_an_answer_that_was_expected_is_followed_by_silence(*, written: bool) -> None:
    async with simulate(Desk, llm=[*ROOMS, "Good bye."], text=written) as call:
        await call.user_says("two nights please")
        await call.agent_says(contains="two nights")
        await call.agent_is_silent(10.0)
        await call.user_says("thank you")
        with pytest.raises(AssertionError, match=r"it said: \['Good bye\.'\]"):
            await call.agent_is_silent(10.0)


@pytest.mark.parametrize("asked", ["until", "named"])
async def test_an_event_that_there_is_not_is_told_at_once(asked: str) -> None:
    told = "no event 'agent_spoke'; did you mean 'agent_speech_started'"
    async with simulate(Desk, llm=()) as call:
        before_s = call.now_s
        with pytest.raises(UserError, match=told):
            _ = call.named("agent_spoke") if asked == "named" else await call.until("agent_spoke")
        assert call.now_s == before_s


async def test_what_fails_in_the_agent_fails_the_test() -> None:
    class Broken(Desk):
        async def on_enter(self) -> None:
            raise RuntimeError("no greeting")

    with pytest.raises(AssertionError, match="no greeting"):
        async with simulate(Broken, llm=()) as call:
            await call.wait(1.0)


async def test_a_failure_may_be_what_the_test_is_about() -> None:
    error = ProviderError("refused", kind=FailureKind.REJECTED)
    async with simulate(Desk, llm=[error], may_fail=True) as call:
        await call.user_says("two nights please")
        await call.agent_says(contains="something went wrong")
        assert call.errors


async def test_a_judge_reads_the_conversation() -> None:
    judge = llm_judge(ScriptedLLM(replies=["PASS", "FAIL: it never said good bye"]))
    async with simulate(Desk, llm=ROOMS, judge=judge) as call:
        await call.user_says("two nights please")
        await call.agent_says()
        await call.agent_does("offers rooms")
        with pytest.raises(AssertionError, match="never said good bye"):
            await call.agent_does("says good bye")


async def test_a_model_that_needs_a_key_must_be_scripted() -> None:
    with pytest.raises(UserError, match="needs ANTHROPIC_API_KEY: give simulate"):
        async with simulate(Desk):
            pass


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"tools": {"rooms": 1}}, "no tool of the agent (its tools: rooms_free)"),
        ({"llm": "Hello."}, "give a list of replies"),
        ({"llm": ROOMS, "real": {"vad"}}, "choose of stt, llm, tts"),
        ({"llm": ROOMS, "real": "voice"}, "real=['voice']: choose of stt, llm, tts"),
    ],
)
async def test_a_mistake_is_told_in_one_line(given: Any, told: str) -> None:
    with pytest.raises(UserError) as found:
        async with simulate(Desk, **({"llm": ()} | given)):
            pass
    assert told in str(found.value)


@pytest.mark.slow
@pytest.mark.real_time
def test_a_project_needs_no_setup_to_test_its_agent(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(PROJECT)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


async def test_a_listener_that_raises_fails_the_test() -> None:
    class Listens(Desk):
        async def on_enter(self) -> None:
            @self.session.on(UserTranscript)
            def wrong(_event: UserTranscript) -> None:
                raise LookupError("the user's own mistake")

    with pytest.raises(AssertionError, match="LookupError: the user's own mistake"):  # noqa: PT012 - the call
        async with simulate(Listens, llm=["Yes."]) as call:
            await call.user_says("two nights please")
            await call.agent_says("Yes.")
