"""A test of an agent whose vendors are real: the same script, with words that really sound."""

from typing import Any

import pytest
from pydantic import SecretStr

from providers.openai.stt import OpenAISTT
from providers.openai.tts import OpenAITTS
from providers.scripted_tts import tone
from runtime.agent import Agent
from runtime.testing import simulate
from runtime.testing.call import SimulatedCall
from runtime.testing.caller import SimulatedCaller
from tests.vendors import fake_chat
from tests.vendors.http_server import VendorServer, streams, vendor_server
from tests.vendors.test_openai_stt import fields, hears, seconds_of

ASKED, ANSWERED = "two nights please", "We have three rooms for two nights."
VOICE_HZ = 24_000


async def a_script(call: SimulatedCall) -> None:
    await call.user_says(ASKED)
    await call.agent_says(contains="three rooms")


def at(server: VendorServer, **options: Any) -> dict[str, Any]:
    return {"base_url": f"{server.url}/v1", "api_key": SecretStr("sk-1"), **options}


class Desk(Agent):
    """A front desk whose vendors all need a key."""

    llm = "openai/gpt-test"
    vad = "energy"
    stt = "openai/stt-test"
    tts = "openai/tts-test"


async def test_a_script_holds_with_simulated_vendors() -> None:
    async with simulate(Desk, llm=[ANSWERED]) as call:
        await a_script(call)


@pytest.mark.slow
async def test_the_same_script_holds_with_the_agents_own_vendors() -> None:
    says = [tone(VOICE_HZ, 2000)]
    async with (
        vendor_server(hears(ASKED)) as ears,
        vendor_server(streams(fake_chat.says(ANSWERED))) as mind,
        vendor_server(streams(says, "audio/pcm")) as voice,
    ):
        desk = Desk()
        desk.stt, desk.tts = OpenAISTT(**at(ears)), OpenAITTS(**at(voice))
        desk.llm = fake_chat.declare(mind.url)
        async with simulate(desk, real={"stt", "llm", "tts"}) as call:
            await a_script(call)
            await call.quiet()
            assert isinstance(call.line, SimulatedCaller)
            assert any(any(sound.pcm) for sound in call.line.heard)
        (heard,) = ears.exchanges
        assert seconds_of(fields(heard)["file"]) > 0.5
        assert ASKED in str(mind.bodies)
        assert ANSWERED in str(voice.bodies)
