"""One agent hands the call over to another: nothing is said twice, and nothing is lost."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from actors.conversation import ToolCall, ToolOutput
from providers.scripted_llm import ScriptedLLM
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from runtime.errors import UserError
from runtime.hooks import hook
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call

TO_BILLING = ToolCall(call_id="c1", name="to_billing", arguments="{}")
LOG: list[str] = []


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    LOG.clear()


class Billing(Agent):
    """Takes over, and answers by itself."""

    instructions = "You are billing."

    @function_tool
    async def balance(self) -> str | Agent:
        """Look up the balance."""
        return "12 euros"

    async def on_exit(self) -> None:
        LOG.append("billing exits")


class Greeting(Billing):
    """Takes over with a greeting of its own."""

    async def on_enter(self) -> None:
        LOG.append("billing enters")
        await self.session.say("Billing, good evening.")


class Desk(Agent):
    """Hands the call over by a tool."""

    instructions = "You are the front desk."
    next_agent: type[Agent] = Billing

    @function_tool
    async def to_billing(self) -> Agent | tuple[Agent, str] | str:
        """Pass the caller on to billing."""
        return self.next_agent()

    async def on_exit(self) -> None:
        LOG.append("desk exits")


def desk(replies: Sequence[Any], *, to: type[Agent] = Billing, kind: type[Desk] = Desk) -> Desk:
    scripted, made = agent(), kind()
    vars(made).update(vad=scripted.vad, stt=scripted.stt, tts=scripted.tts)
    made.llm = ScriptedLLM(replies=replies)
    made.next_agent = to
    return made


def requests(who: Agent) -> list[Any]:
    assert isinstance(who.llm, ScriptedLLM)
    return who.llm.record.requests


def spoken(who: Agent) -> list[Any]:
    assert isinstance(who.tts, ScriptedTTS)
    return who.tts.record.requests


async def outputs(rig: Rig) -> list[ToolOutput]:
    items = await rig.job.session.conversation()
    return [item for item in items if isinstance(item, ToolOutput)]


async def test_an_agent_without_a_greeting_answers_what_the_caller_had_asked() -> None:
    who = desk([["One moment. ", TO_BILLING], "You owe nothing.", "Good bye."])
    async with call(who) as rig:
        assert await rig.asks() == "One moment."
        assert (await rig.until("agent_transcript", count=2))["text"] == "You owe nothing."
        (output,) = await outputs(rig)
        assert (output.output, output.is_error) == ("Billing has taken over the call", False)
        assert await rig.asks(answers=3) == "Good bye."
        assert (
            rig.fields("agent_changed")[0] | {"from": "Desk", "to": "Billing"}
            == rig.fields("agent_changed")[0]
        )
    assert [request.instructions for request in requests(who)] == [
        "You are the front desk.",
        "You are billing.",
        "You are billing.",
    ]
    assert [tool.name for tool in requests(who)[1].tools] == ["balance"]
    assert LOG == ["desk exits", "billing exits"]


async def test_an_agent_with_a_greeting_says_that_and_nothing_else() -> None:
    who = desk([[TO_BILLING], "Never said."], to=Greeting)
    async with call(who) as rig:
        assert await rig.asks() == "Billing, good evening."
        await asyncio.sleep(10)
        assert len(rig.named("agent_transcript")) == 1
    assert len(requests(who)) == 1
    assert LOG == ["desk exits", "billing enters", "billing exits"]


async def test_tools_of_the_new_agent_work_and_those_of_the_old_are_gone() -> None:
    balance = ToolCall(call_id="c2", name="balance", arguments="{}")
    again = ToolCall(call_id="c3", name="to_billing", arguments="{}")
    async with call(desk([[TO_BILLING], [balance, again], "Twelve euros."])) as rig:
        assert await rig.asks() == "Twelve euros."
        assert [output.output for output in await outputs(rig)][1:] == [
            "12 euros",
            "there is no tool to_billing; the tools are: balance",
        ]


async def test_a_tool_may_tell_the_model_what_it_did() -> None:
    class Telling(Desk):
        """Says why."""

        @function_tool
        async def to_billing(self) -> tuple[Agent, str]:
            """Pass the caller on."""
            return Billing(), "the caller's name is Ada"

    async with call(desk([[TO_BILLING], "Hello Ada."], kind=Telling)) as rig:
        assert await rig.asks() == "Hello Ada."
        assert (await outputs(rig))[0].output == "the caller's name is Ada"


async def test_in_a_tool_the_session_hands_over_once_the_tool_has_returned() -> None:
    class Asking(Desk):
        """Uses the session."""

        @function_tool
        async def to_billing(self) -> str:
            """Pass the caller on."""
            self.session.hand_over(Billing())
            self.session.say("I am putting you through.")
            return "done"

    who = desk([[TO_BILLING], "You owe nothing."], kind=Asking)
    async with call(who) as rig:
        assert await rig.asks() == "I am putting you through."
        assert (await rig.until("agent_transcript", count=2))["text"] == "You owe nothing."
    assert len(requests(who)) == 2


async def test_code_outside_hands_over_while_nobody_speaks() -> None:
    who = desk(["Hello.", "Never said."])
    async with call(who) as rig:
        await rig.asks()
        rig.job.session.hand_over(Greeting())
        assert (await rig.until("agent_transcript", count=2))["text"] == "Billing, good evening."


async def test_a_caller_who_speaks_first_is_answered_once_by_the_new_agent() -> None:
    who = desk([["One moment please, I am looking. ", TO_BILLING], "You owe nothing.", "Never."])
    async with call(who) as rig:
        await rig.says()
        await rig.until("agent_changed")
        await rig.says()
        await rig.until("agent_transcript", count=2)
        await asyncio.sleep(10)
    assert [request.instructions for request in requests(who)[1:]] == ["You are billing."]


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("whole", ["two nights please", "We have rooms.", "thank you"]),
        ("fresh", ["thank you"]),
        ("summary", ["The caller wants a room.", "thank you"]),
    ],
)
async def test_the_conversation_is_carried_over_as_asked(how: Any, shown: list[str]) -> None:
    class Choosing(Desk):
        """Chooses what is carried over."""

        @function_tool
        async def to_billing(self) -> str:
            """Pass the caller on."""
            self.session.hand_over(Billing(), conversation=how)
            return "done"

    replies: list[Any] = ["We have rooms.", [TO_BILLING], "You owe nothing."]
    if how == "summary":
        replies.insert(2, "The caller wants a room.")
    who = desk(replies, kind=Choosing)
    async with call(who) as rig:
        await rig.asks()
        assert await rig.asks(answers=2) == "You owe nothing."
        assert len(await rig.said()) == 4  # the conversation itself stays whole
    items = requests(who)[-1].items
    assert [item.text for item in items if not isinstance(item, ToolCall | ToolOutput)] == shown


async def test_a_summary_that_fails_costs_neither_the_call_nor_the_hand_over() -> None:
    class Choosing(Desk):
        """Wants a summary."""

        @function_tool
        async def to_billing(self) -> str:
            """Pass the caller on."""
            self.session.hand_over(Billing(), conversation="summary")
            return "done"

    replies = ["We have rooms.", [TO_BILLING], ValueError("no"), "You owe nothing."]
    async with call(desk(replies, kind=Choosing)) as rig:
        await rig.asks()
        assert await rig.asks(answers=2) == "You owe nothing."
        assert rig.fields("error")[0]["where"] == "recap"


async def test_each_sentence_is_spoken_in_the_voice_of_its_agent() -> None:
    class Ada(Desk):
        """Has a voice, and a farewell."""

        voice = "ada"

        async def on_exit(self) -> None:
            self.session.say("I leave you to Bob.")

    class Bob(Billing):
        """Has another one."""

        voice = "bob"
        language = "de"

    who = desk([["One moment. ", TO_BILLING], "Hello."], to=Bob, kind=Ada)
    async with call(who) as rig:
        await rig.asks()
        await rig.until("agent_transcript", count=3)
    assert [(each.text.strip(), each.voice, each.language) for each in spoken(who)][:3] == [
        ("One moment.", "ada", "en"),
        ("I leave you to Bob.", "ada", "en"),
        ("Hello.", "bob", "de"),
    ]


async def test_hooks_are_those_of_whoever_is_on_stage() -> None:
    class Shouting(Billing):
        """Changes what it says."""

        @hook("tts")
        async def louder(self, text: str) -> str:
            return text.upper()

    who = desk([["One moment. ", TO_BILLING], "Hello."], to=Shouting)
    async with call(who) as rig:
        await rig.asks()
        await rig.until("agent_transcript", count=2)
    assert [each.text.strip() for each in spoken(who)] == ["One moment.", "HELLO."]


async def test_what_belongs_to_the_call_cannot_be_changed_and_one_line_says_so() -> None:
    class Foreign(Billing):
        """Brings its own model."""

        llm = ScriptedLLM(replies=["Mine."])

    async with call(desk([[TO_BILLING], "I could not."], to=Foreign)) as rig:
        assert await rig.asks() == "I could not."
        (output,) = await outputs(rig)
        assert output.is_error
        assert output.output == (
            "UserError: Foreign.llm: an agent that takes over a call keeps the call's own; "
            "leave it out, or declare what the call has"
        )
        assert not rig.named("agent_changed")
        with pytest.raises(UserError, match="is not an agent: give a class derived from Agent"):
            rig.job.session.hand_over(3)  # pyright: ignore[reportArgumentType]


async def test_what_an_agent_that_takes_over_must_declare_is_what_the_call_has_by_now() -> None:
    began, now = ScriptedLLM(name="began"), ScriptedLLM(name="now", replies=["Yes."])

    class Outdated(Billing):
        """Declares the model with which the call began."""

        llm = began

    class Current(Billing):
        """Declares the model that has come since."""

        llm = now

    async with call(agent(llm=began)) as rig:
        session = rig.job.session
        await session.change_component(llm=now)
        with pytest.raises(UserError, match="Outdated"):
            session.hand_over(Outdated)
        session.hand_over(Current)
        await rig.until("agent_changed")
        await session.change_pipeline(llm=began)
        session.hand_over(Outdated)
        await rig.until("agent_changed", count=2)


class ByClass(Desk):
    """Names who takes over, and does not make it."""

    @function_tool
    async def to_billing(self) -> type[Agent] | tuple[type[Agent], str]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Pass the caller on to billing."""
        return self.next_agent


class ByClassInWords(Desk):
    """As `ByClass`, and tells the model of it."""

    @function_tool
    async def to_billing(self) -> type[Agent] | tuple[type[Agent], str]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Pass the caller on to billing."""
        return self.next_agent, "passed on"


@pytest.mark.parametrize(
    ("kind", "told"),
    [(ByClass, "Billing has taken over the call"), (ByClassInWords, "passed on")],
)
async def test_a_tool_may_return_the_class_of_who_takes_over(kind: type[Desk], told: str) -> None:
    who = desk([["One moment. ", TO_BILLING], "You owe nothing."], kind=kind)
    async with call(who) as rig:
        assert await rig.asks() == "One moment."
        assert (await rig.until("agent_transcript", count=2))["text"] == "You owe nothing."
        assert [output.output for output in await outputs(rig)] == [told]


async def test_code_elsewhere_may_hand_over_to_a_class() -> None:
    who = desk(["You owe nothing."])
    async with call(who) as rig:
        rig.job.session.hand_over(Billing)
        assert (await rig.until("agent_changed"))["to"] == "Billing"


async def test_a_safe_tool_cannot_hand_over_because_its_turn_may_come_to_nothing() -> None:
    class Rash(Desk):
        """Declares wrongly."""

        @function_tool(safe=True)
        async def to_billing(self) -> Agent:
            """Pass the caller on."""
            return Billing()

    async with call(desk([[TO_BILLING], "I could not."], kind=Rash)) as rig:
        assert await rig.asks() == "I could not."
        assert "safe=True" in (await outputs(rig))[0].output


async def test_of_two_that_take_over_in_one_reply_the_first_does() -> None:
    twice = ToolCall(call_id="c2", name="to_billing", arguments='{"x": 1}')

    class Twice(Desk):
        """Takes an argument."""

        @function_tool
        async def to_billing(self, x: int = 0) -> Agent:
            """Pass the caller on."""
            return Billing()

    async with call(desk([[TO_BILLING, twice], "Hello."], kind=Twice)) as rig:
        assert await rig.asks() == "Hello."
        assert len(rig.named("agent_changed")) == 1
        assert [output.is_error for output in await outputs(rig)] == [False, True]


@pytest.mark.parametrize("stage", ["session", "llm", "tts", "audio_track", "tools"])
@pytest.mark.parametrize("moment", ["tool_called", "agent_changed"])
async def test_a_crash_during_the_hand_over_costs_none_of_it(stage: str, moment: str) -> None:
    who = desk([["One moment. ", TO_BILLING], "You owe nothing.", "Good bye."])
    async with call(who) as rig:
        await rig.says()
        await rig.until(moment)
        if (stage, moment) != ("tools", "tool_called"):  # that kills the tool itself
            getattr(rig.job.call.addresses, stage).kill()
        assert (await rig.until("agent_transcript", count=2))["text"] == "You owe nothing."
        assert await rig.asks(answers=3) == "Good bye."
        assert len(await outputs(rig)) == len(rig.named("agent_changed")) == 1
    assert [request.instructions for request in requests(who)][1:] == ["You are billing."] * 2


async def test_a_call_that_ends_in_the_middle_asks_only_the_one_who_leaves_for_a_goodbye() -> None:
    class Slow(Desk):
        """Takes its time to leave."""

        async def on_exit(self) -> None:
            await asyncio.sleep(2)
            LOG.append("desk exits")

    async with call(desk([[TO_BILLING], "Never said."], to=Greeting, kind=Slow)) as rig:
        await rig.says()
        await rig.until("agent_changed")
        rig.job.session.hangup("enough")
        assert await rig.job.closed() == "enough"
    assert LOG == ["desk exits"]


async def test_the_call_is_not_over_before_the_new_agent_has_spoken() -> None:
    class Slow(Desk):
        """Takes its time to leave."""

        async def on_exit(self) -> None:
            await asyncio.sleep(2)

    async with call(desk([[TO_BILLING], "You owe nothing."], kind=Slow)) as rig:
        await rig.says()
        rig.caller.finish()
        assert await rig.job.closed() == "the caller has finished"
        assert rig.fields("agent_transcript")[-1]["text"] == "You owe nothing."


async def test_the_first_agent_can_come_back() -> None:
    class Back(Billing):
        """Gives the call back."""

        @function_tool
        async def balance(self) -> Agent:
            """Give it back."""
            return self.session.userdata(Desk)

    back = ToolCall(call_id="c2", name="balance", arguments="{}")
    who = desk([[TO_BILLING], [back], "Here I am again."], to=Back)
    async with call(who, userdata=who) as rig:
        assert await rig.asks() == "Here I am again."
        assert [each["to"] for each in rig.fields("agent_changed")] == ["Back", "Desk"]
    assert requests(who)[-1].instructions == "You are the front desk."
