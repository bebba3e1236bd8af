"""The agent of the browser's tests: a desk with one long answer, long enough to cut into."""

from providers import DemoBrain, EspeakTTS, HeuristicTurnDetector, PocketsphinxSTT, Rule, SileroVAD
from runtime import Agent

ANSWER = (
    "Breakfast is from seven to ten in the garden room. There is honey from the roof. "
    "And the coffee is as strong as you like."
)
BRAIN = DemoBrain(
    rules=[
        Rule("what time is breakfast", say=ANSWER),
        Rule("how many rooms are free for two nights", say="We have eight rooms."),
    ],
    fallback="I am sorry?",
)


class Main(Agent):
    """Says nothing before it is asked."""

    vad = SileroVAD()
    stt = PocketsphinxSTT(phrases=BRAIN.phrases())
    turn_detector = HeuristicTurnDetector(phrases=BRAIN.phrases())
    llm = BRAIN
    tts = EspeakTTS(voice="en-gb")
