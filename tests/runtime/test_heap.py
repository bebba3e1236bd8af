"""What was loaded holds up no room: garbage collections leave it out."""

import gc
import weakref
from pathlib import Path

from runtime.agent_config import AgentConfig
from runtime.cli.live_worker import live_worker
from runtime.cli.preparation import Prepared
from runtime.config import Settings
from runtime.heap import settle
from tests.calls.rig import agent


class Thing:
    """Something that refers to itself, so that only a collection finds it."""

    def __init__(self) -> None:
        self.me = self


def test_what_lives_is_walked_no_more_and_what_comes_later_is_still_collected() -> None:
    before = Thing()
    settle()
    assert gc.get_freeze_count() > 0
    assert not any(thing is before for thing in gc.get_objects())
    later = Thing()
    gone = weakref.ref(later)
    del later
    gc.collect()
    assert gone() is None


def test_garbage_is_taken_out_before_the_rest_is_left_alone() -> None:
    thing = Thing()
    gone = weakref.ref(thing)
    del thing
    settle()
    assert gone() is None


async def test_a_worker_of_the_command_has_left_what_was_loaded_out(tmp_path: Path) -> None:
    who = agent()
    prepared = Prepared("hotel:Main", tmp_path, who, AgentConfig.of(who), Settings())
    assert gc.get_freeze_count() == 0
    async with live_worker(prepared, [], is_visible=False):
        assert gc.get_freeze_count() > 0
