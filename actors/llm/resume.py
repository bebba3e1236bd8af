"""How another model is asked to go on in the middle of a reply. Pure."""

import re
from dataclasses import replace
from typing import Final

from actors.conversation import Message
from actors.text.ends import TOKEN, End, end_of
from actors.vendor import ChatRequest

NOTE: Final = (
    'The line broke off after "{end}". Your last message is what the caller has been told so far. '
    "Give only what follows, from the next word on: repeat nothing, begin with no preface, "
    "and call no tool that already has an output."
)
"""Lives in the request only: the conversation never contains it."""
LONGEST_QUOTE_WORDS: Final = 24


def going_on(request: ChatRequest, said: str, *, is_literal: bool) -> ChatRequest:
    """Return the request for the rest of an answer of which ``said`` was handed over.

    Args:
        request: What the first model was asked.
        said: The beginning of the answer, as the caller is told it.
        is_literal: The model goes on with a last message of its own; else it is asked in words.
    """
    begun = Message(role="assistant", text=said.rstrip())
    if is_literal:
        return replace(request, items=(*request.items, begun), goes_on=True)
    note = Message(role="system", text=NOTE.format(end=last_sentence(said)))
    return replace(request, items=(*request.items, begun, note))


def last_sentence(text: str) -> str:
    """Return the last sentence, whole or not; of a very long one its end."""
    bare = text.strip()
    start = scanned = 0
    while token := TOKEN.match(bare, scanned):
        scanned = token.end()
        ends = end_of(token, is_first_word=scanned == 0, is_end=True) is End.SENTENCE
        if ends and scanned < len(bare):
            start = scanned
    words = re.split(r"\s+", bare[start:].strip())
    return " ".join(words[-LONGEST_QUOTE_WORDS:])


def up_to_last_sentence(pieces: list[str]) -> list[str]:
    """Return the pieces without what stands after the last end of a sentence.

    An answer that was as long as it may be is ended there.
    """
    whole = list(pieces)
    while whole and not ends_sentence(whole[-1]):
        whole.pop()
    return whole


def ends_sentence(text: str) -> bool:
    """Whether the last word is the end of a sentence."""
    bare = text.rstrip()
    scanned, last = 0, None
    while token := TOKEN.match(bare, scanned):
        scanned, last = token.end(), token
    return last is not None and end_of(last, is_first_word=False, is_end=True) is End.SENTENCE
