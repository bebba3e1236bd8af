"""The sound card's library and what it knows: PortAudio by `sounddevice`, loaded when needed.

What can be wrong with sound on a machine is told in one line with its cure.
"""

import importlib
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal["input", "output"]
DeviceChoice: TypeAlias = int | str | None
"""A device by number, by a part of its name, or the system's default."""

_WORDS: Final[dict[Kind, str]] = {"input": "microphone", "output": "loudspeaker"}
_SILENT_WAY: Final = "or do without sound: --text, or --input IN.wav --output OUT.wav"


class SoundDeviceError(Exception):
    """Raised where sound cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A device as the sound library lists it."""

    index: int
    name: str
    inputs: int
    """Its input channels; a microphone has at least one."""
    outputs: int
    sample_rate_hz: int
    """What it prefers."""
    is_default_input: bool = False
    is_default_output: bool = False


def sound_library() -> Any:
    """Import sounddevice.

    Raises:
        SoundDeviceError: it, or PortAudio underneath it, is not installed.
    """
    try:
        return importlib.import_module("sounddevice")
    except ModuleNotFoundError as error:
        raise SoundDeviceError(f"sounddevice is missing: pip install {error.name}") from error
    except OSError as error:  # it found no PortAudio to load
        cure = "apt-get install libportaudio2 (Debian, Ubuntu), dnf install portaudio (Fedora)"
        raise SoundDeviceError(f"PortAudio is missing: {cure}; {_SILENT_WAY}") from error


def list_devices() -> tuple[SoundDevice, ...]:
    """Return all devices of this machine, in the order of their numbers.

    Raises:
        SoundDeviceError: see `sound_library`.
    """
    library = sound_library()
    default_input, default_output = library.default.device
    return tuple(
        SoundDevice(
            index,
            str(device["name"]),
            int(device["max_input_channels"]),
            int(device["max_output_channels"]),
            round(device["default_samplerate"]),
            is_default_input=index == default_input,
            is_default_output=index == default_output,
        )
        for index, device in enumerate(library.query_devices())
    )


def find_device(choice: DeviceChoice, kind: Kind) -> SoundDevice:
    """Return the one device that is meant.

    Raises:
        SoundDeviceError: there is none, or more than one, or it is of the other kind.
    """
    able = [d for d in list_devices() if (d.inputs if kind == "input" else d.outputs)]
    if choice is None:
        return _default(able, kind)
    is_number = isinstance(choice, int) or choice.isdecimal()
    found = [d for d in able if d.index == int(choice)] if is_number else _named(str(choice), able)
    if len(found) == 1:
        return found[0]
    problem = f"there is no {_WORDS[kind]} {choice!r}"
    if found:
        problem = f"{choice!r} is more than one {_WORDS[kind]}: {', '.join(d.name for d in found)}"
    raise SoundDeviceError(f"{problem}; `runtime devices` lists them")


def _default(able: list[SoundDevice], kind: Kind) -> SoundDevice:
    if not able:
        raise SoundDeviceError(f"this machine has no {_WORDS[kind]}: plug one in, {_SILENT_WAY}")
    is_default = [d for d in able if (d.is_default_input, d.is_default_output)[kind == "output"]]
    return (is_default or able)[0]


def _named(part: str, able: list[SoundDevice]) -> list[SoundDevice]:
    exact = [device for device in able if device.name == part]
    return exact or [device for device in able if part.casefold() in device.name.casefold()]


def fitting_rate_hz(device: SoundDevice, kind: Kind, wanted_hz: int) -> int:
    """Return the wanted rate if the device takes it, else the one that it prefers.

    Raises:
        SoundDeviceError: it takes neither: another program may hold it.
    """
    library = sound_library()
    check = library.check_input_settings if kind == "input" else library.check_output_settings
    for rate_hz in (wanted_hz, device.sample_rate_hz):
        try:
            check(device=device.index, channels=1, dtype="int16", samplerate=rate_hz)
        except library.PortAudioError as error:
            complaint = error
        else:
            return rate_hz
    raise SoundDeviceError(f"the {_WORDS[kind]} {device.name!r} cannot be used: {complaint}")
