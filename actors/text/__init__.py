"""Text made fit for speech: what a model writes becomes pieces that a voice can say."""

from actors.text.guarded import GuardedFilter
from actors.text.language import ENGLISH, Language, Money
from actors.text.speakable import SpeakableFilter, TextFilter
from actors.text.splitter import SentenceSplitter, pieces
from actors.text.words import count_words, is_speakable

__all__ = [
    "ENGLISH",
    "GuardedFilter",
    "Language",
    "Money",
    "SentenceSplitter",
    "SpeakableFilter",
    "TextFilter",
    "count_words",
    "is_speakable",
    "pieces",
]
