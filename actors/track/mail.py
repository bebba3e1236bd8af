"""What the audio track is told: by the voice, the Session, the far end, and by its own timers."""

from dataclasses import dataclass
from typing import TypeAlias

from actors.events import Begin, Cut, Pause, Resume
from actors.frames import AgentAudio, SpeechOver
from actors.playback import Heard, LineState, Silenced
from actors.take_back import CutBack


@dataclass(frozen=True, slots=True)
class Tick:
    """The next frame is due."""


@dataclass(frozen=True, slots=True)
class SilencedLate:
    """The far end does not say where it stopped."""


@dataclass(frozen=True, slots=True)
class StillAway:
    """The caller is not back yet."""


Speech: TypeAlias = AgentAudio | SpeechOver | CutBack
FarEnd: TypeAlias = Heard | Silenced | SilencedLate
TrackMail: TypeAlias = Speech | Begin | Cut | Pause | Resume | FarEnd | LineState | StillAway | Tick
