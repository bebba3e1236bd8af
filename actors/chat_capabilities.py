"""What a language model can do and how its answer may end, as far as its role must know."""

import enum
from dataclasses import dataclass
from typing import Final

CUT_OFF: Final = "length"
"""The reason of an answer that was as long as it may be; a call that it breaks off is void."""


class ResumeMode(enum.Enum):
    """How a model can be made to go on with an answer that another one has begun."""

    PREFIX = "prefix"
    """It is given the beginning of its answer and writes the rest of it."""
    ASK = "ask"
    """It is shown what was said and is asked, in words, for the rest."""


@dataclass(frozen=True, slots=True)
class ChatCapabilities:
    """What this model can do."""

    resume: ResumeMode = ResumeMode.ASK
    thinks: bool = False
    """Whether it may think for seconds before it writes, without a sign of life."""
