"""A simulated call as a test sees it: what the caller does, and what may be expected."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from actors.conversation import Conversation
from actors.reports import AgentTranscript, Failure, Report
from runtime.job import Job
from runtime.testing.caller import FRAME_S, SimulatedCaller
from runtime.testing.ear import Ear, begun_since
from runtime.testing.promises import Promises, to_await
from transports.text_line import TextCaller

SETTLED_S = 0.5
"""Quiet for so long: the agent says nothing more of its own accord."""
UNLIKE_S = 3.0
"""Quiet for so long after an answer other than the expected one: it will not come any more."""
WITHIN_S = 30.0

Judge: TypeAlias = Callable[[str, str], Coroutine[Any, Any, str | None]]
"""Given the conversation and a criterion, says what is wrong; None: nothing."""


class UserSide(Protocol):
    """How the caller makes himself understood: by voice, or in writing."""

    async def say(self, text: str, seconds: float | None) -> None:
        """Say it; return when it is said."""
        ...


@dataclass(slots=True)
class SimulatedCall:
    """One call under test; times are virtual, so waiting costs nothing."""

    job: Job
    user: UserSide
    line: SimulatedCaller | TextCaller
    ear: Ear
    judge: Judge | None = None
    promises: Promises = field(default_factory=Promises)
    """What its methods handed out to be awaited."""
    _read: int = 0
    """Events before this one are no answer to what is expected next."""

    @property
    def events(self) -> list[Report]:
        """Every public event of the call so far (`actors.reports`), in order."""
        return self.ear.events

    # ------------------------------------------------------------ the caller

    @to_await
    async def user_says(self, text: str, *, seconds: float | None = None) -> None:
        """Let the agent finish, then say this; what the agent said before is no answer to it.

        Args:
            text: the words.
            seconds: how long it takes to say them; None: 0.3 s a word.
        """
        __tracebackhide__ = True
        await self.quiet()
        await self.user_interrupts(text, seconds=seconds)

    @to_await
    async def user_interrupts(self, text: str, *, seconds: float | None = None) -> None:
        """Say this now, whatever the agent is doing."""
        self._read = len(self.events)
        await self.user.say(text, seconds)

    @to_await
    async def user_coughs(self, seconds: float = 0.3) -> None:
        """Make a sound without words: a cough, or noise of any length."""
        self._voice().say("", seconds=seconds)
        await asyncio.sleep(seconds)

    @to_await
    async def user_presses(self, digits: str, *, every_s: float = 0.3) -> None:
        """Press these keys of the telephone."""
        for digit in digits:
            self._voice().press(digit)
            await asyncio.sleep(every_s)

    def user_leaves(self) -> None:
        """Leave the room; the line stays open."""
        self.line.leave()

    def user_hangs_up(self) -> None:
        """End the line."""
        self.line.hang_up()

    def _voice(self) -> SimulatedCaller:
        if isinstance(self.line, SimulatedCaller):
            return self.line
        raise TypeError("this caller writes (text=True): nothing can be heard of him")

    # ------------------------------------------------------------ time

    @property
    def now_s(self) -> float:
        """The virtual time of the call's loop."""
        return asyncio.get_running_loop().time()

    @to_await
    async def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        await asyncio.sleep(seconds)

    @to_await
    async def quiet(self, *, for_s: float = SETTLED_S, within_s: float = WITHIN_S) -> None:
        """Wait until the agent has had nothing to say for so long.

        Raises:
            AssertionError: it was never quiet for so long in this time.
        """
        __tracebackhide__ = True
        limit_s = self.now_s + within_s
        since_s = self.now_s
        while self.now_s - since_s < for_s:
            if self.now_s >= limit_s:
                raise self._failed(f"the agent was not quiet within {within_s:g} s")
            await asyncio.sleep(FRAME_S)
            if self.job.session.agent_state not in {"idle", "listening"}:
                since_s = self.now_s

    @to_await
    async def closed(self) -> str:
        """Wait until the call is over; return why it ended."""
        return await self.job.closed()

    # ------------------------------------------------------------ what is expected

    @to_await
    async def until(
        self, name: str, *, count: int = 1, within_s: float = WITHIN_S
    ) -> dict[str, Any]:
        """Wait for the ``count``-th event of that name; return its fields.

        Raises:
            AssertionError: it did not come in time.
            UserError: there is no such event.
        """
        __tracebackhide__ = True
        return await self.ear.until(name, count=count, within_s=within_s)

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the fields of the events of that name so far.

        Raises:
            UserError: there is no such event.
        """
        __tracebackhide__ = True
        return self.ear.named(name)

    @to_await
    async def agent_says(
        self,
        text: str | None = None,
        *,
        contains: str | None = None,
        matches: str | None = None,
        within_s: float = WITHIN_S,
    ) -> str:
        """Wait until the agent has said something; return the words that the caller heard.

        Counts what was uttered since the caller spoke last and was not returned yet.

        Args:
            text: it must be just this.
            contains: it must contain this, in upper or lower case.
            matches: this regular expression must be found in it.
            within_s: how long to wait.

        Raises:
            AssertionError: nothing of the kind was said; what was said stands in the text.
        """
        __tracebackhide__ = True

        def is_it(said: str) -> bool:
            folded = contains is None or contains.casefold() in said.casefold()
            found = matches is None or re.search(matches, said) is not None
            return folded and found and (text is None or said == text)

        limit_s = self.now_s + within_s
        unlike: list[str] = []
        while self.now_s < limit_s:
            for position, said in self._utterances():
                self._read = position + 1
                if is_it(said):
                    return said
                unlike.append(said)
            left_s = limit_s - self.now_s
            patience_s = min(left_s, UNLIKE_S) if unlike and self._is_quiet() else left_s
            if not await self.ear.wait_for(lambda: any(self._utterances()), patience_s) and unlike:
                break
        wanted = next((repr(w) for w in (text, contains, matches) if w is not None), "anything")
        heard = f"it said: {unlike}" if unlike else f"it said nothing within {within_s:g} s"
        raise self._failed(f"the agent did not say {wanted}; {heard}")

    @to_await
    async def agent_is_silent(self, seconds: float) -> None:
        """Let so much time pass, after which the agent must not have said anything new.

        New is what it began to say since the caller spoke last and `agent_says` did not return.

        Raises:
            AssertionError: it has; what it said stands in the text.
        """
        __tracebackhide__ = True
        await asyncio.sleep(seconds)
        if said := begun_since(self.events[self._read :]):
            raise self._failed(f"the agent was not silent; it said: {said}")

    @to_await
    async def tool_called(
        self, name: str, *, within_s: float = WITHIN_S, **arguments: object
    ) -> dict[str, Any]:
        """Wait until a tool was called since the caller spoke last; return its arguments.

        Args:
            name: of the tool.
            within_s: how long to wait.
            arguments: some of the arguments with which it must have been called.

        Raises:
            AssertionError: it was not called, or with other arguments.
        """
        __tracebackhide__ = True

        def calls() -> list[dict[str, Any]]:
            events = [report.to_dict() for report in self.events[self._spoke_at() :]]
            starts = [e for e in events if e["event"] == "tool_called" and e["status"] == "started"]
            return [json.loads(e["arguments"] or "{}") for e in starts if e["name"] == name]

        def found() -> list[dict[str, Any]]:
            return [given for given in calls() if given.items() >= arguments.items()]

        await self.ear.wait_for(lambda: bool(found()), within_s)
        if not (those := found()):
            called = calls() or "none"
            raise self._failed(f"{name} was not called with {arguments}; its calls: {called}")
        return those[-1]

    @to_await
    async def agent_does(self, criterion: str) -> None:
        """Let the judge look whether the conversation so far meets the criterion.

        Raises:
            AssertionError: it does not, in the judge's words.
            TypeError: no judge was given to `simulate`.
        """
        __tracebackhide__ = True
        if self.judge is None:
            raise TypeError("no judge: give simulate(…, judge=…), such as llm_judge(provider)")
        wrong = await self.judge((await self.conversation()).to_text(), criterion)
        if wrong is not None:
            raise AssertionError(f"not met: {criterion!r}: {wrong}")

    @to_await
    async def conversation(self) -> Conversation:
        """Return the conversation as it was heard."""
        return await self.job.session.conversation()

    @property
    def errors(self) -> list[Failure]:
        """What went wrong so far and was dealt with: hooks that raised, vendors that failed."""
        return [report.event for report in self.events if isinstance(report.event, Failure)]

    def _failed(self, lack: str) -> AssertionError:
        return AssertionError(f"{lack}{self.ear.trouble()}")

    def _utterances(self) -> list[tuple[int, str]]:
        return [
            (position, report.event.text)
            for position, report in enumerate(self.events)
            if position >= self._read and isinstance(report.event, AgentTranscript)
        ]

    def _spoke_at(self) -> int:
        """Where among the events the caller's latest turn begins."""
        commits = [n for n, report in enumerate(self.events) if report.name == "turn_committed"]
        return commits[-1] if commits else 0

    def _is_quiet(self) -> bool:
        return self.job.session.agent_state in {"idle", "listening"}
