"""Why the machine decides what it decides: each decision carries one of these."""

import enum


class CommitReason(enum.Enum):
    """Why the user's turn was taken as finished."""

    WAIT = "wait"
    STT_SILENCE = "stt_silence"
    STT_LOST = "stt_lost"
    VAD_STUCK = "vad_stuck"
    MAX_TURN = "max_turn"


class DiscardReason(enum.Enum):
    """Why something the user said, or seemed to say, is not part of any turn."""

    NO_SPEECH = "no_speech"
    STT_LOST = "stt_lost"
    BACKCHANNEL = "backchannel"
    ECHO = "echo"
    CORRECTED = "corrected"
    LOW_CONFIDENCE = "low_confidence"
    LEFT = "left"
    CLOSING = "closing"


class InterruptReason(enum.Enum):
    """What cut the agent."""

    SPEECH = "speech"
    WORDS = "words"
    CONTINUED = "continued"
    DTMF = "dtmf"
    COMMAND = "command"
    STALLED = "stalled"
    OUTAGE = "outage"
    """Nobody is left who could bring it on."""
    LEFT = "left"
    CLOSING = "closing"

    @property
    def is_failure(self) -> bool:
        """Whether nobody cut the agent: it could not go on."""
        return self in {InterruptReason.STALLED, InterruptReason.OUTAGE}


class DropReason(enum.Enum):
    """Why a queued output will never begin."""

    INTERRUPTED = "interrupted"
    QUEUE_FULL = "queue_full"
    USER_SPOKE = "user_spoke"
    OUTPUT_OVER = "output_over"
    """It was asked for within an output that is over."""
    STALLED = "stalled"
    LEFT = "left"
    CLOSING = "closing"
    WITHDRAWN = "withdrawn"
    """What it was to tell is no longer so."""


class PauseReason(enum.Enum):
    """Why the agent holds its breath."""

    SPEECH = "speech"
    """Somebody speaks."""
    WORDS = "words"
    """Words that may become an interruption, and may not."""


class ResumeReason(enum.Enum):
    """Why the agent goes on."""

    SILENCE = "silence"
    """Nobody speaks any more."""
    UNDERSTOOD = "understood"
    """What was said was no interruption."""
    PAUSE_MAX = "pause_max"
    VAD_STUCK = "vad_stuck"


class CancelReason(enum.Enum):
    """Why an answer that was begun early is thrown away."""

    TEXT = "text"
    """The turn reads differently."""
    FAILED = "failed"
    EMPTY = "empty"
    """It came to its end without a sound."""
    LEFT = "left"
    HANDED_OVER = "handed_over"
    """Another agent answers."""
    CLOSING = "closing"
