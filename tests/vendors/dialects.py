"""What the three interfaces to a language model have in common: to be asked, to answer, to fail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from actors.ports import LanguageModel, Provider
from tests.vendors import fake_chat, fake_claude, fake_responses

Asked = Sequence[tuple[str, str]]
"""Tools that the model calls: names and arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One of them."""

    name: str
    declare: Callable[..., Provider[LanguageModel]]
    """Given the server's url and options."""
    path: str
    request_type: Any
    says: Callable[[str], list[bytes]]
    """The events of an answer, from the first to the end mark."""
    calls: Callable[[Asked], list[bytes]]
    cut_off: Callable[[str, Asked], list[bytes]]
    """An answer that became too long, in the midst of its last call if there is one."""
    filtered: Callable[[], list[bytes]]
    trouble: Callable[[str], bytes]
    """An event that tells of an error of that kind: overloaded, rate or request."""
    unreadable: Iterable[bytes]
    """Events that no vendor may send."""


DIALECTS = [
    Dialect(
        name="chat",
        declare=fake_chat.declare,
        path="/v1/chat/completions",
        request_type=fake_chat.REQUEST,
        says=fake_chat.says,
        calls=fake_chat.calls,
        cut_off=fake_chat.cut_off,
        filtered=fake_chat.filtered,
        trouble=fake_chat.trouble,
        unreadable=fake_chat.UNREADABLE,
    ),
    Dialect(
        name="responses",
        declare=fake_responses.declare,
        path="/v1/responses",
        request_type=fake_responses.REQUEST,
        says=fake_responses.says,
        calls=fake_responses.calls,
        cut_off=fake_responses.cut_off,
        filtered=fake_responses.filtered,
        trouble=fake_responses.trouble,
        unreadable=fake_responses.UNREADABLE,
    ),
    Dialect(
        name="claude",
        declare=fake_claude.declare,
        path="/v1/messages",
        request_type=fake_claude.REQUEST,
        says=fake_claude.says,
        calls=fake_claude.calls,
        cut_off=fake_claude.cut_off,
        filtered=fake_claude.filtered,
        trouble=fake_claude.trouble,
        unreadable=fake_claude.UNREADABLE,
    ),
]
