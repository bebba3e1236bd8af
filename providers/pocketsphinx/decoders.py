"""The decoders inside the recogniser process: open vocabulary, declared phrases, grammar.

Declared phrases become a small n-gram that runs beside the large language model. It always hears
something of its own, so its text is taken only where it explains the sound clearly better than
the large model does: r is the logarithm of the ratio of their scores.
"""

import math
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from providers.pocketsphinx.library import Decoder, pocketsphinx, pocketsphinx_lm
from providers.pocketsphinx.wire import Options

EXACT_SHARE: Final = 0.5
"""A short phrase cannot reach the margin; heard word for word, this share of it is enough."""
QUICK: Final = {"fwdflat": False, "maxhmmpf": 3000, "maxwpf": 10}
"""One pass instead of two: the Final in 10 ms instead of 100, at a few percent more errors."""


class UnusableVocabularyError(Exception):
    """The declared phrases or grammar cannot be recognised; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one decoder makes of the sound; its score compares decoders on the same sound."""

    text: str = ""
    score: float = 0.0


class Recogniser:
    """One or two decoders that hear the same; an utterance is started, fed and finished."""

    def __init__(
        self, main: Decoder, phrase_decoder: Decoder | None = None, options: Options | None = None
    ) -> None:
        """Use ``main`` for the text, but for what the decoder of the phrases hears clearly."""
        self._main = main
        self._phrase_decoder = phrase_decoder
        self._declared = frozenset(options.phrases if options else ())
        self._margin = options.phrase_margin if options else 0.0

    def start(self) -> None:
        """Begin an utterance."""
        for decoder in self._decoders():
            decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        """Go on with the utterance."""
        for decoder in self._decoders():
            decoder.process_raw(pcm)

    def finish(self) -> str:
        """End the utterance and return its text, which may be empty."""
        before = self.text()
        for decoder in self._decoders():
            decoder.end_utt()
        return self.text() or before  # a search that was cut short may lose its way at the very end

    def text(self) -> str:
        """Return what the utterance sounds like so far."""
        main = _heard(self._main)
        if self._phrase_decoder is None:
            return main.text
        return choose(main, _heard(self._phrase_decoder), self._declared, self._margin)

    def _decoders(self) -> Iterator[Decoder]:
        yield self._main
        if self._phrase_decoder is not None:
            yield self._phrase_decoder


def choose(main: Heard, phrase: Heard, declared: frozenset[str], margin: float) -> str:
    """Take the phrase decoder's text where it explains the sound clearly better."""
    if not phrase.text or phrase.score <= 0 or main.score <= 0:
        return main.text
    needed = margin * EXACT_SHARE if phrase.text in declared else margin
    return phrase.text if math.log(phrase.score / main.score) >= needed else main.text


def build(options: Options) -> Recogniser:
    """Load the decoders that the options ask for.

    Raises:
        UnusableVocabularyError: a phrase has a word that the dictionary lacks, or the grammar is
            not valid.
    """
    if options.grammar is not None:
        return Recogniser(_grammar_decoder(options.grammar))
    phrases = _phrase_decoder(options.phrases) if options.phrases else None
    if phrases is not None and options.closed_vocabulary:
        return Recogniser(phrases)
    main = _decoder(**({} if options.thorough else QUICK))
    return Recogniser(main, phrases, options)


def _heard(decoder: Decoder) -> Heard:
    hypothesis = decoder.hyp()
    return Heard() if hypothesis is None else Heard(hypothesis.hypstr, hypothesis.score)


def _decoder(**settings: Any) -> Decoder:
    return pocketsphinx().Decoder(loglevel="FATAL", **settings)


def _grammar_decoder(grammar: str) -> Decoder:
    decoder = _decoder(lm=None)
    try:
        decoder.add_jsgf_string("grammar", grammar)
    except ValueError as error:
        raise UnusableVocabularyError(
            "the grammar is not valid JSGF, or has a word that the English dictionary lacks"
        ) from error
    decoder.activate_search("grammar")
    return decoder


def _phrase_decoder(phrases: tuple[str, ...]) -> Decoder:
    with _phrase_files(phrases) as (language_model, dictionary):
        return _decoder(lm=str(language_model), dict=str(dictionary))


@contextmanager
def _phrase_files(phrases: tuple[str, ...]) -> Generator[tuple[Path, Path]]:
    """Write n-gram and dictionary. With the whole dictionary loading would take seconds."""
    builder = pocketsphinx_lm().ArpaBoLM(text="\n".join(phrases), add_start=True)
    builder.compute()
    with (
        TemporaryDirectory() as folder,
        Path(pocketsphinx().get_model_path("en-us/cmudict-en-us.dict")).open(
            encoding="utf-8"
        ) as whole,
    ):
        files = Path(folder, "phrases.lm"), Path(folder, "phrases.dict")
        builder.write_file(str(files[0]))
        words = {word for phrase in phrases for word in phrase.split()}
        files[1].write_text("".join(dictionary_lines(words, whole)), encoding="utf-8")
        yield files


def dictionary_lines(words: set[str], dictionary: Iterable[str]) -> list[str]:
    """Pick the pronunciations of these words, also the second and third ones: ``a(2)``.

    Raises:
        UnusableVocabularyError: some word has none.
    """
    lines = [line for line in dictionary if _headword(line) in words]
    unknown = words - {_headword(line) for line in lines}
    if unknown:
        raise UnusableVocabularyError(
            "the English dictionary has no pronunciation for these words of the phrases: "
            f"{', '.join(sorted(unknown))} (write numbers as words; leave out rare names)"
        )
    return lines


def _headword(line: str) -> str:
    return line.split(None, 1)[0].partition("(")[0]
