"""Names what there is to choose from, to end a complaint with."""

import difflib
import operator
from collections.abc import Collection
from itertools import takewhile
from typing import Final

ALIKE: Final = 0.5
"""Names so much alike (of 1) may have been meant."""
MANY: Final = 9
"""So many of them are looked at for the one that begins like it."""


def choice(given: object, known: Collection[str]) -> str:
    """Name what there is to choose from, first what was probably meant."""
    text = given if isinstance(given, str) else ""
    close = difflib.get_close_matches(text, known, n=MANY, cutoff=ALIKE)
    likeliest = max(close, key=lambda name: _common_beginning(name, text), default=None)
    meant = f"did you mean {likeliest!r}? There are" if likeliest else "there are"
    return f"{meant}: {', '.join(known)}"


def _common_beginning(one: str, other: str) -> int:
    return sum(takewhile(bool, map(operator.eq, one, other)))
