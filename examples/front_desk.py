"""The front desk of a small hotel: a whole spoken conversation without a key or a download.

    make run

The recogniser, the brain (rules, no language model) and the voice are the embedded ones. With a
vendor's key put the vendor first, for example ``llm = [AnthropicLLM(...), BRAIN]``: the rules
then are its understudy.
"""

from providers import DemoBrain, EspeakTTS, HeuristicTurnDetector, PocketsphinxSTT, Rule, SileroVAD
from runtime import Agent, function_tool

ROOMS = 12

BRAIN = DemoBrain(
    rules=[
        Rule(
            ("what time is breakfast", "when is breakfast"),
            call="breakfast",
            say="Breakfast is {result}.",
        ),
        Rule(
            ("how many rooms are free for {nights:number} nights", "how many rooms are free"),
            ask={"nights": "For how many nights?"},
            call="rooms_free",
            say="We have {result} rooms free for {nights} nights.",
        ),
    ],
    fallback="I am sorry, I only know about rooms and breakfast.",
)


class Main(Agent):
    """Answers the telephone."""

    instructions = "You are the front desk of a small hotel. Be brief and kind."
    vad = SileroVAD()
    stt = PocketsphinxSTT(phrases=BRAIN.phrases())
    turn_detector = HeuristicTurnDetector(phrases=BRAIN.phrases())
    llm = BRAIN
    tts = EspeakTTS(voice="en-gb")

    @function_tool
    async def rooms_free(self, nights: int) -> int:
        """Say how many rooms are free for that many nights."""
        return max(0, ROOMS - 2 * nights)

    @function_tool
    async def breakfast(self) -> str:
        """Say when breakfast is."""
        return "from seven to ten"

    async def on_enter(self) -> None:
        """Greet the caller."""
        await self.session.say("Front desk, good evening.")
