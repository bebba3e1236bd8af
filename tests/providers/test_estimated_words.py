"""Where the words of a voice without timings are thought to lie, against one that tells."""

from actors.text import pieces
from actors.vendor import SpeechPcm, SpeechRequest, SpeechTimings, WordTiming
from actors.word_map import estimated, from_timings, heard
from providers.espeak import EspeakTTS
from tests.providers.fake_services import FakeServices

TEXTS = (
    "One two three four five six seven eight nine ten eleven twelve.",
    "We have three rooms free on Monday, and breakfast is included.",
    "I am sorry, but the manager is not available at the moment.",
    "Could you please tell me your name, and for how many nights you would like to stay?",
    "It is a big red bus and it is on its way to us.",
    "Unfortunately, cancellation is impossible, although rebooking remains available.",
)


async def apart(text: str) -> list[int]:
    """Return how many words estimate and truth are apart, over the time of the speech."""
    found: list[int] = []
    with FakeServices() as services:
        async with EspeakTTS().open(services) as voice:
            for piece in pieces(text, max_words=12):
                samples, timings = 0, list[WordTiming]()
                async for chunk in voice.synthesize(SpeechRequest(piece)):
                    match chunk:
                        case SpeechPcm(pcm):
                            samples += len(pcm) // 2
                        case SpeechTimings(words):
                            timings.extend(words)
                true = from_timings(timings, piece, start=0, ratio=1.0, whole=True)
                guessed = estimated(piece, start=0, samples=samples)
                for played in range(0, samples, 100):
                    counts = [len(heard(words, played).split()) for words in (true, guessed)]
                    found.append(abs(counts[0] - counts[1]))
    return found


async def test_the_estimate_is_hardly_ever_more_than_a_word_off_and_never_more_than_two() -> None:
    found = [count for text in TEXTS for count in await apart(text)]
    assert max(found) <= 2
    assert sum(count > 1 for count in found) / len(found) < 0.005
