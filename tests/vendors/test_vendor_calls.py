"""Whole calls whose mind is behind HTTP."""

from typing import Any

import pytest

from actors.conversation import Message, ToolCall, ToolOutput
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import agent, call
from tests.vendors.dialects import DIALECTS, Dialect
from tests.vendors.http_server import cuts, refuses, streams, vendor_server
from tests.vendors.sdk_types import check_request

every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


class Desk(Agent):
    """A desk clerk."""

    instructions = "You are a desk clerk."

    @function_tool
    async def rooms_free(self, nights: int) -> str:
        """How many rooms are free."""
        return f"{nights + 1} rooms"


def desk(llm: Any) -> Desk:
    scripted, made = agent(), Desk()
    made.vad, made.stt, made.tts, made.llm = scripted.vad, scripted.stt, scripted.tts, llm
    return made


@every_dialect
async def test_a_tool_is_called_and_its_output_is_spoken(dialect: Dialect) -> None:
    asks = streams(dialect.calls([("rooms_free", '{"nights": 2}')]))
    answers = streams(dialect.says("We have three rooms free."))
    async with (
        vendor_server(asks, answers) as server,
        call(desk(dialect.declare(server.url))) as rig,
    ):
        assert await rig.asks() == "We have three rooms free."
        items = await rig.job.session.conversation()
    assert [type(item) for item in items] == [Message, ToolCall, ToolOutput, Message]
    assert [(used["input_tokens"], used["output_tokens"]) for used in rig.fields("model_used")] == [
        (12, 5),
        (12, 5),
    ]
    assert len(server.bodies) == 2
    for body in server.bodies:
        check_request(dialect.request_type, body)
    assert "3 rooms" in str(server.bodies[1])
    assert "two nights please" in str(server.bodies[0])


@every_dialect
async def test_an_understudy_goes_on_when_the_vendor_breaks_off(dialect: Dialect) -> None:
    half = dialect.says("We have three rooms.")[:2]
    understudy = ScriptedLLM(replies=["Three rooms are free."])
    async with (
        vendor_server(cuts(half)) as server,
        call(desk([dialect.declare(server.url), understudy])) as rig,
    ):
        assert await rig.asks() == "Three rooms are free."
        failed = rig.fields("error")
    assert failed[0]["kind"] == "closed"


@every_dialect
async def test_a_wrong_key_is_asked_once_in_a_call(dialect: Dialect) -> None:
    understudy = ScriptedLLM(replies=["Three rooms are free."])
    async with vendor_server(refuses(401, {"message": "wrong key"})) as server:
        async with call(desk([dialect.declare(server.url), understudy])) as rig:
            for count in (1, 2):
                assert await rig.asks(answers=count) == "Three rooms are free."
            failed = rig.fields("error")
        assert len(server.exchanges) == 1
    assert [report["kind"] for report in failed] == ["misconfigured"]
    assert "wrong key" in failed[0]["message"]
