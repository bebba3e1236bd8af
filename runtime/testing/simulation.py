"""`simulate`: an agent in a whole call, with a simulated caller and scripted vendors."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.audio import CALLER_RATE_HZ
from actors.ports import Provider, Services, Transport
from actors.turn_taking import SpeculationConfig, SpeculationMode, TurnTakingConfig
from providers.config import ProviderConfig
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent, AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.config import Settings, environment
from runtime.errors import UserError
from runtime.testing.call import Judge, SimulatedCall, UserSide
from runtime.testing.caller import FRAME_S, SimulatedCaller
from runtime.testing.ear import Ear
from runtime.testing.ears import CallerSTT, CallerVAD
from runtime.testing.scripts import ModelScript, as_model, unplayed, with_mocks
from runtime.testing.voice import SpokenCaller
from runtime.worker import Worker
from transports.loopback import LoopbackTransport
from transports.text_line import TextCaller, TextTransport

ROOM = "simulation"
LONGEST_S = 600.0
SLOTS = ("stt", "llm", "tts")

real_slots: ContextVar[frozenset[str]] = ContextVar("real_slots", default=frozenset())
"""The slots that keep the agent's own vendors where a test says nothing: ``pytest --real=llm``."""


@asynccontextmanager
async def simulate(  # noqa: PLR0913 - the surroundings of an agent, each by name
    agent: AgentTarget,
    *,
    llm: ModelScript | None = None,
    tools: Mapping[str, object] | None = None,
    text: bool = False,
    real: str | Collection[str] | None = None,
    judge: Judge | None = None,
    may_fail: bool = False,
    userdata: object = None,
) -> AsyncGenerator[SimulatedCall]:
    """Hold a call with an agent: its own code and the real actors, a caller who does as told.

    The caller's words, their recognition and the agent's voice are simulated; the agent's language
    model is its own if it needs no key. Leaving the block hangs up.

    Args:
        agent: what is to be tested: a class, an instance or a factory.
        llm: the model's replies, one for each request, each a text, a `tool_call` or a list of
            steps (see `providers.ScriptedLLM`); all must be asked for. Or a provider.
        tools: mocks: by the tool's name what it returns, or a function called in its place.
        text: the caller writes and reads; nothing sounds.
        real: slots (of stt, llm, tts), or one of them, that keep the agent's own vendors, with keys
            from the environment and ``.env``; ``llm`` is then not played. None: as ``pytest
            --real`` says.
        judge: says what is wrong with a conversation: for `SimulatedCall.agent_does`.
        may_fail: whether `error` events are part of the test; else they fail it.
        userdata: what the agent finds in ``session.userdata(Kind)``.

    Raises:
        UserError: the agent's declaration is wrong, or it needs a key.
        AssertionError: at the end: an ``await`` is missing, replies of the script were left over
            or missing, or something of the agent failed.
    """
    named = (real,) if isinstance(real, str) else real
    slots = real_slots.get() if named is None else frozenset(named)
    if unknown := slots - set(SLOTS):
        raise UserError(f"real={sorted(unknown)}: choose of {', '.join(SLOTS)}")
    casting = _Casting(agent, llm, tools or {}, text=text, real=slots)
    settings = Settings.from_environment(environment(Path.cwd())) if slots else Settings()
    async with Worker(casting.agent, settings=settings) as worker:
        heard = Ear()
        await worker.subscribe(heard.take)
        room = worker.open_room(ROOM, casting.transport, userdata=userdata, in_writing=text)
        job = await room
        call = SimulatedCall(job, casting.user(job.call.services), casting.line, heard, judge)
        async with asyncio.timeout(LONGEST_S):
            yield call
    if forgotten := call.promises.forgotten():
        raise AssertionError(forgotten)
    casting.check_played()
    if call.errors and not may_fail:
        raise AssertionError(f"something failed in the call: {call.errors}")


class _Casting:
    """Who plays in one simulated call."""

    def __init__(
        self,
        agent: AgentTarget,
        llm: ModelScript | None,
        tools: Mapping[str, object],
        *,
        text: bool,
        real: frozenset[str],
    ) -> None:
        voice = SimulatedCaller()
        self.line: SimulatedCaller | TextCaller = voice
        self.transport: Transport = LoopbackTransport(voice)
        if text:
            self.line = writer = TextCaller()
            self.transport = TextTransport(writer)
        self._real = real
        self._model = as_model(llm) if llm is not None and "llm" not in real else None
        made = instantiate(agent)
        self.agent = with_mocks(made, tools) if tools else made
        self._cast(self.agent, voice)

    def _cast(self, agent: Agent, voice: SimulatedCaller) -> None:
        if self._model is not None:
            agent.llm = self._model
            if agent.turn_taking is None:  # a speculation would use up a reply
                quiet = SpeculationConfig(mode=SpeculationMode.OFF)
                agent.turn_taking = TurnTakingConfig(speculation=quiet)
        elif "llm" not in self._real:
            _check_keyless(AgentConfig.of(agent))
        if "stt" not in self._real:
            agent.denoise, agent.vad = None, CallerVAD()
            agent.stt = CallerSTT(voice)
        if "tts" not in self._real and agent.tts is not None:
            agent.tts = ScriptedTTS(sample_rate_hz=CALLER_RATE_HZ)
        detectors = AgentConfig.of(agent).turn_detector
        if any(needs_something(detector) for detector in detectors):
            agent.turn_detector = None

    def user(self, services: Services) -> UserSide:
        if isinstance(self.line, TextCaller):
            return _Writes(self.line)
        return SpokenCaller(self.line, services) if "stt" in self._real else _Speaks(self.line)

    def check_played(self) -> None:
        if self._model is not None:
            wrong = unplayed(self._model)
            if wrong is not None:
                raise AssertionError(wrong)


def needs_something(provider: Provider[Any]) -> bool:
    """Tell whether a provider says that it needs a key or a library."""
    needs = provider.needs() if isinstance(provider, ProviderConfig) else None
    return needs is not None and bool(needs.secrets or needs.libraries)


def _check_keyless(config: AgentConfig) -> None:
    for model in config.llm:
        if isinstance(model, ProviderConfig) and model.needs().secrets:
            keys = ", ".join(model.needs().secrets)
            raise UserError(
                f"{config.name}.llm ({model.name}) needs {keys}: give simulate(…, llm=[…]) its "
                "replies, or let it speak for itself with real={'llm'}"
            )


@dataclass(frozen=True, slots=True)
class _Speaks:
    line: SimulatedCaller

    async def say(self, text: str, seconds: float | None) -> None:
        await asyncio.sleep(self.line.say(text, seconds=seconds) + FRAME_S)


@dataclass(frozen=True, slots=True)
class _Writes:
    line: TextCaller

    async def say(self, text: str, seconds: float | None) -> None:
        self.line.write(text)
        await asyncio.sleep(FRAME_S)
