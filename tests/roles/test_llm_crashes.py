"""The LLM role itself falls, around a model that fails in mid-reply: the caller hears one reply."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest

from actors.conversation import Message
from actors.llm.role import LlmRole
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from tests.calls.rig import agent, call
from tests.roles.crashes import POINTS, Crash, Point, planted
from tests.roles.llm_calls import ANSWER, failing, raises_at, understudy
from tests.roles.test_llm_tools import ANSWER as TOOLS_ANSWER
from tests.roles.test_llm_tools import ASKING, GONE, desk, model, wish

pytestmark = pytest.mark.slow
FAILS_AT = 14
"""Before this word, when a sentence was heard."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    heard: str
    conversation: tuple[tuple[str, str], ...]
    runs: tuple[str, ...]
    """The tools that ran."""
    switches: int


async def outcome(who: Agent, crash: Crash, runs: Sequence[str] = ()) -> Outcome:
    """Ask once while the role falls."""
    who.tts = ScriptedTTS(sample_rate_hz=16_000, word_ms=100)  # a short call has few messages
    with planted(crash, LlmRole):
        async with call(who) as rig:
            heard = await rig.asks()
            items = await rig.job.session.conversation()
            switches = len(rig.named("provider_switched"))
    told = ((i.role, i.text) if isinstance(i, Message) else ("tool", i.name) for i in items)
    return Outcome(heard, tuple(told), tuple(runs), switches)


async def in_mid_reply(crash: Crash) -> Outcome:
    models = [failing(raises_at(FAILS_AT), gap_s=0.15), understudy(gap_s=0.05)]
    return await outcome(agent(llm=models), crash)


async def around_a_tool(crash: Crash) -> Outcome:
    first = model("first", [ASKING, wish("rooms")], GONE)
    who = desk(first, model("second", [wish("rooms")], TOOLS_ANSWER))
    return await outcome(who, crash, who.runs)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("ask", "answer"), [(in_mid_reply, ANSWER), (around_a_tool, f"{ASKING} {TOOLS_ANSWER}")]
)
async def test_llm_role_killed_at_every_message(
    ask: Callable[[Crash], Awaitable[Outcome]], answer: str, point: Point
) -> None:
    calm = Crash(0, point)
    wanted = await ask(calm)
    assert (wanted.heard, wanted.switches) == (answer, 1)
    for at in range(1, calm.seen + 1):
        assert await ask(Crash(at, point)) == wanted, f"{point} message {at}"
