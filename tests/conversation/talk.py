"""Conversations at random: speech, summaries, rounds of tools, outputs that come late or never.

Each output's text is the id of the call it belongs to: so a check can tell without pairing anew.
"""

from collections.abc import Iterable

from hypothesis import strategies as st

from actors.conversation import Conversation, ImagePart, Item, Message, ToolCall, ToolOutput

CALL_IDS = ("a", "b", "c")
"""Few, so that they come again, as some vendors' do."""
SPEECH = ("user", "assistant", "system", "summary")


def message(n: int, kind: str, size: int = 1) -> Message:
    if kind == "summary":
        return Message(role="assistant", text="s" * size, is_summary=True, id=f"m{n}")
    role = "user" if kind == "user" else "assistant" if kind == "assistant" else "system"
    return Message(role=role, text="w" * size, id=f"m{n}")


@st.composite
def talks(
    draw: st.DrawFn, *, finished: bool = False, speech: Iterable[str] = SPEECH
) -> Conversation:
    """Draw a conversation; one that is ``finished`` has no call without an output."""
    said = st.sampled_from(tuple(speech))
    steps = draw(st.lists(st.one_of(said, st.sampled_from(("call", "output"))), max_size=30))
    items: list[Item] = []
    open_calls: list[ToolCall] = []
    for n, step in enumerate(steps):
        match step:
            case "call":
                open_calls.append(
                    ToolCall(
                        call_id=draw(st.sampled_from(CALL_IDS)),
                        name="t",
                        arguments="{}",
                        id=f"c{n}",
                    )
                )
                items.append(open_calls[-1])
            case "output":
                items += answer(draw, open_calls, n)
            case kind:
                items.append(message(n, kind, draw(st.integers(1, 40))))
    while finished and open_calls:
        items += answer(draw, open_calls, len(steps) + len(open_calls))
    return Conversation(tuple(items))


def answer(draw: st.DrawFn, open_calls: list[ToolCall], n: int) -> list[Item]:
    """Answer the oldest open call of some call id."""
    if not open_calls:
        return []
    call_id = draw(st.sampled_from(open_calls)).call_id
    call = next(call for call in open_calls if call.call_id == call_id)
    open_calls.remove(call)
    return [ToolOutput(call_id=call_id, name="t", output=call.id, id=f"o{n}")]


def answered(items: Iterable[Item]) -> set[str]:
    """Return the ids of the calls whose outputs are there."""
    return {item.output for item in items if isinstance(item, ToolOutput)}


def calls(items: Iterable[Item]) -> set[str]:
    return {item.id for item in items if isinstance(item, ToolCall)}


TEXTS = st.text(max_size=20)
IMAGES = st.one_of(
    st.builds(
        ImagePart,
        data=st.binary(min_size=1, max_size=30),
        mime=st.sampled_from(("image/png", "image/jpeg")),
        detail=st.sampled_from(("auto", "low", "high")),
    ),
    st.builds(ImagePart, url=TEXTS.map("https://pictures.example/{}".format)),
)
ITEMS = st.one_of(
    st.builds(
        Message,
        role=st.sampled_from(("user", "assistant", "system")),
        text=TEXTS,
        images=st.lists(IMAGES, max_size=2).map(tuple),
        interrupted=st.booleans(),
        is_summary=st.booleans(),
    ),
    st.builds(ToolCall, call_id=TEXTS, name=TEXTS, arguments=TEXTS, vendor_data=TEXTS),
    st.builds(ToolOutput, call_id=TEXTS, name=TEXTS, output=TEXTS, is_error=st.booleans()),
)
CONVERSATIONS = st.lists(ITEMS, max_size=8).map(tuple).map(Conversation)
"""Any values in any fields, whether they make sense together or not."""
