"""What was loaded stays, so no garbage collection need walk it."""

import gc
from typing import Final

YOUNG: Final = 5000
"""So many new objects are looked through at a time, which takes some 50 us."""


def settle() -> None:
    """Leave all that lives now out of garbage collections, once everything is loaded.

    A full collection walks every object while the loop waits. A worker has loaded some hundred
    thousand, which took 125 ms: six frames of every room. For a process of our own only; a service
    that embeds a worker may do the same with its own heap.

    Source: https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
