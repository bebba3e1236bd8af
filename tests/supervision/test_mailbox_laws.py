"""The laws of a mailbox, against a model that is too simple to be wrong."""

import threading
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from supervision.lanes import NOTHING
from supervision.mail import MailboxLimits, Verdict
from supervision.mailbox import Mailbox
from supervision.messages import POLICIES, Lane, Overflow
from tests.supervision.extras import Alert, Audio, Mark, Volume, Word

CONTROL, MEDIA = 3, 4
BOUNDS = {Lane.SYSTEM: 1 << 62, Lane.CONTROL: CONTROL, Lane.MEDIA: MEDIA}
KINDS: tuple[type[Any], ...] = (Alert, Audio, Mark, Volume, Word)


class MailboxLaws(RuleBasedStateMachine):
    """Puts and takes at random, on the owner's thread and from another."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Mailbox(MailboxLimits(control=CONTROL, media=MEDIA))
        self.box.bind_thread(lambda: None, lambda: 0.0)
        self.model: dict[Lane, list[Any]] = {lane: [] for lane in Lane}
        self.number = 0
        self.put = self.taken = self.lost = 0

    @rule(kind=st.sampled_from(KINDS))
    def put_here(self, kind: type[Any]) -> None:
        item = self.make(kind)
        verdict = self.box.put(item, POLICIES[kind])
        assert (verdict is Verdict.ACCEPTED) == self.expect(item)

    @rule(kind=st.sampled_from((Alert, Word)))
    def put_from_another_thread(self, kind: type[Any]) -> None:
        item = self.make(kind)
        verdicts: list[Verdict] = []
        thread = threading.Thread(
            target=lambda: verdicts.append(self.box.put(item, POLICIES[kind]))
        )
        thread.start()
        thread.join()
        self.box.take_over()
        assert (verdicts == [Verdict.ACCEPTED]) == self.expect(item)

    @rule()
    def take(self) -> None:
        expected = next((items.pop(0) for items in self.model.values() if items), NOTHING)
        assert self.box.take() == expected
        self.taken += expected is not NOTHING

    @rule()
    def purge(self) -> None:
        self.box.purge(Lane.MEDIA)
        self.lost += len(self.model[Lane.MEDIA])
        self.model[Lane.MEDIA] = []

    @invariant()
    def nothing_is_above_its_bound(self) -> None:
        for lane, depth in zip(Lane, self.box.stats().depth_by_lane, strict=True):
            assert depth <= BOUNDS[lane]

    @invariant()
    def every_message_is_waiting_or_taken_or_counted(self) -> None:
        stats = self.box.stats()
        assert self.put == stats.depth + self.taken + stats.dropped + stats.refused
        assert stats.dropped == self.lost

    def make(self, kind: type[Any]) -> Any:
        self.number += 1
        self.put += 1
        return kind(self.number)

    def expect(self, item: Any) -> bool:
        """Put into the model and tell whether it is accepted."""
        policy = POLICIES[type(item)]
        waiting = self.model[policy.lane]
        older = [n for n, other in enumerate(waiting) if type(other) is type(item)]
        if policy.overflow is Overflow.NEWEST_WINS and older:
            waiting[older[0]] = item
            self.lost += 1
            return True
        if len(waiting) == BOUNDS[policy.lane]:
            droppable = [n for n, other in enumerate(waiting) if type(other) is Audio]
            if not droppable:
                self.lost += policy.overflow is Overflow.DROP_OLDEST
                return policy.overflow is Overflow.DROP_OLDEST
            del waiting[droppable[0]]
            self.lost += 1
        waiting.append(item)
        return True


TestMailboxLaws = MailboxLaws.TestCase
TestMailboxLaws.settings = settings(max_examples=40, stateful_step_count=40)
