"""Words that nobody uses, each once: so that it can be told where every one of them went."""

CONSONANTS = "bdfgklmnprst"
VOWELS = "aeiou"
SYLLABLES = tuple(consonant + vowel for consonant in CONSONANTS for vowel in VOWELS)


class WordBook:
    """Hands out words of two or more syllables, never the same twice.

    Words of two books differ as long as their names do not begin alike.
    """

    def __init__(self, name: str) -> None:
        """Begin the book; its words end in the first letter of its name."""
        self._ending = name[0]
        self._given = 0

    def new(self) -> str:
        """Return a new word."""
        number, self._given = self._given, self._given + 1
        syllables = [SYLLABLES[number % len(SYLLABLES)]]
        number //= len(SYLLABLES)
        syllables.append(SYLLABLES[number % len(SYLLABLES)])
        number //= len(SYLLABLES)
        while number:
            syllables.append(SYLLABLES[number % len(SYLLABLES)])
            number //= len(SYLLABLES)
        return "".join(syllables[::-1]) + self._ending
