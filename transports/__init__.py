"""Ways in and out of a conversation; they see the vocabulary and the ports only.

A name is imported when it is first asked for, so that a call loads no door that it does not use.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transports.loopback import LoopbackCaller, LoopbackTransport
    from transports.sound_device import SoundDesk, SoundDeviceTransport
    from transports.sound_library import SoundDeviceError
    from transports.text_line import TextCaller, TextTransport
    from transports.wav_file import WavFileTransport
    from transports.wav_format import WavFileError
    from transports.webrtc.client import SignallingError, WebRtcClientTransport
    from transports.webrtc.config import IceServer, WebRtcConfig
    from transports.webrtc.offer import OfferError
    from transports.webrtc.transport import WebRtcTransport

__all__ = [
    "IceServer",
    "LoopbackCaller",
    "LoopbackTransport",
    "OfferError",
    "SignallingError",
    "SoundDesk",
    "SoundDeviceError",
    "SoundDeviceTransport",
    "TextCaller",
    "TextTransport",
    "WavFileError",
    "WavFileTransport",
    "WebRtcClientTransport",
    "WebRtcConfig",
    "WebRtcTransport",
]

_HOMES = {
    "IceServer": "transports.webrtc.config",
    "LoopbackCaller": "transports.loopback",
    "LoopbackTransport": "transports.loopback",
    "OfferError": "transports.webrtc.offer",
    "SignallingError": "transports.webrtc.client",
    "SoundDesk": "transports.sound_device",
    "SoundDeviceError": "transports.sound_library",
    "SoundDeviceTransport": "transports.sound_device",
    "TextCaller": "transports.text_line",
    "TextTransport": "transports.text_line",
    "WavFileError": "transports.wav_format",
    "WavFileTransport": "transports.wav_file",
    "WebRtcClientTransport": "transports.webrtc.client",
    "WebRtcConfig": "transports.webrtc.config",
    "WebRtcTransport": "transports.webrtc.transport",
}


def __getattr__(name: str) -> Any:
    """Import a transport on first use.

    Raises:
        AttributeError: there is no such transport.
    """
    if name not in _HOMES:
        raise AttributeError(f"there is no transports.{name}")
    return getattr(importlib.import_module(_HOMES[name]), name)
