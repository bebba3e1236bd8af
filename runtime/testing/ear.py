"""Keeps the public events of a call, and waits for them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from actors.choice import choice
from actors.reports import EVENTS, AgentSpeechStarted, AgentWords, Failure, Report
from runtime.errors import UserError


@dataclass(slots=True)
class Ear:
    """Every public event so far, in order; subscribe `take`."""

    events: list[Report] = field(default_factory=list[Report])
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, report: Report) -> None:
        """Keep an event and wake whoever waits for one."""
        self.events.append(report)
        self._news.set()

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the fields of the events of that name so far.

        Raises:
            UserError: there is no such event: it would never come, and a test would not notice.
        """
        __tracebackhide__ = True
        if name not in EVENTS:
            raise UserError(f"there is no event {name!r}; {choice(name, EVENTS)}")
        return [report.to_dict() for report in self.events if report.name == name]

    def trouble(self) -> str:
        """Return what went wrong so far, to end a complaint with: often it is the cause."""
        failures = (e.event for e in self.events if isinstance(e.event, Failure))
        told = dict.fromkeys(f"{failure.where}: {failure.message}" for failure in failures)
        return f"; what failed in the call: {list(told)}" if told else ""

    async def until(self, name: str, *, count: int = 1, within_s: float = 30.0) -> dict[str, Any]:
        """Wait for the ``count``-th event of that name; return its fields.

        Raises:
            AssertionError: it did not come in time.
            UserError: there is no such event.
        """
        __tracebackhide__ = True
        if not await self.wait_for(lambda: len(self.named(name)) >= count, within_s):
            lack = f"no {name} number {count} within {within_s:g} s"
            raise AssertionError(f"{lack}{self.trouble()}")
        return self.named(name)[count - 1]

    async def wait_for(self, happened: Callable[[], bool], within_s: float) -> bool:
        """Look at each event whether it has happened; return False if it has not in this time."""
        try:
            async with asyncio.timeout(within_s):
                while not happened():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return happened()
        return True


def begun_since(events: Sequence[Report]) -> list[str]:
    """Return what the agent began to say among these events, by utterance, as it was heard."""
    begun = [report.epoch for report in events if isinstance(report.event, AgentSpeechStarted)]
    words: dict[int, list[str]] = {epoch: [] for epoch in begun}
    for report in events:
        if isinstance(report.event, AgentWords) and report.epoch in words:
            words[report.epoch].append(report.event.text)
    return [" ".join(heard) for heard in words.values()]
