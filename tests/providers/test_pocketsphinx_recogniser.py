"""How the recogniser's decoders are put to work together."""

from dataclasses import dataclass

from providers.pocketsphinx.decoders import Recogniser


@dataclass
class Guess:
    hypstr: str
    score: float = 1.0


class Searcher:
    """Reads one text while the utterance goes on, and another when it has ended."""

    def __init__(self, during: str, at_end: str) -> None:
        self._during, self._at_end = during, at_end
        self._text = ""

    def start_utt(self) -> None:
        self._text = self._during

    def process_raw(self, data: bytes) -> None: ...

    def end_utt(self) -> None:
        self._text = self._at_end

    def hyp(self) -> Guess | None:
        return Guess(self._text) if self._text else None

    def add_jsgf_string(self, name: str, jsgf: str) -> None: ...

    def activate_search(self, name: str) -> None: ...


def finished(*, during: str, at_end: str) -> str:
    recogniser = Recogniser(Searcher(during, at_end))
    recogniser.start()
    recogniser.feed(b"")
    return recogniser.finish()


def test_the_text_at_the_end_counts() -> None:
    assert finished(during="two night", at_end="two nights") == "two nights"


def test_a_search_that_loses_its_way_at_the_end_keeps_what_it_had() -> None:
    assert finished(during="two nights", at_end="") == "two nights"


def test_what_never_had_a_text_has_none() -> None:
    assert finished(during="", at_end="") == ""
