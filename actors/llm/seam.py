"""What the caller notices of a hand-over in mid-reply: told once it is known."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.events import Played, PlayPhase
from actors.slots.handover import Handover, Seam, SeamKind

_OVER = frozenset({PlayPhase.FINISHED, PlayPhase.CUT})


@dataclass(slots=True)
class OpenSeam:
    """A hand-over that was not told yet."""

    handover: Handover
    starved_ms: int
    """What silence there had been for want of speech before it."""
    gap_ms: int = 0
    kind: SeamKind | None = None
    words_repeated: int = 0


class SeamBook:
    """Keeps the hand-overs that are not told yet, one of each epoch, and tells each once."""

    def __init__(
        self, seams: dict[int, OpenSeam], report: Callable[[Handover, Seam], None]
    ) -> None:
        """Keep them in ``seams``; tell by ``report``."""
        self._seams = seams
        self._report = report

    def open(self, handover: Handover, played: Played | None) -> None:
        """Note a hand-over behind what was played so far."""
        self.close(handover.epoch)
        starved_ms = 0 if played is None else played.starved_ms
        self._seams[handover.epoch] = OpenSeam(handover, starved_ms)

    def joined(self, epoch: int, kind: SeamKind, words_repeated: int = 0) -> bool:
        """Note how the two texts join; return whether that is news."""
        seam = self._seams.get(epoch)
        if seam is None or seam.kind is not None:
            return False
        seam.kind, seam.words_repeated = kind, words_repeated
        return True

    def heard(self, played: Played) -> None:
        """Note the silence so far; tell what is known once speech has begun again, or is over."""
        seam = self._seams.get(played.epoch)
        if seam is None:
            return
        seam.gap_ms = max(0, played.starved_ms - seam.starved_ms)
        began_again = seam.kind is not None and played.phase is PlayPhase.STARTED
        if (began_again and seam.gap_ms > 0) or played.phase in _OVER:
            self.close(played.epoch)

    def close(self, epoch: int) -> None:
        """Tell what is known; nothing more will be."""
        seam = self._seams.pop(epoch, None)
        if seam is not None:
            kind = seam.kind or SeamKind.UNCHECKED
            self._report(seam.handover, Seam(kind, seam.gap_ms, seam.words_repeated))
