"""The library pocketsphinx, as far as it is used here: it has no types of its own."""

from typing import Any, Protocol, cast

from providers.libraries import load_library
from providers.pocketsphinx.listener import Endpointer


class Hypothesis(Protocol):
    """What a decoder understood, and how well it fits."""

    hypstr: str
    score: float


class Decoder(Protocol):
    """One search over one stream of sound."""

    def start_utt(self) -> None:
        """Begin an utterance."""
        ...

    def process_raw(self, data: bytes) -> object:
        """Decode s16le at 16 kHz."""
        ...

    def end_utt(self) -> None:
        """End the utterance."""
        ...

    def hyp(self) -> Hypothesis | None:
        """Return the best text so far."""
        ...

    def add_jsgf_string(self, name: str, jsgf: str) -> None:
        """Add a grammar; raises ValueError if it cannot."""
        ...

    def activate_search(self, name: str) -> None:
        """Use what was added under this name."""
        ...


class LanguageModelBuilder(Protocol):
    """Makes an n-gram of sentences."""

    def compute(self) -> bool:
        """Compute the probabilities."""
        ...

    def write_file(self, out_path: str) -> bool:
        """Write them down."""
        ...


class LanguageModels(Protocol):
    """The module pocketsphinx.lm."""

    def ArpaBoLM(self, *, text: str, add_start: bool) -> LanguageModelBuilder:  # noqa: N802
        """Count the words of a text."""
        ...


class Pocketsphinx(Protocol):
    """The module pocketsphinx."""

    def Decoder(self, **settings: Any) -> Decoder:  # noqa: N802
        """Load models."""
        ...

    def Endpointer(self) -> Endpointer:  # noqa: N802
        """Return a detector of speech by the WebRTC method."""
        ...

    def get_model_path(self, subpath: str) -> str:
        """Return where a file of the wheel is."""
        ...


def pocketsphinx() -> Pocketsphinx:
    """Load the library."""
    return cast("Pocketsphinx", load_library("pocketsphinx", needed_by="PocketsphinxSTT"))


def pocketsphinx_lm() -> LanguageModels:
    """Load its builder of language models."""
    return cast("LanguageModels", load_library("pocketsphinx.lm", needed_by="PocketsphinxSTT"))
