"""Notices a vendor slot that cannot work until the user mends something."""

import asyncio
from collections import defaultdict

from actors.reports import Failure, Report
from actors.vendor import FailureKind
from runtime.agent_config import AgentConfig


class SlotWatch:
    """Listens to the reports of one call on the command line, where waiting on is of no use."""

    def __init__(self, config: AgentConfig) -> None:
        self.found = asyncio.Event()
        """Set when all providers of a slot are misconfigured."""
        self.complaint = ""
        """What the first of them said that must be done."""
        self._said: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._sizes = {
            "denoise": len(config.denoise),
            "vad": len(config.vad),
            "stt": len(config.stt),
            "turn": len(config.turn_detector),
            "llm": len(config.llm),
            "tts": len(config.tts),
        }

    def hear(self, report: Report) -> None:
        """Count a provider out if the report says so."""
        match report.event:
            case Failure(where=where, kind=kind, message=message):
                if kind == FailureKind.MISCONFIGURED.value:
                    self._count_out(where, message)
            case _:
                pass

    def _count_out(self, where: str, message: str) -> None:
        slot, _, performer = where.partition("/")
        said = self._said[slot]
        said[performer] = message
        if performer and len(said) == self._sizes.get(slot) and not self.complaint:
            self.complaint = next(iter(said.values()))
            self.found.set()
