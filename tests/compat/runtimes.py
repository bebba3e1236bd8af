# pyright: basic, reportMissingImports=false
"""Stands in for the suite's conftest: all that was in it, and our actors among the runtimes."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from supervision import Actor, AsyncFuture, ThreadActor
from tests.pykka_conftest import *  # noqa: F403 - the suite's fixtures, whatever they are
from tests.pykka_conftest import RUNTIMES, Runtime, _stop_all  # noqa: F401 - a fixture, by name

LOOP = asyncio.new_event_loop()
threading.Thread(target=LOOP.run_forever, name="compat-loop", daemon=True).start()


class LoopActor(Actor):
    """Our asyncio actor, on a loop in the background: the suite calls from a plain thread."""

    pykka_loop = LOOP


def _ours(name: str, actor_class: type[Any]) -> Any:
    runtime = Runtime(
        name=name,
        actor_class=actor_class,
        event_class=threading.Event,
        future_class=AsyncFuture,
        sleep_func=time.sleep,
    )
    return pytest.param(runtime, id=name)


RUNTIMES["asyncio"] = _ours("asyncio", LoopActor)
RUNTIMES["own-thread"] = _ours("own-thread", ThreadActor)


@pytest.fixture(scope="session", params=RUNTIMES.values())
def runtime(request: pytest.FixtureRequest) -> Any:
    return request.param
