"""Notices a vendor slot that cannot work until the user mends something."""

import asyncio
from collections import defaultdict

from actors.reports import Failure, ProviderSwitched, Report
from actors.vendor import FailureKind
from runtime.agent_config import AgentConfig
from runtime.slots import casts_of, unique_names


class SlotWatch:
    """Listens to the reports of one call on the command line, where waiting on is of no use."""

    def __init__(self, config: AgentConfig) -> None:
        self.found = asyncio.Event()
        """Set when all providers of a slot are misconfigured."""
        self.complaint = ""
        """What the first of them said that must be done."""
        self._said: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._casts = {slot: unique_names(cast) for slot, cast in casts_of(config).items()}
        """Who was declared; others are tried in mid-call, and who wanted them is told."""

    def hear(self, report: Report) -> None:
        """Count a provider out if the report says so."""
        match report.event:
            case Failure(where=where, kind=kind, message=message):
                if kind == FailureKind.MISCONFIGURED.value:
                    self._count_out(where, message)
            case ProviderSwitched(slot=slot, kind="change"):
                self._casts.pop(slot, None)
            case _:
                pass

    def _count_out(self, where: str, message: str) -> None:
        slot, _, performer = where.partition("/")
        cast = self._casts.get(slot, ())
        if performer not in cast:
            return
        said = self._said[slot]
        said[performer] = message
        if len(said) == len(cast) and not self.complaint:
            self.complaint = next(iter(said.values()))
            self.found.set()
