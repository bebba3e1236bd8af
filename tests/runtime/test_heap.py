"""What was loaded holds up no room: garbage collections leave it out."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from runtime.heap import settle


class Thing:
    """Something that refers to itself, so that only a collection finds it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Leave the heap of the tests as it was."""
    yield
    gc.unfreeze()


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
