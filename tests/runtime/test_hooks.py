"""What may be declared as a hook, and what is told of what may not."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from actors.hooks import CallHooks, Hook
from runtime.agent import Agent
from runtime.agent_config import AgentConfig
from runtime.errors import UserError
from runtime.hooks import PARAMETERS, hook

FINAL = True


class Main(Agent):
    @hook("stt", deadline_s=0.5)
    async def spell(self, text: str, final: bool) -> str:  # noqa: FBT001 - a hook's signature
        return text.upper() if final else text

    @hook("llm")
    async def filter_text(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        async for text in texts:
            yield text

    def on_user_turn_end(self, text: str) -> str:
        return text.lower()


def declared(who: Agent) -> CallHooks:
    return AgentConfig.of(who).in_flow


async def test_hooks_are_methods_with_a_mark_or_of_a_certain_name() -> None:
    hooks = declared(Main())
    present = {name for name in PARAMETERS if getattr(hooks, name) is not None}
    assert present == {"stt", "llm", "user_turn_end"}
    assert isinstance(hooks.stt, Hook)
    assert (hooks.stt.deadline_s, await hooks.stt.run("two", FINAL)) == (0.5, "TWO")
    assert isinstance(hooks.user_turn_end, Hook)
    assert await hooks.user_turn_end.run("TWO") == "two"


async def test_a_hook_is_a_method_still_and_a_subclass_may_say_otherwise() -> None:
    class Other(Main):
        @hook("stt")
        async def spell(self, text: str, final: bool) -> str:  # noqa: FBT001 - a hook's signature
            return "other"

    assert await Main().spell("two", FINAL) == "TWO"
    assert await Other().spell("two", FINAL) == "other"
    heard = declared(Other()).stt
    assert heard is not None
    assert await heard.run("two", FINAL) == "other"


def test_every_call_has_hooks_of_its_own() -> None:
    first, second = declared(Main()).stt, declared(Main()).stt
    assert first is not None
    assert second is not None
    first.failures = 3
    assert not second.is_left_out


def broken(make: Callable[[], type[Agent]]) -> Agent:
    return make()()


def two_of_a_kind() -> type[Agent]:
    class Two(Main):
        @hook("user_turn_end")
        async def again(self, text: str) -> str:
            return text

    return Two


def too_few_parameters() -> type[Agent]:
    class Few(Agent):
        @hook("stt")
        async def spell(self, text: str) -> str:
            return text

    return Few


def no_stream() -> type[Agent]:
    class NoStream(Agent):
        @hook("llm")
        async def shout(self, text: str) -> str:
            return text.upper()

    return NoStream


def a_stream_elsewhere() -> type[Agent]:
    class Stream(Agent):
        @hook("tts")
        async def shout(self, text: str) -> AsyncIterator[str]:
            yield text

    return Stream


def no_method() -> type[Agent]:
    class NoMethod(Agent):
        on_agent_turn_end = 7

    return NoMethod


def a_slip() -> type[Agent]:
    class Slip(Agent):
        async def on_user_turn_ends(self, text: str) -> None:
            pass

    return Slip


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (two_of_a_kind, "Two.again: the hook user_turn_end is there already"),
        (too_few_parameters, "Few.spell: the hook stt is given 2 arguments besides self"),
        (no_stream, "NoStream.shout: the hook llm must be an async generator"),
        (a_stream_elsewhere, "Stream.shout: the hook tts must be no generator"),
        (no_method, "NoMethod.on_agent_turn_end must be a method"),
        (a_slip, "did you mean on_user_turn_end"),
    ],
)
def test_a_method_that_cannot_be_that_hook_is_told(
    make: Callable[[], type[Agent]], message: str
) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        declared(broken(make))


def test_an_unknown_hook_and_a_deadline_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no hook 'tss'; there are: stt"):
        hook(cast("Any", "tss"))
    with pytest.raises(ValueError, match="deadline_s must be positive"):
        hook("tts", deadline_s=0)
