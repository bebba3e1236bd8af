"""A summary stands for what was said long ago."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.chat_capabilities import ChatCapabilities
from actors.conversation import (
    Conversation,
    Item,
    Message,
    Summary,
    ToolCall,
    ToolOutput,
    summary_plan,
)
from actors.session.summary import summarise, summarised
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    FailureKind,
    ProviderError,
    TextDelta,
    Usage,
)
from tests.conversation.talk import answered, calls, talks

TURNS = st.integers(1, 4)


class Writer:
    """A language model that answers as it is told, and remembers what it was asked."""

    capabilities = ChatCapabilities()

    def __init__(self, *events: ChatEvent) -> None:
        self.events = events or (TextDelta(" They "), TextDelta("talked."), Usage(9, 3), ChatDone())
        self.asked: list[ChatRequest] = []

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        self.asked.append(request)
        for event in self.events:
            await asyncio.sleep(0)
            yield event


def turns(number: int) -> Conversation:
    said = [
        (Message(role="user", text=f"q{n}"), Message(role="assistant", text=f"a{n}"))
        for n in range(number)
    ]
    return Conversation(tuple(message for turn in said for message in turn))


def texts(items: Sequence[Item] | Conversation) -> list[str]:
    return [item.text for item in items if isinstance(item, Message)]


@given(talks(), TURNS)
def test_a_plan_divides_the_items_and_loses_none(talk: Conversation, keep: int) -> None:
    old, rest = summary_plan(talk.items, keep)
    assert sorted([*old, *rest], key=talk.items.index) == list(talk)
    assert list(old) == [item for item in talk if item in old]
    assert list(rest) == [item for item in talk if item in rest]


@given(talks(), TURNS)
def test_a_plan_keeps_the_last_turns_and_every_system_message(
    talk: Conversation, keep: int
) -> None:
    def asked(items: Sequence[Item]) -> list[Item]:
        return [item for item in items if isinstance(item, Message) and item.role == "user"]

    old, rest = summary_plan(talk.items, keep)
    assert asked(rest)[-keep:] == asked(talk.items)[-keep:]
    assert not [item for item in old if isinstance(item, Message) and item.role == "system"]
    if old:
        assert len(asked(rest)) == keep


@given(talks(), TURNS)
def test_a_plan_never_separates_a_call_from_its_output(talk: Conversation, keep: int) -> None:
    for part in summary_plan(talk.items, keep):
        assert answered(part) <= calls(part)


def test_there_is_nothing_to_plan_in_a_short_conversation() -> None:
    talk = turns(3)
    assert summary_plan(talk.items, 3) == ((), talk.items)
    assert summary_plan((), 3) == ((), ())


def test_a_plan_keeps_at_least_the_present_turn() -> None:
    with pytest.raises(ValueError, match="at least 1 turn"):
        summary_plan((), 0)


def test_tools_whose_output_came_later_are_not_summarised() -> None:
    call = ToolCall(call_id="1", name="slow", arguments="{}")
    output = ToolOutput(call_id="1", name="slow", output="done")
    first, second = (Message(role="user", text=text) for text in ("go", "there?"))
    assert summary_plan((first, call, second, output), 1) == ((first,), (call, second, output))


async def test_all_but_the_last_turns_becomes_one_message() -> None:
    talk = turns(5).with_system("Be kind.")
    short = await summarised(talk, Writer(), keep_turns=2)
    assert texts(short) == ["Be kind.", "They talked.", "q3", "a3", "q4", "a4"]
    assert [item.is_summary for item in short if isinstance(item, Message)][:3] == [0, 1, 0]


async def test_the_model_reads_the_old_part_as_material_of_the_caller() -> None:
    writer = Writer()
    await summarise(turns(4), writer, keep_turns=3, language="hi")
    (request,) = writer.asked
    assert texts(request.items) == ["Caller: q0\nAgent: a0\n"]
    assert "Summarise" in request.instructions
    assert (request.tools, request.language) == ((), "hi")


async def test_nothing_is_asked_where_there_is_nothing_to_summarise() -> None:
    writer, talk = Writer(), turns(3)
    assert await summarised(talk, writer) is talk
    assert not writer.asked


async def test_a_summary_carries_over_the_one_before_it() -> None:
    talk = turns(4)
    first = await summarise(talk, Writer(), keep_turns=2)
    assert first is not None
    assert await summarise(talk, Writer(), previous=first, keep_turns=2) is None
    longer = talk.with_items(*turns(2))
    writer = Writer(TextDelta("More."), ChatDone())
    second = await summarise(longer, writer, previous=first, keep_turns=2)
    assert second is not None
    (prompt,) = texts(writer.asked[0].items)
    assert prompt.startswith("Summary: They talked.\nCaller: q2\n")
    assert texts(longer.with_summary(second)) == ["More.", "q0", "a0", "q1", "a1"]


def test_a_summary_of_what_is_not_there_changes_nothing() -> None:
    talk = turns(2)
    assert talk.with_summary(Summary(text="x", covers=frozenset({"other"}))) == talk


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ((TextDelta("half"),), FailureKind.CLOSED),
        ((TextDelta(" \n"), ChatDone()), FailureKind.EMPTY),
    ],
)
async def test_a_summary_that_is_none_is_a_failure_of_the_model(
    events: tuple[ChatEvent, ...], kind: FailureKind
) -> None:
    with pytest.raises(ProviderError) as caught:
        await summarise(turns(4), Writer(*events))
    assert caught.value.kind is kind
