"""What is different for a caller who writes: every line is meant, and text stays as it is."""

from dataclasses import replace

from actors.turn_taking import TurnTakingConfig


class AsWritten:
    """A text filter that changes nothing: what is read need not be speakable."""

    def push(self, delta: str) -> str:
        """Return the text."""
        return delta

    def flush(self) -> str:
        """Return nothing: nothing was held back."""
        return ""


def written_turns(config: TurnTakingConfig | None) -> TurnTakingConfig:
    """Return the agent's turn taking without what belongs to speech.

    Nobody writes "mhm" to show that he listens, and a line of one word is as good as any other.
    What is shown is heard at once, so that an answer in the making is thought about all the while.
    """
    config = config or TurnTakingConfig()
    interrupt = replace(config.interrupt, min_words=1, backchannels=(), fillers=())
    eou = replace(config.eou, hesitations=())
    return replace(config, interrupt=interrupt, eou=eou, stall_speaking_s=config.stall_thinking_s)
