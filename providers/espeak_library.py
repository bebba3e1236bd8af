"""The C library espeak-ng by ctypes, as espeakng-loader brings it.

It is GPL-3, loaded at run time and replaceable. It has one state for the whole process, so one
thread at a time may use it: `EspeakEngine` sees to that.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from actors.vendor import FailureKind, ProviderError
from providers.libraries import load_library

BLOCK_MS: Final = 40
"""What is asked for; blocks come out as 60 ms."""
RETRIEVAL_OUTPUT: Final = 2
"""Synchronous, the audio by callback instead of a loudspeaker."""
UTF8: Final = 1
POSITION_IN_CHARACTERS: Final = 1
EVENT_END_OF_LIST: Final = 0
EVENT_WORD: Final = 1
STOP: Final = 1
GO_ON: Final = 0
RATE: Final = 1
VOLUME: Final = 2
PITCH: Final = 3


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_void_p),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Word:
    """A word that begins: where in the text (characters) and where in the audio (samples)."""

    text_start: int
    text_end: int
    sample: int


Listener = Callable[[bytes, list[Word]], bool]
"""Takes the next audio and the words that begin in it; returns False to stop at once."""


class _Loader(Protocol):
    def get_library_path(self) -> str: ...
    def get_data_path(self) -> str: ...


class EspeakLibrary:
    """espeak-ng in this process; for one thread at a time.

    Raises:
        MissingLibraryError: espeakng-loader is not installed.
        ProviderError: the library does not start.
    """

    def __init__(self) -> None:
        loader = cast("_Loader", load_library("espeakng_loader", needed_by="EspeakTTS"))
        self._library = ctypes.CDLL(loader.get_library_path())
        data_path = loader.get_data_path().encode()
        self.sample_rate_hz = int(
            self._library.espeak_Initialize(RETRIEVAL_OUTPUT, BLOCK_MS, data_path, 0)
        )
        if self.sample_rate_hz <= 0:
            raise ProviderError(f"espeak-ng does not start with the data in {data_path.decode()}")
        self.voices = self._list_voices()
        self._listener: Listener = _deaf
        self._callback = _CALLBACK(self._on_audio)  # kept: C holds only a pointer to it
        self._library.espeak_SetSynthCallback(self._callback)

    def use_voice(self, voice: str) -> None:
        """Speak from now on as this language or voice (``en-gb``, or with a variant: ``en-gb+f3``).

        Raises:
            ProviderError: there is no such voice (kind ``misconfigured``).
        """
        base, plus, variant = voice.partition("+")
        identifier = self.voices.get(base.lower())
        if identifier is None:
            some = ", ".join(sorted(name for name in self.voices if name.startswith("en-")))
            raise ProviderError(
                f"espeak-ng has no voice {voice!r}; it has, among others: {some}, de, fr, es, it",
                kind=FailureKind.MISCONFIGURED,
            )
        self._library.espeak_SetVoiceByName(f"{identifier}{plus}{variant}".encode())

    def set_prosody(self, *, rate_wpm: int, pitch: int, volume: int) -> None:
        """Set speed, pitch (0 to 100) and loudness (100 is normal)."""
        for parameter, value in ((RATE, rate_wpm), (PITCH, pitch), (VOLUME, volume)):
            self._library.espeak_SetParameter(parameter, value, 0)

    def synthesize(self, text: str, listener: Listener) -> None:
        """Speak a text, block by block, until it ends or the listener has enough."""
        encoded = text.encode() + b"\0"
        self._listener = listener
        self._library.espeak_Synth(
            encoded, len(encoded), 0, POSITION_IN_CHARACTERS, 0, UTF8, None, None
        )
        self._listener = _deaf

    def _on_audio(self, samples: int | None, count: int, events: Any) -> int:
        pcm = ctypes.string_at(samples, count * 2) if samples else b""
        return GO_ON if self._listener(pcm, _words(events)) else STOP

    def _list_voices(self) -> dict[str, str]:
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        listed = self._library.espeak_ListVoices(None)
        best: dict[str, tuple[int, str]] = {}
        index = 0
        while listed[index]:
            voice = listed[index].contents
            identifier = voice.identifier.decode()
            names = [(0, voice.name.decode()), (0, identifier), *_languages(voice.languages)]
            for priority, name in names:
                best[name.lower()] = min(best.get(name.lower(), (256, "")), (priority, identifier))
            index += 1
        return {name: identifier for name, (_, identifier) in best.items()}


def _deaf(_pcm: bytes, _words: list[Word]) -> bool:
    return False


def _words(events: Any) -> list[Word]:
    """Read the words of an event list, which a zero ends."""
    words: list[Word] = []
    index = 0
    while events[index].type != EVENT_END_OF_LIST:
        event = events[index]
        if event.type == EVENT_WORD:
            start = event.text_position - 1
            words.append(Word(start, start + event.length, event.sample))
        index += 1
    return words


def _languages(address: int) -> list[tuple[int, str]]:
    """Read priority and name of a voice's languages: a byte and a string each, a zero ends them."""
    languages: list[tuple[int, str]] = []
    while priority := ctypes.c_ubyte.from_address(address).value:
        name = ctypes.string_at(address + 1)
        languages.append((priority, name.decode()))
        address += len(name) + 2
    return languages
