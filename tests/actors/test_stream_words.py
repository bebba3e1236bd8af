"""Where the words of a stream lie, of which nobody knows how long it will be."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from actors.events import SpokenWord
from actors.track.stream_words import StreamWords
from actors.word_map import heard

RATE_HZ = 1000
TEXTS = st.lists(
    st.sampled_from(["one", "seventeen", "–", "a", "telephone,", "42", "Rhythm"]), unique=True
)
STEPS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=20)


@dataclass
class Told:
    """What the Session has been told of a stream that was played."""

    words: StreamWords
    kept: list[SpokenWord] = field(default_factory=list[SpokenWord])
    sent: int = 0
    played: int = 0
    spoken: list[str] = field(default_factory=list[str])
    """The words as they were reported, one after the other."""

    def __post_init__(self) -> None:
        self.kept = list(self.words.placed)

    def learn(self, *, over: bool = False) -> None:
        news = self.words.replaced(sent=self.sent, played=self.played, over=over)
        if news is not None:
            start, words = news
            self.kept = [word for word in self.kept if word.start < start] + list(words)

    def play(self, samples: int) -> None:
        before, self.played = self.played, min(self.sent, self.played + samples)
        fresh = [word for word in self.kept if before < (word.start + word.end) // 2]
        self.spoken += heard(fresh, self.played).split()


@given(tokens=TEXTS, steps=STEPS)
def test_every_word_is_placed_once_and_reported_in_order_at_most_once(
    tokens: list[str], steps: list[tuple[int, int]]
) -> None:
    told = Told(StreamWords(" ".join(tokens), RATE_HZ))
    for more, heard_of_it in steps:
        told.sent += more
        told.learn()
        assert [word.word for word in told.kept] == tokens
        told.play(heard_of_it)
    told.learn(over=True)
    assert [word.word for word in told.kept] == tokens
    assert told.kept == list(told.words.placed)
    told.play(told.sent)
    assert told.spoken == [word for word in tokens if word in told.spoken]


@given(tokens=TEXTS.filter(bool), sent=st.integers(5000, 60_000))
def test_the_last_word_ends_with_the_stream(tokens: list[str], sent: int) -> None:
    words = StreamWords(" ".join(tokens), RATE_HZ)
    words.replaced(sent=sent, played=0, over=True)
    assert words.placed[-1].end == sent


def test_while_a_stream_goes_on_a_share_of_its_sound_is_no_more_than_that_of_its_words() -> None:
    words = StreamWords("one two three four", RATE_HZ)
    assert words.replaced(sent=100, played=0, over=False) is None
    words.replaced(sent=8000, played=0, over=False)
    assert heard(words.placed, 4000) == "one two"
    words.replaced(sent=16_000, played=4000, over=False)
    assert heard(words.placed, 8000) == "one two"
    assert heard(words.placed, 11_000) == "one two three"
