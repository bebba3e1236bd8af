"""What kind of conversation an agent's parts make: a pure function of which of them exist.

Nothing depends on the mode: every stage looks for its neighbours only. It says in one word, to
whoever reads the log or the check, what can be expected of the agent.
"""

import enum
from collections.abc import Set as AbstractSet

STT, LLM, TTS, VAD, TURN = "stt", "llm", "tts", "vad", "turn"


class PipelineMode(enum.Enum):
    """What an agent can do with the parts that it has."""

    REALTIME = "realtime"
    """The model hears or speaks by itself."""
    FULL_CASCADING = "full_cascading"
    """Hears, judges turns, thinks and speaks, part by part."""
    LLM_TTS_ONLY = "llm_tts_only"
    """Thinks and speaks; what it answers comes in writing."""
    STT_LLM_ONLY = "stt_llm_only"
    """Hears and thinks; its answers are texts."""
    LLM_ONLY = "llm_only"
    """Texts in, texts out."""
    STT_TTS_ONLY = "stt_tts_only"
    """Hears, and says what the program tells it."""
    STT_ONLY = "stt_only"
    """Writes down what is said."""
    TTS_ONLY = "tts_only"
    """Says what the program tells it."""
    PARTIAL_CASCADING = "partial_cascading"
    """Any other set of parts, the empty one included."""


class RealtimeMode(enum.Enum):
    """Which side of the conversation a speech-to-speech model takes over."""

    FULL_S2S = "full_s2s"
    """It hears and speaks."""
    HYBRID_STT = "hybrid_stt"
    """An STT hears for it; it speaks."""
    HYBRID_TTS = "hybrid_tts"
    """It hears; a TTS speaks for it."""
    LLM_ONLY = "llm_only"
    """It only thinks, as any language model: the agent is a cascade."""


_CASCADES = {
    frozenset({LLM}): PipelineMode.LLM_ONLY,
    frozenset({STT}): PipelineMode.STT_ONLY,
    frozenset({TTS}): PipelineMode.TTS_ONLY,
    frozenset({LLM, TTS}): PipelineMode.LLM_TTS_ONLY,
    frozenset({STT, LLM}): PipelineMode.STT_LLM_ONLY,
    frozenset({STT, TTS}): PipelineMode.STT_TTS_ONLY,
}


def realtime_mode(
    slots: AbstractSet[str], *, speech_to_speech: bool, chosen: RealtimeMode | None = None
) -> RealtimeMode | None:
    """Return the part that a speech-to-speech model plays; None where there is no such model.

    What was ``chosen`` wins; else the model leaves to an STT and a TTS what they are there for.
    """
    if not (speech_to_speech and LLM in slots):
        return None
    if chosen is not None:
        return chosen
    match (STT in slots, TTS in slots):
        case (True, True):
            return RealtimeMode.LLM_ONLY
        case (True, False):
            return RealtimeMode.HYBRID_STT
        case (False, True):
            return RealtimeMode.HYBRID_TTS
        case _:
            return RealtimeMode.FULL_S2S


def pipeline_mode(slots: AbstractSet[str], *, realtime: RealtimeMode | None = None) -> PipelineMode:
    """Return the mode of an agent whose filled slots are these, by their names in the tree."""
    if realtime not in {None, RealtimeMode.LLM_ONLY}:
        return PipelineMode.REALTIME
    if slots >= {STT, LLM, TTS, VAD, TURN}:
        return PipelineMode.FULL_CASCADING
    return _CASCADES.get(frozenset(slots & {STT, LLM, TTS}), PipelineMode.PARTIAL_CASCADING)
