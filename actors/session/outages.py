"""When a slot that a call cannot do without has nobody left: one phrase, a while of grace, an end.

The work that waits is kept by its role, and goes on if somebody comes back within the grace.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from actors.call import Call
from actors.call_record import CallRecord
from actors.events import SayWithin, SlotDark, SlotLit
from actors.reports import OutageBegan, OutageEnded
from actors.session.call_limits import Clockwork
from actors.session.conductor import Conductor
from actors.turn_taking import Input, InterruptReason, inputs
from actors.utterance import Utterance
from actors.wishes import Close, Say

GOODBYE_S = 10.0
"""The goodbye is waited for so long: where the voice is gone, it may never be heard."""

OUTAGES = {
    "llm": "the language model is gone",
    "stt": "the recogniser is gone",
    "tts": "the voice is gone",
}
"""The slots without which a call is held up, and why it ends; others have what stands in."""


class _Session(Protocol):
    """What the outages need of the Session."""

    def run_hook(
        self, name: str, hook: Callable[[], Awaitable[None]], *, timeout_s: float | None
    ) -> None: ...


class Outages:
    """Stateless but for the record."""

    def __init__(
        self, call: Call, conductor: Conductor, clockwork: Clockwork, session: _Session
    ) -> None:
        """Work for ``session``."""
        self._call = call
        self._conductor = conductor
        self._clockwork = clockwork
        self._session = session

    def heard(self, record: CallRecord, news: SlotDark | SlotLit) -> Say | inputs.Withdraw | None:
        """Take in that a slot has nobody, or somebody again; return what is to be said, or not."""
        why = OUTAGES[news.slot]
        if isinstance(news, SlotLit):
            return self._over(record, news.slot, why)
        self._conductor.report(OutageBegan(news.slot, news.detail))
        self._clockwork.dark(record, why)
        phrases, live = record.part.script.phrases, record.machine.live
        record.outages[news.slot] = ""
        if news.slot == "stt" and phrases.deaf:
            said = Utterance()
            record.outages[news.slot] = said.id
            return Say(said, phrases.deaf)
        if news.slot == "llm" and phrases.wait and live is not None:
            self._call.addresses.llm.tell(SayWithin(live.epoch, phrases.wait))
        return None

    def _over(self, record: CallRecord, slot: str, why: str) -> inputs.Withdraw | None:
        """Go on; what was to be said of it is no longer so."""
        self._clockwork.lit(record, why)
        said = record.outages.pop(slot, None)
        if said is None:
            return None
        self._conductor.report(OutageEnded(slot))
        return inputs.Withdraw(said) if said else None

    def end(self, record: CallRecord, why: str) -> tuple[Say, Input]:
        """Give up: what is held ends without an apology, and the goodbye is followed by the end."""
        goodbye = Utterance()
        address = self._call.addresses.session

        async def leave() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await goodbye
            address.tell(Close(why))

        self._session.run_hook("goodbye", leave, timeout_s=None)
        text = record.part.script.phrases.goodbye
        cut = inputs.Interrupt(force=True, reason=InterruptReason.OUTAGE)
        return Say(goodbye, text, interruptible=False), cut
