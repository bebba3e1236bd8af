import sys

import pytest

from runtime.cli.devices import devices_table
from runtime.errors import UserError
from tests.terminal.sound_card import SoundCard, machine
from transports.sound_device import SoundDeviceTransport
from transports.sound_library import SoundDeviceError, find_device, sound_library


def test_the_defaults_of_the_system_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)

    assert find_device(None, "input").name == "Built-in Microphone"
    assert find_device(None, "output").name == "HDMI"


@pytest.mark.parametrize("choice", [1, "1", "headset", "USB Headset"], ids=repr)
def test_a_device_is_chosen_by_number_or_name(
    monkeypatch: pytest.MonkeyPatch, choice: int | str
) -> None:
    machine(monkeypatch)

    assert find_device(choice, "input").index == 1


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        ("9", "there is no microphone '9'; `runtime devices` lists them"),
        ("hdmi", "there is no microphone 'hdmi'"),
        ("2", "there is no microphone '2'"),
        ("s", "'s' is more than one microphone"),
    ],
)
def test_a_wrong_choice_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, choice: str, problem: str
) -> None:
    card = machine(monkeypatch)
    card.add("Speakerphone", inputs=1)

    with pytest.raises(SoundDeviceError) as refused:
        find_device(choice, "input")

    assert str(refused.value).startswith(problem)


def test_a_machine_without_a_device_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    SoundCard().plug_in(monkeypatch)

    with pytest.raises(SoundDeviceError, match="has no microphone: plug one in, or do without"):
        find_device(None, "input")
    with pytest.raises(UserError, match="this machine has no sound device"):
        devices_table()


def test_a_missing_portaudio_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])

    with pytest.raises(SoundDeviceError, match="apt-get install libportaudio2"):
        sound_library()


def test_a_device_without_our_rate_is_used_at_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch).rates = (48_000,)

    fitted = SoundDeviceTransport(input_device="headset").fitted()

    assert (fitted.input_device, fitted.output_device) == (1, 2)
    assert (fitted.input_sample_rate_hz, fitted.output_sample_rate_hz) == (48_000, 48_000)


def test_a_device_that_is_busy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch).rates = ()

    with pytest.raises(SoundDeviceError, match="'Built-in Microphone' cannot be used: Invalid"):
        SoundDeviceTransport().fitted()


def test_the_list_names_every_device_and_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)

    lines = devices_table().splitlines()

    assert lines[0] == "   0  Built-in Microphone  (default microphone, 48000 Hz)"
    assert lines[1] == "   1  USB Headset  (microphone, loudspeaker, 48000 Hz)"
    assert lines[2] == "   2  HDMI  (default loudspeaker, 48000 Hz)"
    assert "--input-device" in lines[-1]
