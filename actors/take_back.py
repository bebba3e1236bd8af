"""Taking back what was handed over but not heard: pieces by the model, audio by the voice.

The orders travel in order with what they take back; the answers say how much was really had.
"""

from dataclasses import dataclass

from supervision.messages import Lane, message


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take back the pieces from number ``piece`` on, as far as the caller has not heard of them.

    Told in order with the pieces; `TakenBack` answers, and the next piece has the number it names.
    """

    epoch: int
    piece: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The voice's answer to `TakeBack`: ``piece`` is the first one that was really taken back.

    It is higher than what was asked for if part of that was heard already.
    """

    epoch: int
    piece: int


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class CutBack:
    """Take back what was sent of this epoch, as far as it can still be taken back.

    The audio ends, with a short fade, at the first of ``places`` (ascending samples) that was not
    yet put out. If there is none left it ends as early as can be, or stays whole with ``keep``.
    `WasCutBack` answers with the same ``number``, and the next audio begins at the place it names.
    """

    epoch: int
    places: tuple[int, ...]
    number: int
    keep: bool = False


@dataclass(frozen=True, slots=True)
class WasCutBack:
    """The track's answer to `CutBack`: the audio of this epoch now ends at sample ``off``."""

    epoch: int
    off: int
    number: int
