import re
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from actors.ports import LanguageModel, Services
from actors.turn_taking.config import TurnTakingConfig
from providers import EnergyVAD, EspeakTTS, McpStdio, SileroVAD
from runtime.agent import Agent, AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.errors import UserError
from runtime.tools import function_tool


@dataclass(frozen=True)
class SomeModel:
    name: str = "some"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        raise NotImplementedError
        yield


@function_tool
def weather() -> str:
    """What the weather is like."""
    return "rain"


def plain(n: int) -> int:
    return n + 1


class Main(Agent):
    instructions = "Be kind."
    vad = SileroVAD()
    llm = (SomeModel("first"), "demo", SomeModel("second"))
    tts = "espeak/en-gb"
    turn_taking = TurnTakingConfig(queue_max=3)
    tools = (weather, plain)
    rooms = 12  # not ours, and like none of ours

    def __init__(self) -> None:
        self.guests = ["Ada"]

    @property
    def later(self) -> str:
        raise AssertionError("a declaration is read without running the user's properties")

    @function_tool
    async def guest(self) -> str:
        """Who is here."""
        return self.guests[0]

    @function_tool
    def thread(self) -> str:
        """Where this runs."""
        return threading.current_thread().name.split("_")[0]


def test_a_declaration_is_read_as_it_was_written() -> None:
    config = AgentConfig.of(Main())

    assert (config.name, config.instructions, config.language) == ("Main", "Be kind.", "en")
    assert config.vad == (SileroVAD(),)
    assert [provider.name for provider in config.llm] == ["first", "demo-brain", "second"]
    assert config.tts == (EspeakTTS(voice="en-gb"),)
    assert config.denoise == config.stt == config.turn_detector == ()
    assert config.turn_taking == TurnTakingConfig(queue_max=3)


async def test_methods_and_functions_are_tools() -> None:
    with ThreadPoolExecutor(1, thread_name_prefix="sync-tool") as executor:
        toolbox = AgentConfig.of(Main(), executor=executor).toolbox
        names = ["guest", "thread", "weather", "plain"]
        assert [schema.name for schema in toolbox.schemas] == names
        arguments = ["{}", "{}", "{}", '{"n": 1}']
        results = [await toolbox.call(*call) for call in zip(names, arguments, strict=True)]

    assert results == ["Ada", "sync-tool", "rain", "2"]


async def test_a_derived_agent_inherits_replaces_and_removes() -> None:
    class Night(Main):
        llm = SomeModel("night")
        thread = None  # pyright: ignore[reportAssignmentType]

        @function_tool
        async def guest(self) -> str:
            return "nobody"

    config = AgentConfig.of(Night())

    assert config.llm == (SomeModel("night"),)
    assert config.tts == (EspeakTTS(voice="en-gb"),)
    assert [schema.name for schema in config.toolbox.schemas] == ["guest", "weather", "plain"]
    assert await config.toolbox.call("guest", "{}") == "nobody"


def test_the_fields_of_an_instance_count() -> None:
    agent = Main()
    agent.instructions = "Be brief."
    agent.vad = [EnergyVAD(), SileroVAD()]

    config = AgentConfig.of(agent)

    assert config.instructions == "Be brief."
    assert config.vad == (EnergyVAD(), SileroVAD())


def test_an_agent_without_anything_is_an_agent() -> None:
    config = AgentConfig.of(Agent())

    assert config.llm == ()
    assert config.toolbox.schemas == ()


# ---------------------------------------------------------------- what is wrong


def declared(**fields: Any) -> Agent:
    return type("Main", (Agent,), fields)()


def make() -> SomeModel:
    return SomeModel()


async def take(n: int) -> int:
    return n


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt": (
        {"lmm": SomeModel()},
        "Main.lmm: no field of an agent; did you mean llm.* There are: .*",
    ),
    "misspelt text": ({"instruction": ""}, "Main.instruction: .*; did you mean instructions.*"),
    "no slot": ({"brain": SomeModel()}, "Main.brain: no field of an agent; there are: .*"),
    "a name in no slot": (
        {"asr": "openai"},
        "Main.asr: no field of an agent; there are: denoise, vad, .*, mcp_servers; call data .*",
    ),
    "a model in no slot": ({"brain": "openai/gpt-5"}, "Main.brain: no field .*"),
    "a list in no slot": ({"ears": [SomeModel(), "openai"]}, "Main.ears: no field .*"),
    "no model": ({"llm": "openai"}, "Main.llm: 'openai': write openai/MODEL"),
    "a slash, and no model": ({"llm": "openai/"}, "Main.llm: 'openai/': write openai/MODEL"),
    "misspelt hook": ({"on_entry": make}, "Main.on_entry: .*; did you mean on_enter.*"),
    "sync hook": ({"on_enter": make}, "Main.* must be a method with 'async def'"),
    "no text": ({"instructions": ["a"]}, r"Main.instructions must be a text, not \['a'\] \(list\)"),
    "no language": ({"language": None}, "Main.language must be a text such as 'en', not None .*"),
    "a class": ({"vad": SileroVAD}, r"Main.vad is the class SileroVAD; write SileroVAD\(...\)"),
    "no such way": (
        {"broken_speech": "again"},
        'Main.broken_speech must be "repeat" or "estimate", not \'again\'',
    ),
    "no limits": ({"promptness": 2.0}, "Main.promptness must be a Promptness, not 2.0 .*"),
    "no choice": ({"hot_stt": 2}, "Main.hot_stt must be True or False, not 2 .*"),
    "a number": ({"tts": 3}, r"Main.tts must be a provider, a name .*, not 3 \(int\)"),
    "a voice for a model": (
        {"llm": EspeakTTS()},
        "Main.llm: EspeakTTS opens a TextToSpeech, which is no LanguageModel; it is one for tts",
    ),
    "a model for a voice": (
        {"tts": [EspeakTTS(), SomeModel()]},
        "Main.tts: SomeModel opens a LanguageModel, which is no TextToSpeech; it is one for llm",
    ),
    "a model for a server": (
        {"mcp_servers": [SomeModel()]},
        "Main.mcp_servers: SomeModel opens a LanguageModel, .* no ToolServer; it is one for llm",
    ),
    "a server for a model": (
        {"llm": McpStdio(name="files", command="npx")},
        "Main.llm: McpStdio opens a ToolServer, .*; it is one for mcp_servers",
    ),
    "a class for a server": (
        {"mcp_servers": [McpStdio]},
        r"Main.mcp_servers is the class McpStdio; write McpStdio\(...\)",
    ),
    "a command for a server": (
        {"mcp_servers": ["npx"]},
        r"Main.mcp_servers must hold servers such as McpStdio.*, not 'npx' \(str\)",
    ),
    "no list of servers": ({"mcp_servers": "npx"}, "Main.mcp_servers must be a list, not 'npx' .*"),
    "too little": (
        {"hedge_after_s": -1},
        r"Main.hedge_after_s must be a positive number of seconds or None, not -1 \(int\)",
    ),
    "no seconds": ({"hedge_after_s": "1 s"}, "Main.hedge_after_s must be a positive number .*"),
    "in a list": ({"llm": [SomeModel(), None]}, "Main.llm must be a provider, .*, not None .*"),
    "a function": ({"llm": make}, "Main.llm must be a provider, .*"),
    "no options": (
        {"turn_taking": {"queue": 1}},
        "Main.turn_taking must be a TurnTakingConfig, .*",
    ),
    "one tool": ({"tools": weather}, "Main.tools must be a list of functions, not .*"),
    "no tool": ({"tools": ["weather"]}, "Main.tools may hold functions only, not 'weather' .*"),
    "no self": ({"f": function_tool(make)}, "Main: tool make: its signature cannot be read: .*"),
    "twice": ({"tools": [take, take]}, "Main: two tools are called take; rename one of them"),
    "no name for a model": (
        {"tools": [lambda: "rain"]},
        "Main: the tool '<lambda>' needs a name of 1 to 64 of A-Z a-z 0-9 _ -, .*: name=...",
    ),
    "a long value": ({"turn_taking": "x" * 99}, r"Main.turn_taking must .*, not 'x{79} \(str\)"),
    "no name": ({"llm": "gpt"}, r"Main.llm: there is no provider 'gpt' for llm \(known: demo.*\)"),
    "close name": ({"tts": "espeek"}, r"Main.tts: .*; did you mean 'espeak'\? \(known: .*"),
    "other slot": ({"tts": "silero"}, "Main.tts: there is no .* for tts; it is one for vad"),
    "no option": ({"vad": "silero/fast"}, "Main.vad: 'silero/fast': write silero"),
    "half a name": ({"tts": "espeak/"}, r"Main.tts: 'espeak/': write espeak\[/VOICE\]"),
}


@pytest.mark.parametrize(("fields", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_declaration_is_told_in_one_line(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError) as refused:
        AgentConfig.of(declared(**fields))

    assert re.fullmatch(complaint, str(refused.value))


def test_seconds_may_be_a_whole_number() -> None:
    assert AgentConfig.of(declared(hedge_after_s=2)).hedge_after_s == 2.0


@pytest.mark.parametrize("name", ["rooms", "hotel", "_lmm", "guests"])
@pytest.mark.parametrize("value", [12, "Ritz", "a/b", "openai/", [], ["Ada", "openai"]])
def test_an_agent_may_have_fields_of_its_own(name: str, value: object) -> None:
    AgentConfig.of(declared(**{name: value}))


class SomeVoice:
    """Like a voice, without a word of the ports."""

    sample_rate_hz: int

    def synthesize(self, request: object) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Annotated:
    """A provider whose `open` is annotated so."""

    returned: object
    name: str = "annotated"

    @property
    def open(self) -> Callable[[Services], Any]:
        def open_it(services: Services) -> Any:
            raise NotImplementedError

        open_it.__annotations__["return"] = self.returned
        return open_it


@pytest.mark.parametrize(
    "returned",
    [Any, object, "Unheard[Of]", AsyncGenerator[Any], AsyncGenerator[SomeVoice]],
    ids=str,
)
def test_a_provider_that_may_fit_is_believed(returned: object) -> None:
    provider = Annotated(returned)

    assert AgentConfig.of(declared(tts=provider)).tts == (provider,)


# ---------------------------------------------------------------- targets


def make_main() -> Main:
    return Main()


def test_a_call_gets_an_agent_of_its_own() -> None:
    instance = Main()
    targets: list[AgentTarget] = [Main, instance, make_main]

    for target in targets:
        first, second = instantiate(target), instantiate(target)
        assert isinstance(first, Main)
        assert first is not second
        assert first is not instance


def test_a_copied_instance_keeps_its_fields_and_shares_no_session() -> None:
    instance = Main()
    instance.language = "de"

    first, second = instantiate(instance), instantiate(instance)
    vars(first)["session"] = "the first call"

    assert first.language == second.language == "de"
    assert "session" not in vars(second)


class WithArguments(Agent):
    def __init__(self, hotel: str) -> None:
        self.hotel = hotel


def test_a_factory_gives_arguments() -> None:
    agent = instantiate(lambda: WithArguments("Ritz"))

    assert isinstance(agent, WithArguments)
    assert agent.hotel == "Ritz"


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        (WithArguments, "WithArguments cannot be called without arguments .*hotel.*"),
        (dict, "the class dict is not an agent: derive it from runtime.Agent"),
        (make, "make returned SomeModel.*, not an agent"),
        (3, "3 of type int is not an agent: give a class derived from Agent"),
    ],
)
def test_what_is_no_agent_is_refused_in_one_line(
    target: Callable[[], Agent], complaint: str
) -> None:
    with pytest.raises(UserError) as refused:
        instantiate(target)

    assert re.fullmatch(complaint, str(refused.value))


def test_what_a_constructor_raises_comes_through() -> None:
    def broken() -> Agent:
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError, match="no database"):
        instantiate(broken)
