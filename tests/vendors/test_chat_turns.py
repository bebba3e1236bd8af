"""Any conversation becomes one that every vendor accepts."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.conversation import ImagePart, Item, Message, ToolCall, ToolOutput
from actors.vendor import ChatRequest
from providers.anthropic.messages import arguments_object, message_turns
from providers.chat_turns import Said, ToolRound, split_system, turns, wire_id
from providers.openai.chat import chat_messages
from providers.openai.responses import response_input
from providers.vendor_data import given_back, kept
from tests.vendors.fake_chat import REQUEST as CHAT
from tests.vendors.fake_claude import REQUEST as CLAUDE
from tests.vendors.fake_responses import REQUEST as RESPONSES
from tests.vendors.sdk_types import check_request

CALL_IDS = st.sampled_from(["a", "b", "call/0", "x" * 60])
IMAGES = st.lists(
    st.sampled_from(
        [
            ImagePart(data=b"1", mime="image/png"),
            ImagePart(url="https://x.test/a.png", detail="low"),
        ]
    ),
    max_size=2,
).map(tuple)
MESSAGES = st.builds(
    Message,
    role=st.sampled_from(["user", "assistant", "system"]),
    text=st.sampled_from(["", " ", "Yes.", "Two nights."]),
    images=IMAGES,
)
CALLS = st.builds(
    ToolCall,
    call_id=CALL_IDS,
    name=st.just("rooms"),
    arguments=st.sampled_from(["{}", "", "[1]", '{"n": 2}', '{"n"']),
)
OUTPUTS = st.builds(
    ToolOutput,
    call_id=CALL_IDS,
    name=st.just("rooms"),
    output=st.sampled_from(["", "3 rooms"]),
    is_error=st.booleans(),
)
ITEMS: st.SearchStrategy[list[Item]] = st.lists(st.one_of(MESSAGES, CALLS, OUTPUTS), max_size=12)


@settings(max_examples=40)
@given(ITEMS)
def test_each_call_that_is_told_has_one_output_and_two_neighbours_never_say_the_same_role(
    items: list[Item],
) -> None:
    told = turns(items)
    for turn in told:
        if isinstance(turn, ToolRound):
            assert all(call.call_id == output.call_id for call, output in turn.calls)
    for one, other in pairwise(told):
        assert not (isinstance(one, Said) and isinstance(other, Said) and one.role == other.role)
    pairs = [pair for turn in told if isinstance(turn, ToolRound) for pair in turn.calls]
    assert len({call.id for call, _ in pairs}) == len({out.id for _, out in pairs}) == len(pairs)


@settings(max_examples=40)
@given(ITEMS, st.sampled_from(["", "Be kind."]))
def test_any_conversation_is_one_that_the_sdks_know(items: list[Item], instructions: str) -> None:
    request = ChatRequest(tuple(items), instructions)
    check_request(CHAT, {"model": "m", "stream": True, "messages": chat_messages(request, "me")})
    _, told = response_input(request)
    check_request(RESPONSES, {"model": "m", "stream": True, "input": told})
    _, messages = message_turns(request, "me")
    body = {"model": "m", "stream": True, "max_tokens": 1, "messages": messages}
    check_request(CLAUDE, body)


@settings(max_examples=40)
@given(ITEMS)
def test_claude_is_told_in_turns_that_begin_and_end_with_the_caller(items: list[Item]) -> None:
    _, messages = message_turns(ChatRequest(tuple(items)), "me")
    roles = [message["role"] for message in messages]
    assert roles[0] == roles[-1] == "user"
    assert all(one != other for one, other in pairwise(roles))
    for message in messages:
        content = list(message["content"])
        assert content
        kinds = [block["type"] for block in content if isinstance(block, dict)]
        results = kinds.count("tool_result")
        assert kinds[:results] == ["tool_result"] * results, "outputs come first"


@settings(max_examples=40)
@given(ITEMS)
def test_chat_is_told_each_output_right_behind_its_call(items: list[Item]) -> None:
    waiting: list[str] = []
    for message in chat_messages(ChatRequest(tuple(items)), "me"):
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
            continue
        assert not waiting
        if message["role"] == "assistant":
            waiting = [call["id"] for call in message.get("tool_calls", ())]
    assert not waiting


def test_what_was_said_before_a_call_is_told_with_it() -> None:
    items = (
        Message(role="user", text="Rooms?"),
        Message(role="assistant", text="Let me see."),
        ToolCall(call_id="a", name="rooms", arguments="{}"),
        ToolOutput(call_id="a", name="rooms", output="3"),
    )
    messages = chat_messages(ChatRequest(items, "Be kind."), "me")
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
    assert messages[2].get("content") == "Let me see."
    assert messages[2].get("tool_calls")


def test_rounds_stay_apart() -> None:
    items = [
        ToolCall(call_id="a", name="rooms", arguments="{}"),
        ToolCall(call_id="b", name="rooms", arguments="{}"),
        ToolOutput(call_id="b", name="rooms", output="2"),
        ToolOutput(call_id="a", name="rooms", output="1"),
        ToolCall(call_id="a", name="rooms", arguments="{}"),
        ToolOutput(call_id="a", name="rooms", output="3"),
    ]
    first, second = turns(items)
    assert isinstance(first, ToolRound)
    assert isinstance(second, ToolRound)
    assert [output.output for _, output in first.calls] == ["1", "2"]
    assert [output.output for _, output in second.calls] == ["3"]


def test_the_system_speaks_first_and_with_one_voice() -> None:
    told = turns([Message(role="system", text="One."), Message(role="user", text="Hi.")])
    system, rest = split_system("Zero.", told)
    assert system == "Zero.\n\nOne."
    assert rest == told[1:]


@given(st.text(min_size=1))
def test_an_id_is_told_in_nine_letters_and_digits(item_id: str) -> None:
    told = wire_id(ToolCall(call_id="a", name="rooms", arguments="{}", id=item_id))
    assert len(told) == 9
    assert told.isascii()
    assert told.isalnum()


def test_arguments_that_are_no_object_are_made_one() -> None:
    assert arguments_object("") == {}
    assert arguments_object('{"n": 1}') == {"n": 1}
    assert arguments_object("[1]") == {"value": [1]}
    assert arguments_object('{"n": ') == {"not_json": '{"n": '}


def test_what_a_model_left_with_a_call_is_for_itself_only() -> None:
    call = ToolCall(call_id="a", name="t", arguments="{}", vendor_data=kept("me", {"x": 1}))
    assert given_back("me", call) == {"x": 1}
    assert given_back("you", call) is None
    assert given_back("me", ToolCall(call_id="a", name="t", arguments="{}")) is None
