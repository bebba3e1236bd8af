"""What a model is shown when not all can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import (
    ContextPolicy,
    Conversation,
    Item,
    Message,
    Summary,
    ToolCall,
    ToolOutput,
    estimated_tokens,
)
from tests.conversation.talk import answered, calls, talks

BUDGETS = st.integers(1, 40)


def apart(item: Item) -> bool:
    return isinstance(item, Message) and (item.role == "system" or item.is_summary)


def weigh(item: Item) -> int:
    return estimated_tokens(item) - 4


def views(talk: Conversation, budget: int) -> list[tuple[Conversation, int, int]]:
    """Return each kind of window, its weight, and the weight of what it had to show."""
    asked = talk.last_message("user")
    needed = [item for item in talk if apart(item) or item is asked]
    tokens = talk.within_tokens(2 * budget, weigh)
    return [
        (talk.truncated(budget), budget, len(needed)),
        (tokens, 2 * budget, sum(map(weigh, needed))),
    ]


def user(text: str, **more: str) -> Message:
    return Message(role="user", text=text, **more)  # pyright: ignore[reportArgumentType]


def agent(text: str) -> Message:
    return Message(role="assistant", text=text)


def call(name: str) -> ToolCall:
    return ToolCall(call_id=name, name=name, arguments="{}")


def output(name: str, text: str = "done") -> ToolOutput:
    return ToolOutput(call_id=name, name=name, output=text)


@given(talks(), BUDGETS)
def test_a_window_keeps_the_order_and_adds_nothing(talk: Conversation, budget: int) -> None:
    for view, _, _ in views(talk, budget):
        rest = iter(talk)
        assert all(item in rest for item in view)


@given(talks(), BUDGETS)
def test_a_window_never_separates_a_call_from_its_output(talk: Conversation, budget: int) -> None:
    for view, _, _ in views(talk, budget):
        assert answered(view) <= calls(view)
        assert calls(view) & answered(talk) <= answered(view)


@given(talks(), BUDGETS)
def test_a_window_always_shows_system_summary_and_what_was_asked_last(
    talk: Conversation, budget: int
) -> None:
    for view, _, _ in views(talk, budget):
        assert [item for item in view if apart(item)] == [item for item in talk if apart(item)]
        assert view.last_message("user") == talk.last_message("user")


@given(talks(), BUDGETS)
def test_a_window_is_within_its_budget_unless_what_it_must_show_is_not(
    talk: Conversation, budget: int
) -> None:
    items, tokens = views(talk, budget)
    assert len(items[0]) <= max(items[1:])
    assert tokens[0].tokens(weigh) <= max(tokens[1:])


@given(talks(), BUDGETS)
def test_talk_in_a_window_has_no_holes(talk: Conversation, budget: int) -> None:
    asked = talk.last_message("user")

    def said(of: Conversation) -> list[Item]:
        return [i for i in of if isinstance(i, Message) and not apart(i) and i is not asked]

    for view, _, _ in views(talk, budget):
        kept = said(view)
        assert kept == said(talk)[len(said(talk)) - len(kept) :]


@given(talks(), BUDGETS)
def test_a_window_does_not_begin_with_tools_whose_question_is_gone(
    talk: Conversation, budget: int
) -> None:
    for view, _, _ in views(talk, budget):
        shown = [item for item in view if not apart(item)]
        if view != talk and any(isinstance(item, Message) for item in shown):
            assert isinstance(shown[0], Message)


@given(talks(speech=("user", "assistant")), BUDGETS)
def test_what_fits_is_shown_whole(talk: Conversation, budget: int) -> None:
    assert talk.truncated(len(talk) + budget) == talk
    assert talk.within_tokens(talk.tokens() + 1) == talk
    words = talk.without_tools()
    assert len(words.truncated(budget)) == min(budget, len(words))


@given(talks(), BUDGETS)
def test_a_window_of_a_window_is_the_same(talk: Conversation, budget: int) -> None:
    assert talk.truncated(budget).truncated(budget) == talk.truncated(budget)


def test_a_giant_output_does_not_wipe_out_what_was_said_before_it() -> None:
    said = (user("my name is Ann"), agent("hello Ann"), user("what is new?"))
    tools = (call("news"), output("news", "x" * 10_000))
    after = (agent("nothing much"), user("who am I?"))
    talk = Conversation((*said, *tools, *after))
    assert talk.within_tokens(200).items == (*said, *after)


def test_a_short_word_is_not_shown_where_a_longer_one_after_it_does_not_fit() -> None:
    talk = Conversation((user("yes"), agent("w" * 400), user("really?"), agent("no")))
    assert talk.within_tokens(100).items == talk.items[2:]


def test_the_question_stays_when_its_tools_alone_fill_the_window() -> None:
    question = user("how is the weather?")
    tools = [item for n in range(5) for item in (call(str(n)), output(str(n)))]
    talk = Conversation((user("hi"), agent("hello"), question, *tools))
    assert talk.truncated(5).items == (question, *tools[-4:])


def test_parallel_calls_stay_or_go_together() -> None:
    tools = (call("a"), call("b"), output("b"), output("a"))
    talk = Conversation((user("hi"), *tools, user("and?")))
    assert talk.truncated(4).items == (user("hi", id=talk.items[0].id), talk.items[-1])
    assert talk.truncated(6) == talk


@pytest.mark.parametrize("bound", [0, -1])
def test_a_window_of_nothing_is_refused(bound: int) -> None:
    for shorten in (Conversation().truncated, Conversation().within_tokens):
        with pytest.raises(ValueError, match="at least 1"):
            shorten(bound)
    with pytest.raises(ValueError, match="max_items must be at least 1"):
        ContextPolicy(max_items=bound)
    with pytest.raises(ValueError, match="max_tokens must be at least 1"):
        ContextPolicy(max_tokens=bound)


# ---------------------------------------------------------------- pairing


@given(talks())
def test_a_model_is_shown_pairs_only_and_nothing_between_calls_and_outputs(
    talk: Conversation,
) -> None:
    shown = talk.paired()
    assert calls(shown) == answered(shown) == answered(talk)
    assert shown.without_tools() == talk.without_tools()
    for n, item in enumerate(shown.items[1:]):
        if isinstance(item, ToolOutput):
            assert isinstance(shown.items[n], ToolCall | ToolOutput)
        if isinstance(shown.items[n], ToolCall):
            assert not isinstance(item, Message)


def test_an_output_that_came_late_is_brought_to_its_call() -> None:
    first, meanwhile, late = call("slow"), user("are you there?"), output("slow")
    talk = Conversation((user("go"), first, meanwhile, late))
    assert talk.paired().items == (talk.items[0], first, late, meanwhile)


def test_an_output_without_a_call_is_not_shown() -> None:
    assert Conversation((output("lost"), user("hi"))).paired().without_tools().tokens() > 0
    assert len(Conversation((output("lost"),)).paired()) == 0


def test_call_ids_that_come_again_pair_with_their_own_round() -> None:
    talk = Conversation(
        (user("1"), call("0"), output("0"), user("2"), call("0"), output("0"), user("3"))
    )
    assert talk.paired() == talk
    assert talk.truncated(4).items == talk.items[3:]


# ---------------------------------------------------------------- the policy


@given(talks(), BUDGETS)
def test_a_policy_keeps_to_both_its_bounds(talk: Conversation, budget: int) -> None:
    policy = ContextPolicy(max_items=budget, max_tokens=2 * budget, count=weigh)
    shown = policy.applied_to(talk)
    _, needed_tokens = (limit for _, _, limit in views(talk, budget))
    needed_items = sum(1 for item in talk if apart(item)) + 1
    assert len(shown) <= max(budget, needed_items)
    assert shown.tokens(weigh) <= max(2 * budget, needed_tokens)
    assert calls(shown) == answered(shown)


def test_an_ordinary_call_is_shown_whole_without_a_policy_of_its_own() -> None:
    turns = [item for _ in range(200) for item in (user("w" * 200), agent("w" * 200))]
    talk = Conversation(tuple(turns))
    assert ContextPolicy().applied_to(talk) == talk


def test_no_bounds_show_everything() -> None:
    talk = Conversation((user("w" * 1_000_000), agent("w"), user("w")))
    assert ContextPolicy(max_tokens=None).applied_to(talk) == talk
    assert len(ContextPolicy().applied_to(talk)) == 2


def test_a_policy_counts_as_it_is_told() -> None:
    talk = Conversation((user("one"), agent("two"), user("three")))
    assert ContextPolicy(max_tokens=2, count=lambda _: 1).applied_to(talk).items == talk.items[1:]


def test_a_summary_is_shown_in_place_of_what_it_stands_for() -> None:
    talk = Conversation((user("old"), agent("old too"), user("new")))
    covers = frozenset(item.id for item in talk.items[:2])
    summary = Summary(text="they greeted", covers=covers)
    shown = ContextPolicy(max_items=1).applied_to(talk, summary)
    assert [item.text for item in shown if isinstance(item, Message)] == ["they greeted", "new"]


# ---------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    ("item", "tokens"),
    [
        (user(""), 4),
        (user("four"), 5),
        (user("fives"), 6),
        (user("नमस्ते"), 9),
        (call("abc"), 11),
        (output("abc", "four"), 10),
    ],
)
def test_the_estimate_is_a_token_for_four_bytes_and_the_frame(item: Item, tokens: int) -> None:
    assert estimated_tokens(item) == tokens


def test_half_a_sign_can_be_counted() -> None:
    assert estimated_tokens(user("\ud83d")) == 5
