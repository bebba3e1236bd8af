"""Asking a language model behind a server."""

from typing import Any

import pytest

from actors.conversation import Item, Message
from actors.vendor import ChatEvent, ChatRequest, ProviderError, TextDelta
from tests.providers.fake_services import FakeServices
from tests.vendors.dialects import Dialect
from tests.vendors.http_server import Answer, VendorServer, vendor_server

HELLO = Message(role="user", text="Hello.")


async def ask(
    dialect: Dialect, server: VendorServer, request: ChatRequest, **options: Any
) -> list[ChatEvent]:
    """Open the model, ask once, and return all that it gives."""
    services = FakeServices()
    async with dialect.declare(server.url, **options).open(services) as model:
        events = [event async for event in model.chat(request)]
    assert services.open_work == 0
    return events


async def asked(
    dialect: Dialect,
    answer: Answer,
    *items: Item,
    request: ChatRequest | None = None,
    **options: Any,
) -> tuple[list[ChatEvent], dict[str, Any]]:
    """Run a server for one request; return what came back and what was asked."""
    async with vendor_server(answer) as server:
        events = await ask(dialect, server, request or ChatRequest(items or (HELLO,)), **options)
    return events, server.bodies[0]


async def failure(dialect: Dialect, answer: Answer, **options: Any) -> ProviderError:
    """Ask once and return how it failed."""
    async with vendor_server(answer) as server:
        with pytest.raises(ProviderError) as caught:
            await ask(dialect, server, ChatRequest((HELLO,)), **options)
    assert "\n" not in str(caught.value)
    return caught.value


def text_of(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
