"""What we take from Pykka without its promise: one test for each private name."""

import asyncio
import inspect
from importlib.metadata import version
from typing import Any, get_args

import pykka

from supervision.pykka_compat import (
    ActorInbox,
    ActorStop,
    AttrPath,
    Envelope,
    GetHookFunc,
    OptExcInfo,
)

REF: Any = pykka.ActorRef
ACTOR: Any = pykka.Actor


def test_pykka_is_the_minor_version_whose_internals_we_know() -> None:
    assert version("pykka").startswith("4.5.")


def test_an_envelope_carries_a_message_and_where_the_reply_goes() -> None:
    envelope = Envelope("message", reply_to=None)
    assert (envelope.message, envelope.reply_to) == ("message", None)


def test_a_ref_stops_its_actor_by_asking_it_an_actor_stop() -> None:
    assert ActorStop() == ()
    assert "_ActorStop()" in inspect.getsource(REF.stop)


def test_an_actor_handles_what_proxies_send_in_a_private_method() -> None:
    source = inspect.getsource(ACTOR._handle_receive)  # noqa: SLF001 - the subject of the test
    for part in ("ProxyCall", "ProxyGetAttr", "ProxySetAttr", "self.on_receive(message)"):
        assert part in source


def test_an_inbox_is_put_get_and_empty() -> None:
    assert {"put", "get", "empty"} <= set(vars(ActorInbox))


def test_the_types_are_what_our_signatures_say() -> None:
    assert AttrPath == tuple[str, ...]
    assert len(get_args(OptExcInfo)) == 3
    assert GetHookFunc is not None


def test_a_ref_reads_these_parts_of_an_actor_and_holds_it_weakly() -> None:
    source = inspect.getsource(REF.__init__)
    for part in ("actor_urn", "actor_inbox", "actor_stopped", "_actor_weakref"):
        assert part in source


def test_a_ref_makes_its_futures_by_the_class_of_the_actor() -> None:
    assert "actor_class._create_future()" in inspect.getsource(REF.ask)


def test_start_registers_the_ref_and_then_starts_the_loop() -> None:
    source = inspect.getsource(pykka.Actor.start)
    assert source.index("ActorRegistry.register") < source.index("_start_actor_loop()")


def test_an_actor_finds_its_ref_in_a_private_attribute() -> None:
    assert "self._actor_ref" in inspect.getsource(pykka.Actor)


def test_a_get_hook_is_called_once_and_kept_privately() -> None:
    future: pykka.Future[Any] = pykka.Future()
    calls: list[Any] = []
    future.set_get_hook(lambda timeout: calls.append(timeout) or len(calls))
    assert [future.get(timeout=1), future.get(timeout=2)] == [1, 1]
    assert "_get_hook" in vars(future)


def test_the_running_loop_can_be_asked_for_without_an_exception() -> None:
    assert asyncio._get_running_loop() is None  # noqa: SLF001 - the subject of the test
