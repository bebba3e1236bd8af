"""Everything private that we take from Pykka 4.5, in one place.

Pykka names these hooks "for implementors of new actor types", yet keeps them underscored.
Each has a contract test in ``tests/supervision/test_pykka_contract.py``; the pin is
``pykka>=4.5,<4.6``, so a new minor version is a decision and never a surprise.
"""

from __future__ import annotations

from pykka._actor import ActorInbox
from pykka._envelope import Envelope
from pykka._future import GetHookFunc
from pykka._types import AttrPath, OptExcInfo
from pykka.messages import _ActorStop  # pyright: ignore[reportPrivateUsage]

ActorStop = _ActorStop

__all__ = [
    "ActorInbox",
    "ActorStop",
    "AttrPath",
    "Envelope",
    "GetHookFunc",
    "OptExcInfo",
]
