"""Everything that can go wrong between us and a language model, told in the words of the port."""

import asyncio

import pytest

from actors.ports import LanguageModel
from actors.vendor import ChatDone, ChatEvent, ChatRequest, FailureKind, ProviderError
from supervision.virtual_time import external_work
from tests.providers.fake_services import FakeServices
from tests.vendors.asking import HELLO, failure, text_of
from tests.vendors.dialects import DIALECTS, Dialect
from tests.vendors.http_server import (
    Exchange,
    closes,
    cuts,
    hangs,
    refuses,
    sends_a_page,
    streams,
    vendor_server,
)

every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)

STATUSES = [
    (400, FailureKind.REJECTED),
    (401, FailureKind.MISCONFIGURED),
    (402, FailureKind.MISCONFIGURED),
    (403, FailureKind.MISCONFIGURED),
    (404, FailureKind.MISCONFIGURED),
    (409, FailureKind.ERROR),
    (413, FailureKind.REJECTED),
    (422, FailureKind.REJECTED),
    (429, FailureKind.RATE_LIMITED),
    (500, FailureKind.ERROR),
    (503, FailureKind.ERROR),
    (529, FailureKind.ERROR),
]


@every_dialect
@pytest.mark.parametrize(("status", "kind"), STATUSES)
async def test_a_refusal_is_told_by_its_status(
    dialect: Dialect, status: int, kind: FailureKind
) -> None:
    async with vendor_server(refuses(status, {"message": "not\nso", "type": "t"})) as server:
        async with dialect.declare(server.url).open(FakeServices()) as model:
            with pytest.raises(ProviderError) as caught:
                await anext(aiter(model.chat(ChatRequest((HELLO,)))))
        assert len(server.exchanges) == 1, "nobody but the role tries again"
    assert caught.value.kind is kind
    assert str(caught.value).endswith(f"HTTP {status}: not so")
    assert caught.value.retry_after_s is None


@every_dialect
async def test_a_rate_limit_says_how_long_to_wait(dialect: Dialect) -> None:
    error = await failure(dialect, refuses(429, {"message": "slow"}, retry_after="7"))
    assert (error.kind, error.retry_after_s) == (FailureKind.RATE_LIMITED, 7.0)


@every_dialect
async def test_an_empty_account_is_no_rate_limit(dialect: Dialect) -> None:
    details = {"error_code": "insufficient_quota"}
    body = {"message": "pay", "code": "insufficient_quota", "details": details}
    assert (await failure(dialect, refuses(429, body))).kind is FailureKind.MISCONFIGURED


@every_dialect
async def test_a_refusal_that_is_no_json_is_told_all_the_same(dialect: Dialect) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(502, b"<html>\nBad\ngateway</html>", content_type="text/html")

    error = await failure(dialect, answer)
    assert error.kind is FailureKind.ERROR
    assert "502" in str(error)


@every_dialect
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("overloaded", FailureKind.ERROR),
        ("rate", FailureKind.RATE_LIMITED),
        ("request", FailureKind.REJECTED),
    ],
)
async def test_an_error_within_the_stream_is_told_by_its_code(
    dialect: Dialect, trouble: str, kind: FailureKind
) -> None:
    events = [*dialect.says("We have")[:-2], dialect.trouble(trouble)]
    error = await failure(dialect, streams(events))
    assert error.kind is kind
    assert f"trouble: {trouble}" in str(error)


@every_dialect
async def test_an_answer_that_was_filtered_is_a_refusal_of_this_request(dialect: Dialect) -> None:
    error = await failure(dialect, streams(dialect.filtered()))
    assert error.kind is FailureKind.REJECTED


@every_dialect
async def test_a_cut_connection_is_an_answer_that_closed(dialect: Dialect) -> None:
    whole = dialect.says("We have three rooms.")
    for length in (0, 1, len(whole) // 2):
        assert (await failure(dialect, cuts(whole[:length]))).kind is FailureKind.CLOSED


@every_dialect
async def test_a_connection_that_is_closed_instead_of_an_answer_is_closed(
    dialect: Dialect,
) -> None:
    assert (await failure(dialect, closes)).kind is FailureKind.CLOSED


@every_dialect
async def test_a_stream_without_its_end_mark_is_closed_however_well_it_ended(
    dialect: Dialect,
) -> None:
    begun = dialect.says("We have three rooms.")[:4]
    assert (await failure(dialect, streams(begun))).kind is FailureKind.CLOSED


@every_dialect
async def test_what_cannot_be_read_breaks_the_protocol(dialect: Dialect) -> None:
    for unreadable in dialect.unreadable:
        error = await failure(dialect, streams([*dialect.says("Hi.")[:1], unreadable]))
        assert error.kind in {FailureKind.PROTOCOL, FailureKind.CLOSED}, (unreadable, error)


@every_dialect
async def test_half_a_line_of_json_breaks_the_protocol(dialect: Dialect) -> None:
    half = next(iter(dialect.unreadable))
    assert (await failure(dialect, streams([half]))).kind is FailureKind.PROTOCOL


@every_dialect
async def test_a_web_page_breaks_the_protocol_and_points_to_base_url(dialect: Dialect) -> None:
    error = await failure(dialect, sends_a_page)
    assert error.kind is FailureKind.PROTOCOL
    assert "is base_url right?" in str(error)


@every_dialect
async def test_nobody_there_is_an_error_that_names_the_place(dialect: Dialect) -> None:
    async with vendor_server(closes) as server:
        url = server.url
    async with dialect.declare(url).open(FakeServices()) as model:
        with pytest.raises(ProviderError, match=f"no connection to {url}") as caught:
            await anext(aiter(model.chat(ChatRequest((HELLO,)))))
    assert caught.value.kind is FailureKind.ERROR


@every_dialect
async def test_without_a_key_nothing_is_opened(dialect: Dialect) -> None:
    declared = dialect.declare("http://127.0.0.1:1", api_key=None)
    with pytest.raises(ProviderError, match=r"has no key: set [A-Z]+_API_KEY") as caught:
        async with declared.open(FakeServices()):
            pass
    assert caught.value.kind is FailureKind.MISCONFIGURED
    assert "\n" not in str(caught.value)


async def listen(model: LanguageModel, events: list[ChatEvent]) -> None:
    async for event in model.chat(ChatRequest((HELLO,))):
        events.append(event)  # noqa: PERF401 - what came before it is cancelled counts


@every_dialect
@pytest.mark.parametrize("begun", [0, 4])
async def test_cancelling_leaves_the_vendor_at_once(dialect: Dialect, begun: int) -> None:
    events: list[ChatEvent] = []
    async with (
        vendor_server(hangs(dialect.says("We have three rooms.")[:begun])) as server,
        dialect.declare(server.url).open(FakeServices()) as model,
    ):
        asking = asyncio.get_running_loop().create_task(listen(model, events))
        await server.hanging.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        with external_work():
            await server.answered.wait()  # the client has left
    assert not any(isinstance(event, ChatDone) for event in events)


@every_dialect
async def test_after_a_cancelled_answer_the_next_one_comes(dialect: Dialect) -> None:
    async with (
        vendor_server(hangs([]), streams(dialect.says("Yes."))) as server,
        dialect.declare(server.url).open(FakeServices()) as model,
    ):
        asking = asyncio.get_running_loop().create_task(listen(model, []))
        await server.hanging.wait()
        asking.cancel()
        await asyncio.wait([asking])
        events = [event async for event in model.chat(ChatRequest((HELLO,)))]
    assert text_of(events) == "Yes."
