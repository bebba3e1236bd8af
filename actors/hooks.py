"""Hooks: the user's code in the flow of a call, which can change what flows and cannot hold it up.

A hook has a deadline. One that raises, is late or gives back what it must not give is told as an
`error` event, and the flow goes on with what it was given. One that fails again and again is left
out for the rest of the call, so that its deadline is not waited for each time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from actors.reports import Failure
from actors.user_code import blame, confined

GivenT = TypeVar("GivenT", str, bytes)

DEADLINE_S: Final = 1.0
MAX_FAILURES: Final = 3
"""So many failures in a row, and a hook is left out."""


@dataclass(slots=True)
class Hook:
    """One hook of one call."""

    name: str
    function: Callable[..., Any]
    """A coroutine function; for the text stream of the model an async generator function."""
    deadline_s: float = DEADLINE_S
    failures: int = 0
    """In a row."""

    @property
    def is_left_out(self) -> bool:
        """Whether it has failed too often."""
        return self.failures >= MAX_FAILURES

    async def change(self, given: GivenT, *more: object) -> GivenT | Failure:
        """Return what the hook makes of it, or of what it failed.

        None leaves the given as it is. Audio must stay as long as it was.
        """
        result = await self.run(given, *more)
        if result is None or isinstance(result, Failure):
            return given if result is None else result
        if type(result) is not type(given):
            wanted, kind = type(given).__name__, type(result).__name__
            return self.failed(f"it returned {kind}, not {wanted} or None")
        if isinstance(given, bytes) and len(result) != len(given):
            return self.failed(f"it returned {len(result)} bytes for {len(given)}")
        return result

    async def run(self, *given: object) -> object:
        """Call it within its deadline and return its result, or of what it failed."""
        if self.is_left_out:
            return None
        call = asyncio.get_running_loop().create_task(
            _awaited(self.function(*given)), name=f"hook {self.name}"
        )
        try:
            await asyncio.wait({call}, timeout=self.deadline_s)
        finally:
            abandon(call)
        if not call.done():
            return self.late()
        if call.cancelled():
            return self.failed("it was cancelled")
        error = call.exception()
        if error is not None:
            return self.failed(blame(error))
        self.failures = 0
        return call.result()

    def late(self) -> Failure:
        """Count a deadline that has passed."""
        return self.failed(f"nothing within {self.deadline_s:g} s")

    def failed(self, detail: str) -> Failure:
        """Count a failure and return how it is told."""
        self.failures += 1
        rest = "; it is left out from now on" if self.is_left_out else ""
        return Failure(f"hook {self.name}", "error", f"{detail}{rest}")


async def _awaited(call: Coroutine[Any, Any, object]) -> object:
    with confined():
        return await call


def abandon(task: asyncio.Task[Any]) -> None:
    """Cancel a task that may still run; whatever it then raises is of no interest to anybody."""
    task.add_done_callback(_look_away)
    task.cancel()


def _look_away(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHooks:
    """The hooks of an agent in one call. One that is absent costs nothing: nothing asks for it."""

    stt: Hook | None = None
    """``(text, final) -> text``: what the caller is heard to say; an empty text is dropped."""
    llm: Hook | None = None
    """``(texts) -> texts``: the model's text as it streams, before it is spoken."""
    tts: Hook | None = None
    """``(text) -> text``: a piece on its way to the voice; an empty one is not spoken."""
    tts_audio: Hook | None = None
    """``(pcm, sample_rate_hz) -> pcm`` of the same length: what the voice gave."""
    vision_frame: Hook | None = None
    """``(pictures) -> pictures``: what the model may see of the camera, when it is looked at."""
    user_turn_start: Hook | None = None
    """``()``: the caller begins to speak."""
    user_turn_end: Hook | None = None
    """``(text) -> text``: the caller's turn, before it is answered; an empty one is not."""
    agent_turn_start: Hook | None = None
    """``()``: the agent is about to speak, and waits for it."""
    agent_turn_end: Hook | None = None
    """``(text)``: what the caller heard of the agent."""
