"""Tests of the front desk, each a whole call on virtual time: `pytest examples/test_front_desk.py`.

The caller, his recogniser and the voice are simulated; rules, tools and hooks are the agent's own.
"""

from examples.front_desk import Main
from runtime.testing import simulate, tool_call


async def test_the_desk_tells_how_many_rooms_are_free() -> None:
    """The agent's own brain and tools."""
    async with simulate(Main) as call:
        await call.agent_says("Front desk, good evening.")
        await call.user_says("how many rooms are free for two nights")
        await call.agent_says(contains="8 rooms free for 2 nights")


async def test_a_caller_who_barges_in_is_answered() -> None:
    """Nothing of the cut greeting stays in the way."""
    async with simulate(Main) as call:
        await call.until("agent_speech_started")
        await call.user_interrupts("what time is breakfast")
        await call.agent_says(contains="seven to ten")


async def test_a_cough_does_not_stop_the_desk() -> None:
    """A sound without words."""
    async with simulate(Main) as call:
        await call.until("agent_speech_started")
        await call.user_coughs()
        await call.agent_says("Front desk, good evening.")


async def test_a_model_that_calls_a_tool() -> None:
    """The model is a script and the tool a mock; a reply that is not asked for fails the test."""
    script = [tool_call("rooms_free", nights=2), "Only one room is left."]
    async with simulate(Main, llm=script, tools={"rooms_free": 1}) as call:
        await call.user_says("I would like two nights please")
        await call.tool_called("rooms_free", nights=2)
        await call.agent_says(contains="one room")


async def test_the_same_in_writing() -> None:
    """Without sound: quicker still, for what the agent says rather than when."""
    async with simulate(Main, text=True) as call:
        await call.user_says("when is breakfast")
        await call.agent_says(contains="from seven to ten")
