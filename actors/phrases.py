"""What the agent says by itself when something is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """One sentence for each case; an empty text: nothing is said."""

    wait: str = "One moment, please."
    """The language model is gone, and may come back."""
    deaf: str = "Sorry, I cannot hear you at the moment."
    """The recogniser is gone."""
    goodbye: str = "Sorry, we have technical difficulties. Please call again later."
    """Nobody came back in time: the call ends."""
    in_advance: bool = True
    """Whether the voice speaks them, and the apology, while nobody speaks; their sound is kept for
    the time when no voice is left. A worker has that done once for each voice."""

    @property
    def all(self) -> tuple[str, ...]:
        """Each of them that is said at all."""
        return tuple(filter(None, (self.wait, self.deaf, self.goodbye)))
