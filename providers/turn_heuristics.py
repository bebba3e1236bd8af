"""How finished an English sentence looks, by its words alone: a table and a pure function."""

import re
from typing import Final

from actors.vendor import TurnScore, TurnState
from providers.number_words import is_number


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HESITATIONS: Final = _words("um uh er erm hmm mm ah oh well so like anyway")
"""At the end of a text: the caller thinks."""
CONNECTIVES: Final = _words(
    "and or but because if when while although unless since until whether than then as"
    " a an the my your our their his i'm it's there's i i'd we we'd they"
    " very really quite want need be"
)
"""After these something must follow: conjunctions, articles, subjects."""
AUXILIARIES: Final = _words(
    "is are was were am will would could should can may might must do does did have has had"
)
"""After these something must follow, but in ``yes I do`` and ``what do you have``."""
PREPOSITIONS: Final = _words(
    "for to of with without from at by into onto about between during in on until around near"
)
"""After these something mostly follows; not in ``where are you from`` or ``to check in``."""
PARTICLE_VERBS: Final = _words(
    "check checking log logging sign come coming go going turn turned stay move hold look fill plug"
)
"""With these a preposition may end the sentence."""
QUESTION_WORDS: Final = _words("who whom what which where whose")
"""They can leave a preposition or an auxiliary alone at the end."""
ANSWERS: Final = _words("yes no yeah yep sure")
OPENINGS: Final = (
    *("i would like", "i'd like", "i want", "i need", "can i", "could i", "can you", "could you"),
    *("i am looking for", "i'm looking for", "tell me", "give me", "let me", "how about"),
    *("what about", "is there", "are there", "do you have", "i would like to book", "do you"),
)
"""Whole texts that only open a sentence."""
ASKS_TO_WAIT: Final = (
    *("wait", "hold on", "hang on", "one moment", "one second", "just a moment", "just a second"),
    *("give me a second", "give me a moment", "let me think", "let me see", "let me check"),
    *("bear with me", "one sec", "just a sec"),
)
BACKCHANNELS: Final = (
    *("uh-huh", "uh huh", "mm", "mhm", "mm hmm", "hmm", "yeah", "yes", "yep", "ok", "okay"),
    *("right", "sure", "i see", "got it", "no problem", "all right", "alright"),
)
CLOSED: Final = (
    *("yes please", "no thanks", "no thank you", "thank you", "thanks", "thank you very much"),
    *("goodbye", "good bye", "bye", "hello", "hi", "no", "that's all", "that is all", "stop"),
)
"""Short texts to which nothing is missing."""

COMPLETE: Final = TurnScore(state=TurnState.COMPLETE)
INCOMPLETE: Final = TurnScore(state=TurnState.INCOMPLETE)
LIKELY: Final = TurnScore(probability=0.9)
"""Nothing is missing, but it is short."""
OPEN: Final = TurnScore(probability=0.5)
"""It may be finished or not: ends in a number, or in a stranded preposition."""
UNKNOWN: Final = TurnScore(probability=0.7)
SENTENCE_WORDS: Final = 3


def judge(text: str, *, asked: str = "", phrases: frozenset[str] = frozenset()) -> TurnScore:
    """Judge an English text; ``asked`` is what the agent said before it.

    ``phrases`` are sentences known to be whole, in lower case without punctuation.
    """
    words = plain(text).split()
    whole = " ".join(words)
    answers = asked.rstrip().endswith("?")
    if whole in BACKCHANNELS:
        return COMPLETE if answers else TurnScore(state=TurnState.BACKCHANNEL)
    if all(word in HESITATIONS for word in words):
        return INCOMPLETE
    if whole.endswith(ASKS_TO_WAIT):
        return TurnScore(state=TurnState.WAIT)
    if whole in CLOSED or whole in phrases:
        return COMPLETE
    return _ending(text, words, answers=answers)


def _ending(text: str, words: list[str], *, answers: bool) -> TurnScore:
    last = words[-1]
    if text.rstrip().endswith((",", "...", "…", "-", "–")) or " ".join(words) in OPENINGS:
        return INCOMPLETE
    if last in HESITATIONS or last in CONNECTIVES:
        return INCOMPLETE
    if last in AUXILIARIES:
        return OPEN if words[0] in QUESTION_WORDS | ANSWERS else INCOMPLETE
    if is_number(last):
        return COMPLETE if answers and not _counts_digits(words) else OPEN
    if last in PREPOSITIONS:
        return _after_preposition(words)
    return COMPLETE if answers or len(words) >= SENTENCE_WORDS else LIKELY


def _after_preposition(words: list[str]) -> TurnScore:
    if len(words) > 1 and words[-2] in PARTICLE_VERBS:
        return LIKELY
    return OPEN if words[0] in QUESTION_WORDS and len(words) >= SENTENCE_WORDS else INCOMPLETE


def _counts_digits(words: list[str]) -> bool:
    """Tell whether a number is being dictated, which has an end that only the caller knows."""
    return len(words) >= SENTENCE_WORDS and all(is_number(word) for word in words[-SENTENCE_WORDS:])


def plain(text: str) -> str:
    """Return a text in lower case without punctuation but apostrophe and hyphen."""
    return " ".join(re.findall(r"\w[\w'-]*", text.lower().replace("’", "'")))
