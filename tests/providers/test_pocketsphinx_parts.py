"""The parts of PocketsphinxSTT that need no recogniser: wire, utterances, choice of text."""

import io
import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers import PocketsphinxSTT
from providers.pocketsphinx.decoders import (
    Heard,
    UnusableVocabularyError,
    choose,
    dictionary_lines,
)
from providers.pocketsphinx.listener import MEMORY, PRE_ROLL, Listener
from providers.pocketsphinx.stt import plain_words
from providers.pocketsphinx.wire import Endpointing, Frame, Kind, Options, pack, read_frame

FRAME = 320


class WritesDownAudio:
    """A recogniser whose text is a count and whose utterances can be looked at."""

    def __init__(self) -> None:
        self.utterances: list[bytes] = []

    def start(self) -> None:
        self.utterances.append(b"")

    def feed(self, pcm: bytes) -> None:
        self.utterances[-1] += pcm

    def text(self) -> str:
        return f"{len(self.utterances[-1]) // 2} samples" if self.utterances[-1] else ""

    finish = text


class LoudIsSpeech:
    """An endpointer without memory: a frame that is not all zero is speech."""

    frame_bytes = FRAME * 2
    in_speech = False

    def process(self, frame: bytes) -> bytes | None:
        self.in_speech = any(frame)
        return frame if self.in_speech else None


def numbered(at: int) -> bytes:
    return (at // FRAME).to_bytes(2, "little") * FRAME


class Line:
    """Drives a listener frame by frame."""

    def __init__(self, endpointing: Endpointing = "vad") -> None:
        self.recogniser = WritesDownAudio()
        self.listener = Listener(self.recogniser, LoudIsSpeech(), endpointing)
        self.at = FRAME
        self.said: list[Frame] = []

    def note(self, frames: Iterable[Frame]) -> None:
        self.said += [frame for frame in frames if frame.kind is not Kind.CONSUMED]

    def audio(self, frames: int, *, silent: bool = False) -> None:
        for _ in range(frames):
            pcm = bytes(FRAME * 2) if silent else numbered(self.at)
            self.note(self.listener.hear(self.at, pcm))
            self.at += FRAME

    def start(self, at: int) -> None:
        self.note(self.listener.start(at))

    def flush(self, mark: int = 0) -> None:
        self.note(self.listener.flush(mark))

    def heard(self, utterance: int) -> list[int]:
        pcm = self.recogniser.utterances[utterance]
        return [int.from_bytes(pcm[at : at + 2], "little") for at in range(0, len(pcm), FRAME * 2)]

    def kinds(self) -> list[Kind]:
        return [frame.kind for frame in self.said]


def test_an_utterance_begins_a_little_before_its_reported_start() -> None:
    line = Line()
    line.audio(100)
    line.start(at=95 * FRAME)
    line.audio(10)
    assert line.heard(0) == list(range(95 - PRE_ROLL // FRAME, 111))


def test_a_start_from_before_the_memory_begins_with_all_that_is_kept() -> None:
    line = Line()
    line.audio(200)
    line.start(at=20 * FRAME)
    assert len(line.heard(0)) == MEMORY // FRAME


def test_no_audio_is_decoded_twice() -> None:
    line = Line()
    line.audio(50)
    line.start(at=48 * FRAME)
    line.audio(20)
    line.flush(1)
    line.audio(5)
    line.start(at=71 * FRAME)
    line.audio(5)
    assert line.heard(1) == list(range(71, 81))
    assert set(line.heard(0)).isdisjoint(line.heard(1))


def test_silence_gives_no_final_but_the_mark() -> None:
    line = Line()
    line.audio(100)
    line.flush(7)
    assert line.said == [Frame(Kind.FLUSHED, 7)]


def test_an_utterance_without_text_gives_no_final() -> None:
    line = Line()
    line.start(at=0)
    line.flush(1)
    assert line.said == [Frame(Kind.FLUSHED, 1)]


def test_the_final_comes_before_its_mark() -> None:
    line = Line()
    line.start(at=0)
    line.audio(3)
    line.flush(5)
    assert line.said == [Frame(Kind.FINAL, 0, b"960 samples"), Frame(Kind.FLUSHED, 5)]


def test_a_second_start_does_not_cut_the_utterance() -> None:
    line = Line()
    line.start(at=0)
    line.audio(3)
    line.start(at=2 * FRAME)
    line.flush(5)
    assert line.said[0] == Frame(Kind.FINAL, 0, b"960 samples")


def test_interims_come_five_times_a_second() -> None:
    line = Line()
    line.start(at=0)
    line.audio(50)
    assert line.kinds() == [Kind.INTERIM] * 5


def test_all_audio_is_reported_as_consumed() -> None:
    line = Line()
    answers = list(line.listener.hear(320, numbered(320)))
    assert answers == [Frame(Kind.CONSUMED, 640)]


def test_without_a_detector_it_finds_utterances_by_itself() -> None:
    line = Line("auto")
    line.audio(10, silent=True)
    line.audio(5)
    line.audio(10, silent=True)
    line.audio(4)
    line.note(line.listener.end(1))
    assert [frame.body for frame in line.said] == [b"1600 samples", b"1280 samples", b""]


def test_once_a_detector_has_spoken_up_it_alone_decides() -> None:
    line = Line("auto")
    line.audio(20)
    line.start(at=15 * FRAME)
    line.audio(5, silent=True)
    line.audio(5)
    line.flush(1)
    line.audio(5)
    line.audio(5, silent=True)
    assert line.kinds().count(Kind.FINAL) == 1
    assert line.heard(1)[0] == max(1, 15 - PRE_ROLL // FRAME)


def test_what_it_gave_by_itself_is_not_heard_again_for_a_detector() -> None:
    line = Line("auto")
    line.audio(20)
    line.audio(1, silent=True)
    line.start(at=15 * FRAME)
    line.audio(5)
    assert line.kinds().count(Kind.FINAL) == 1
    assert set(line.heard(1)).isdisjoint(range(1, 21))


def test_told_to_find_utterances_itself_it_hears_no_detector() -> None:
    line = Line("own")
    line.audio(20)
    line.start(at=0)
    line.audio(5)
    line.audio(1, silent=True)
    assert line.said[-1] == Frame(Kind.FINAL, 0, b"8000 samples")


@pytest.mark.parametrize(
    ("phrase", "r", "text"),
    [
        (Heard("clearly better"), 0.31, "clearly better"),
        (Heard("hardly better"), 0.29, "main"),
        (Heard("thank you"), 0.16, "thank you"),
        (Heard("thank you"), 0.14, "main"),
        (Heard(""), 5.0, "main"),
    ],
)
def test_a_phrase_must_explain_the_sound_clearly_better(phrase: Heard, r: float, text: str) -> None:
    scored = Heard(phrase.text, math.exp(r))
    assert choose(Heard("main", 1.0), scored, frozenset({"thank you"}), 0.3) == text


def test_a_score_of_nothing_decides_nothing() -> None:
    assert choose(Heard("main", 0.0), Heard("phrase", 1.0), frozenset(), 0.3) == "main"


DICTIONARY = ["a AH", "a(2) EY", "read R EH D", "read(2) R IY D", "reader R IY D ER"]


def test_the_dictionary_keeps_all_pronunciations_of_the_words() -> None:
    assert dictionary_lines({"a", "read"}, DICTIONARY) == DICTIONARY[:4]


def test_words_without_a_pronunciation_are_named() -> None:
    with pytest.raises(UnusableVocabularyError, match="qwx, zzyzx "):
        dictionary_lines({"a", "zzyzx", "qwx"}, DICTIONARY)


def test_phrases_are_written_as_the_recogniser_does() -> None:
    assert plain_words("What’s the time – please?") == "what's the time please"
    assert PocketsphinxSTT(phrases=["Yes, please!", "..."]).phrases == ("yes please",)


def test_phrases_and_grammar_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="not both"):
        PocketsphinxSTT(phrases=["yes"], grammar="#JSGF V1.0;")


def test_a_closed_vocabulary_needs_phrases() -> None:
    with pytest.raises(ValidationError, match="needs phrases"):
        PocketsphinxSTT(closed_vocabulary=True)


frames = st.builds(Frame, st.sampled_from(Kind), st.integers(-(2**62), 2**62), st.binary())


@given(st.lists(frames))
def test_the_wire_carries_frames_in_order(sent: list[Frame]) -> None:
    source = io.BytesIO(b"".join(map(pack, sent)))
    assert list(iter(lambda: read_frame(source), None)) == sent


@given(frames, st.data())
def test_a_frame_that_is_cut_off_is_no_frame(frame: Frame, data: st.DataObject) -> None:
    whole = pack(frame)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read_frame(io.BytesIO(whole[:cut])) is None


def test_the_options_survive_the_wire() -> None:
    options = Options(
        phrases=("yes", "no"),
        phrase_margin=0.2,
        closed_vocabulary=False,
        grammar=None,
        thorough=True,
        endpointing="own",
    )
    assert Options.from_json(options.to_json()) == options
