"""A sound card that exists in the test only: what `sounddevice` would be on a machine with it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest


class PortAudioError(Exception):
    pass


@dataclass
class Stream:
    kind: str
    given: dict[str, Any]
    latency: float = 0.02
    started: bool = False
    closed: bool = False

    def start(self) -> None:
        self.started = True

    def close(self) -> None:
        self.closed = True
        self.given.get("finished_callback", lambda: None)()


@dataclass
class SoundCard:
    devices: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    default: tuple[int, int] = (-1, -1)
    rates: tuple[int, ...] = (16_000, 24_000, 48_000)
    streams: list[Stream] = field(default_factory=list[Stream])

    def add(self, name: str, *, inputs: int = 0, outputs: int = 0) -> None:
        self.devices.append(
            {
                "name": name,
                "max_input_channels": inputs,
                "max_output_channels": outputs,
                "default_samplerate": 48_000.0,
            }
        )

    def check(self, **given: Any) -> None:
        if given["samplerate"] not in self.rates:
            raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")

    def opener(self, kind: str) -> Callable[..., Stream]:
        def open_stream(**given: Any) -> Stream:
            self.streams.append(Stream(kind, given))
            return self.streams[-1]

        return open_stream

    def stream(self, kind: str) -> Stream:
        return next(stream for stream in self.streams if stream.kind == kind)

    def hear(self, pcm: bytes) -> None:
        """Let the microphone's thread deliver a frame."""
        self.stream("RawInputStream").given["callback"](pcm, len(pcm) // 2, None, None)

    def sound(self) -> bytes:
        """Return what the loudspeaker puts out in the next 20 ms."""
        stream = self.stream("RawOutputStream")
        buffer = bytearray(stream.given["blocksize"] * 2)
        stream.given["callback"](buffer, stream.given["blocksize"], None, None)
        return bytes(buffer)

    def plug_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        library = SimpleNamespace(
            PortAudioError=PortAudioError,
            default=SimpleNamespace(device=self.default),
            query_devices=lambda: self.devices,
            check_input_settings=self.check,
            check_output_settings=self.check,
            RawInputStream=self.opener("RawInputStream"),
            RawOutputStream=self.opener("RawOutputStream"),
        )
        monkeypatch.setitem(sys.modules, "sounddevice", library)


def machine(monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    """Return a machine with a headset and a loudspeaker."""
    card = SoundCard(default=(0, 2))
    card.add("Built-in Microphone", inputs=2)
    card.add("USB Headset", inputs=1, outputs=2)
    card.add("HDMI", outputs=8)
    card.plug_in(monkeypatch)
    return card
