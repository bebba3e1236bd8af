"""`runtime check`, which looks at everything and connects nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime import packages
from runtime.cli.main import main
from tests.terminal.sound_card import SoundCard, machine

pytestmark = pytest.mark.usefixtures("modules_are_forgotten")

AGENT = """
from providers import DemoBrain, Rule, ScriptedLLM, ScriptedTTS, SileroVAD
from providers.config import Needs
from runtime import Agent, function_tool

class Keyed(ScriptedLLM):
    def needs(self):
        return Needs(secrets=("HOTEL_API_KEY",), libraries={libraries})

class Foreign:
    name = "foreign"
    def open(self, services):
        raise AssertionError("nothing is opened")

class Main(Agent):
    vad = SileroVAD()
    llm = {llm}
    tts = {tts}

    @function_tool
    async def rooms_free(self, nights: int) -> int:
        "How many rooms are free."
        return 3

class Nobody(Agent):
    instructions = "Be kind."
"""

UNDERSTUDIED = 'Keyed(name="vendor"), ScriptedLLM(name="stand-in")'

Look = Callable[..., tuple[int, str, str]]


@pytest.fixture
def look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Look:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOTEL_API_KEY", raising=False)
    module = f"agents_of_test_{abs(hash(str(tmp_path)))}"

    def check(
        *,
        libraries: str = "()",
        llm: str = UNDERSTUDIED,
        tts: str = "ScriptedTTS()",
        name: str = "Main",
    ) -> tuple[int, str, str]:
        text = AGENT.format(libraries=libraries, llm=llm, tts=tts)
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as exited:
            main(("check", f"{module}:{name}"))
        captured = capsys.readouterr()
        assert isinstance(exited.value.code, int)
        return exited.value.code, captured.out, captured.err

    return check


@pytest.fixture
def key(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HOTEL_API_KEY=very-secret\n", encoding="utf-8")


@pytest.mark.usefixtures("key")
def test_the_tree_that_would_run_is_drawn_with_its_cast(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch)

    code, said, complaint = look()

    assert (code, complaint) == (0, "")
    tree = [line.split() for line in said.splitlines() if line.startswith(("├─", "└─"))]
    assert [branch[1] for branch in tree] == [
        *("session", "listeners", "tools", "audio_track", "tts-slot", "llm-slot", "vad-slot"),
        *("ingress", "transport"),
    ]
    assert "llm-slot     vendor, understudied by stand-in" in said
    assert "tools        rooms_free" in said


@pytest.mark.usefixtures("key")
def test_keys_of_the_env_file_are_found_and_not_shown(look: Look) -> None:
    code, said, _ = look()

    assert code == 0
    assert "HOTEL_API_KEY is there, for vendor (llm)" in said
    assert "very-secret" not in said


def test_a_missing_key_is_named_with_who_needs_it(look: Look, tmp_path: Path) -> None:
    code, said, complaint = look(llm='Keyed(name="vendor")')

    assert code == 2
    assert ":Main is not in order yet. " in said
    missing = next(line for line in said.splitlines() if line.startswith("✗"))
    assert "HOTEL_API_KEY is missing, for vendor (llm): put HOTEL_API_KEY=... into" in missing
    assert str(tmp_path / ".env") in missing
    assert complaint.startswith("runtime: ")
    assert complaint.endswith(":Main: 1 to be mended first, marked ✗ above\n")


def test_a_missing_key_whose_vendor_is_understudied_is_a_warning(look: Look) -> None:
    code, said, complaint = look()

    assert (code, complaint) == (0, "")
    assert ":Main is in order, but for 1 warning (!). " in said
    assert "! keys       HOTEL_API_KEY is missing, for vendor (llm): put" in said
    assert "; until then an understudy does its work" in said


@pytest.mark.usefixtures("key")
def test_a_missing_library_is_named_with_what_to_install(look: Look) -> None:
    code, said, _ = look(libraries="('surely_not_there',)")

    assert code == 2
    assert "✗ libraries  Keyed needs the library surely_not_there: pip install" in said


def test_a_rule_that_calls_what_is_no_tool_is_told(look: Look) -> None:
    rules = '[Rule("any rooms", "{result}", call=name) for name in ("rooms", "rooms_free")]'

    code, said, _ = look(llm=f"DemoBrain(rules={rules})")

    assert code == 0
    told = [line for line in said.splitlines() if "a rule" in line]
    assert told == [
        "! tools      a rule of the DemoBrain calls 'rooms'; the agent's are: rooms_free"
    ]


@pytest.mark.usefixtures("key")
def test_a_provider_of_another_make_is_not_asked(look: Look) -> None:
    code, said, _ = look(tts="Foreign()")

    assert code == 0
    assert "foreign (tts) does not say which keys it needs" in said


@pytest.mark.usefixtures("key")
def test_a_foreign_distribution_is_named(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed", lambda: {"supervision": ["supervision"]})

    code, said, _ = look()

    assert code == 2
    assert "✗ packages   the package 'supervision' is also brought by" in said


@pytest.mark.usefixtures("key")
def test_a_machine_without_sound_is_no_error(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    SoundCard().plug_in(monkeypatch)

    code, said, _ = look()

    assert code == 0
    assert "devices    no --console here: this machine has no microphone" in said


@pytest.mark.usefixtures("key")
def test_the_default_devices_are_named(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)

    _, said, _ = look()

    assert "devices    microphone 'Built-in Microphone', loudspeaker 'HDMI'" in said


def test_a_wrong_name_is_told_in_one_line(look: Look) -> None:
    code, said, complaint = look(name="Mian")

    assert (code, said) == (2, "")
    assert complaint.count("\n") == 1
    assert "did you mean Main?" in complaint


def test_an_agent_of_nothing_is_told_in_one_line(look: Look, tmp_path: Path) -> None:
    look()
    (module,) = (path.stem for path in tmp_path.glob("agents_*.py"))

    code, said, complaint = look(name="Nobody")

    assert (code, said) == (2, "")
    assert complaint == (
        f"runtime: {module}:Nobody is empty: give it a part such as llm = ..., a tool or a hook\n"
    )
