"""The sound devices of this machine as `runtime devices` lists them."""

from collections.abc import Iterator

from runtime.errors import UserError
from transports.sound_library import SoundDevice, SoundDeviceError, find_device, list_devices

HOW_TO_CHOOSE = "Choose by number or by a part of the name: --input-device 3 --output-device usb"


def devices_table() -> str:
    """Return one line a device.

    Raises:
        UserError: sound cannot be had on this machine.
    """
    try:
        devices = list_devices()
    except SoundDeviceError as error:
        raise UserError(str(error)) from error
    if not devices:
        raise UserError("this machine has no sound device: plug one in")
    return "\n".join((*map(_line, devices), "", HOW_TO_CHOOSE))


def describe_defaults() -> str:
    """Say in a line what a call at this machine would use.

    Raises:
        SoundDeviceError: sound cannot be had on this machine.
    """
    ears, mouth = find_device(None, "input"), find_device(None, "output")
    return f"microphone {ears.name!r}, loudspeaker {mouth.name!r}"


def _line(device: SoundDevice) -> str:
    marks = ", ".join(_marks(device))
    return f"{device.index:4}  {device.name}  ({marks}, {device.sample_rate_hz} Hz)"


def _marks(device: SoundDevice) -> Iterator[str]:
    if device.inputs:
        yield "default microphone" if device.is_default_input else "microphone"
    if device.outputs:
        yield "default loudspeaker" if device.is_default_output else "loudspeaker"
