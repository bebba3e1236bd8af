"""The command line, run in this process; `tests/e2e` runs it as a newcomer does."""

import json
import logging
import signal
import subprocess
import sys
import wave
from array import array
from pathlib import Path

import pytest

from providers.scripted_tts import tone
from runtime.cli.main import main

pytestmark = pytest.mark.usefixtures("modules_are_forgotten")

AGENT = """
from providers import ScriptedLLM, ScriptedSTT, ScriptedTTS, ScriptedVAD
from runtime import Agent
{before}

class Main(Agent):
    vad = ScriptedVAD()
    stt = ScriptedSTT(utterances=["two nights please"])
    llm = ScriptedLLM(replies=["We have three rooms free."])
    tts = ScriptedTTS()
    {fields}
"""


class Desk:
    """A folder with an agent and a recording in it, and the command line called there."""

    def __init__(self, folder: Path, name: str, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.module = name
        self._capture = capture
        self.declare("")
        self.record(seconds=1.0)

    def declare(self, fields: str, *, before: str = "") -> None:
        text = AGENT.format(fields=fields, before=before)
        (self.folder / f"{self.module}.py").write_text(text, encoding="utf-8")

    def record(self, *, seconds: float) -> None:
        with wave.open(str(self.folder / "in.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(bytes(16_000))
            file.writeframes(tone(16_000, round(seconds * 1000)))

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""
        with pytest.raises(SystemExit) as exited:
            main(arguments)
        captured = self._capture.readouterr()
        assert isinstance(exited.value.code, int)
        return exited.value.code, captured.out, captured.err

    def call(self, *extra: str, **replaced: str) -> tuple[int, str, str]:
        given = {"agent": f"{self.module}:Main", "input": "in.wav", "output": "out.wav"} | replaced
        files = ("--input", given["input"], "--output", given["output"])
        return self.run("run", given["agent"], *files, "--fast", *extra)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, f"agents_of_test_{abs(hash(str(tmp_path)))}", capsys)


def test_a_call_prints_the_conversation_and_writes_answer_and_events(desk: Desk) -> None:
    code, said, complaint = desk.call("--events", "events.jsonl")

    assert (code, complaint) == (0, "")
    assert [line[9:] for line in said.splitlines() if line[9:].startswith(("caller", "agent"))] == [
        "caller: two nights please",
        "agent:  We have three rooms free.",
    ]
    assert " ms after the caller's last sound" in said
    events = (desk.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    names = [json.loads(line)["event"] for line in events]
    assert names[-1] == "session_closed"
    assert {"user_transcript", "turn_committed", "agent_transcript", "turn_latency"} <= set(names)
    with wave.open(str(desk.folder / "out.wav")) as file:
        heard = array("h", file.readframes(file.getnframes()))
        assert (file.getframerate(), file.getnchannels()) == (24_000, 1)
    assert max(heard[: 24_000 * 3 // 2]) == 0, "the agent waits until the question is over"
    assert max(heard) > 1000


def test_a_tour_shows_the_company_in_mid_call_and_what_to_try_next(desk: Desk) -> None:
    code, said, _ = desk.call("--tour")

    assert code == 0
    assert "audio_track (AudioTrack)  running" in said
    assert "What the caller heard: out.wav" in said
    assert f" run {desk.module}:Main --input YOURS.wav" in said


def test_a_call_without_an_answer_says_so_and_exits_with_1(desk: Desk) -> None:
    desk.declare("stt = ScriptedSTT(utterances=[])")

    code, said, complaint = desk.call()

    assert code == 1
    assert complaint.splitlines() == [
        "runtime: the call ended without an answer; --events FILE writes down what happened"
    ]
    assert "the call is over" in said


MISSING = """
from actors.vendor import FailureKind, ProviderError
from providers.scripted import Fault
error = ProviderError("x needs y: pip install y", kind=FailureKind.MISCONFIGURED)
missing = ScriptedSTT(opening=Fault(error=error, times=9))
"""


def test_a_missing_library_ends_the_call_at_once_with_what_to_install(desk: Desk) -> None:
    desk.declare("stt = missing", before=MISSING)
    desk.record(seconds=60.0)

    code, said, complaint = desk.call()

    assert (code, complaint) == (2, "runtime: x needs y: pip install y\n")
    assert "a provider must be set up first" in said
    assert float(said.splitlines()[-1].split()[0]) < 1.0


def test_an_understudy_saves_a_call_from_a_missing_library(desk: Desk) -> None:
    understudy = "ScriptedSTT(name='understudy', utterances=['two nights please'])"
    desk.declare(f"stt = [missing, {understudy}]", before=MISSING)

    code, said, complaint = desk.call()

    assert (code, complaint) == (0, "")
    assert "stt/scripted-stt failed (misconfigured): x needs y: pip install y" in said


# ---------------------------------------------------------------- mistakes


def expect_complaint(result: tuple[int, str, str], text: str) -> None:
    code, said, complaint = result
    assert code == 2
    assert complaint.startswith("runtime: ")
    assert complaint.count("\n") == 1
    assert text in complaint
    assert not said


@pytest.mark.parametrize(
    ("replaced", "text"),
    [
        ({"agent": "nowhere:Main"}, "there is no module 'nowhere'"),
        ({"agent": "front_desk"}, "write MODULE:ATTR"),
        ({"input": "none.wav"}, "none.wav: there is no such file"),
        ({"output": "nowhere/out.wav"}, "the folder nowhere does not exist; make it first"),
        ({"output": "in.wav"}, "in.wav: this is the input; name another output"),
        ({"input": "."}, ".: this is a folder; name a file in it"),
        ({"agent": "/lobby/desk.py:Main"}, "call this command in /lobby and write desk"),
    ],
)
def test_a_wrong_argument_is_told_in_one_line(
    desk: Desk, replaced: dict[str, str], text: str
) -> None:
    expect_complaint(desk.call(**replaced), text)
    assert not (desk.folder / "out.wav").exists()


def test_a_missing_attribute_is_told_in_one_line(desk: Desk) -> None:
    expect_complaint(desk.call(agent=f"{desk.module}:Mian"), "did you mean Main?")


def test_a_file_that_is_no_wav_is_told_in_one_line(desk: Desk) -> None:
    (desk.folder / "in.wav").write_text("a text\n" * 100)

    expect_complaint(desk.call(), "in.wav: this is not a WAV file that can be read")


def test_an_empty_file_is_told_in_one_line(desk: Desk) -> None:
    (desk.folder / "in.wav").write_bytes(b"")

    expect_complaint(desk.call(), "in.wav: this file is empty")


def test_a_missing_folder_for_the_events_is_told_in_one_line(desk: Desk) -> None:
    expect_complaint(desk.call("--events", "nowhere/e.jsonl"), "the folder nowhere does not exist")


@pytest.mark.parametrize("taken", ["in.wav", "out.wav"])
def test_events_never_take_the_place_of_the_sound(desk: Desk, taken: str) -> None:
    before = (desk.folder / "in.wav").read_bytes()

    expect_complaint(desk.call("--events", taken), f"{taken}: this file is meant for something")
    assert (desk.folder / "in.wav").read_bytes() == before


@pytest.mark.parametrize("option", ["--events", "--report"])
def test_a_simulation_that_could_not_write_its_outcome_does_not_begin(
    desk: Desk, option: str
) -> None:
    given = ("simulate", f"{desk.module}:Main", "--calls", "1", option, "nowhere/out")

    expect_complaint(desk.run(*given), "the folder nowhere does not exist")


def test_a_token_that_lets_nobody_in_anywhere_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_SECRET", "s" * 32)

    expect_complaint(
        desk.run("token", "--identity", "ada", "--grant", "join"), "say which one with --room ROOM"
    )


@pytest.mark.parametrize(
    ("fields", "before", "text"),
    [
        ("vda = ScriptedVAD()", "", "Main.vda: no field of an agent; did you mean vad?"),
        (
            "tts = ScriptedTTS(word=3)",
            "",
            "ScriptedTTS: there is no option 'word'; did you mean 'word_ms'? There are: ",
        ),
        ("llm = 'gtp'", "", "Main.llm: there is no provider 'gtp' for llm"),
        ("def __init__(self): self.hotel = {}['x']", "", "Main cannot be made: KeyError: 'x'"),
        ("def __init__(self): raise SystemExit(3)", "", "Main cannot be made: SystemExit: 3"),
        ("", "raise SystemExit", "cannot be loaded: SystemExit"),
        ("", "import surely_not_there", "No module named 'surely_not_there'"),
        ("", "raise RuntimeError('two\\n\\nlines')", "RuntimeError: two lines"),
    ],
)
def test_a_wrong_declaration_is_told_in_one_line(
    desk: Desk, fields: str, before: str, text: str
) -> None:
    desk.declare(fields, before=before)

    expect_complaint(desk.call(), text)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("walk",), "No such command 'walk'. See: runtime --help"),
        (("run",), "Missing argument 'MODULE:ATTR'. See: runtime run --help"),
        (("run", "a:B", "--text", "--port", "80"), "--host, --port, --dev, --allow-origin, --ice"),
        (("run", "a:B", "--reload"), "--reload: of no use with a browser"),
        (("run", "a:B", "--userdata", "{}"), "--userdata: of no use with a browser"),
        (("run", "a:B", "--console", "--text"), "choose one way to talk: --console, --text, or"),
        (("run", "a:B", "--text", "--input", "i.wav"), "choose one way to talk: --console"),
        (("run", "a:B", "--input", "i.wav"), "--output is missing: a call with files needs both"),
        (("run", "a:B", "--output", "o.wav"), "--input is missing: a call with files needs both"),
        (("run", "a:B", "--text", "--fast"), "--fast: of no use with --text"),
        (("run", "a:B", "--console", "--tour"), "--tour: of no use with --console"),
        (("run", "a:B", "--text", "--input-device", "1"), "of no use with --text"),
        (("run", "a:B", "--quick"), "No such option '--quick'"),
    ],
)
def test_a_wrong_use_is_told_in_one_line(desk: Desk, arguments: tuple[str, ...], text: str) -> None:
    expect_complaint(desk.run(*arguments), text)


def test_a_wrong_setting_is_told_in_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_LOG_LEVEL", "loud")

    expect_complaint(desk.call(), "UNDERSTUDY_LOG_LEVEL is 'loud' in the environment")


GREETING = """
    async def on_enter(self):
        await self.session.say(f"Table {self.session.userdata(dict)['table']}.")
"""


@pytest.mark.parametrize("given", ['{"table": 4}', "@table.json"])
def test_the_agent_finds_the_userdata_that_was_given(desk: Desk, given: str) -> None:
    desk.declare(GREETING)
    (desk.folder / "table.json").write_text('{"table": 4}', encoding="utf-8")

    code, said, _ = desk.call("--userdata", given)

    assert code == 0
    assert "agent:  Table 4." in said


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("{table: 4}", "it is not JSON: Expecting property name enclosed in double quotes"),
        ("[4]", 'it must be a JSON object such as {"table": 4}.'),
        ("@in.wav", "in.wav is no text in UTF-8."),
        ("@table.json", "table.json: No such file or directory."),
    ],
)
def test_userdata_that_is_no_object_is_told_in_one_line(desk: Desk, given: str, text: str) -> None:
    (desk.folder / "in.wav").write_bytes(b"\xff\xfe")
    expect_complaint(desk.call("--userdata", given), text)


# ---------------------------------------------------------------- the rest


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_the_command_says_what_it_can_do(desk: Desk, arguments: tuple[str, ...]) -> None:
    code, said, _ = desk.run(*arguments)

    assert code == 0
    assert "Usage: runtime" in said
    assert "run " in said


def test_help_on_run_names_every_option(desk: Desk) -> None:
    code, said, _ = desk.run("run", "--help")

    assert code == 0
    files = ("--input", "--output", "--events", "--fast", "--tour", "--userdata")
    live = ("--console", "--text", "--input-device", "--output-device", "--full-duplex", "--reload")
    for word in ("MODULE:ATTR", "Examples:", *files, *live):
        assert word in said


def test_help_on_token_names_every_grant_and_shows_how_to_give_two(desk: Desk) -> None:
    _, said, _ = desk.run("token", "--help")

    for words in ("create  ", "join  ", "listen  ", "admin  ", "--grant join --grant listen"):
        assert words in said


ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-c", "from runtime.cli.main import main; main()", "run")
FILES = ("--input", "in.wav", "--output", "out.wav", "--events", "events.jsonl")


@pytest.mark.slow
def test_a_reader_that_goes_away_does_not_end_the_call(desk: Desk) -> None:
    with subprocess.Popen(
        [*PROGRAM, f"{desk.module}:Main", *FILES, "--fast"],
        env={"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()

    assert (process.returncode, complaint) == (0, "")
    assert (desk.folder / "out.wav").exists()


@pytest.mark.slow
@pytest.mark.real_time
def test_ctrl_c_ends_the_call_and_leaves_complete_files(desk: Desk) -> None:
    desk.record(seconds=60.0)
    with subprocess.Popen(
        [*PROGRAM, f"{desk.module}:Main", *FILES],
        env={"PYTHONPATH": str(ROOT), "UNDERSTUDY_LOG_LEVEL": "error"},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while not (desk.folder / "out.wav").exists():
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()

    assert process.returncode == 130
    assert complaint.split() == ["stopped"]
    last = (desk.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["event"] == "session_closed"
    with wave.open(str(desk.folder / "out.wav")) as file:
        assert file.getframerate() == 24_000


CHANGING = """
    async def on_user_turn_end(self, text):
        try:
            await self.session.change_component(tts="openai")
        except UserError as error:
            print("it stays as it is:", error)
"""


def test_a_new_part_without_its_key_leaves_a_call_with_files_as_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    desk.declare(CHANGING, before="from runtime import UserError")

    code, said, complaint = desk.call()

    assert (code, complaint) == (0, "")
    assert "it stays as it is: tts: the new part did not come up" in said
    assert "agent:  We have three rooms free." in said
    assert "must be set up first" not in said


# ---------------------------------------------------------------- before the doors open


@pytest.fixture
def no_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody listen: what is complained of is found before."""

    def closed(host: str, port: int) -> None:
        raise OSError(f"{host}:{port}: nothing is opened in this test")

    monkeypatch.setattr("runtime.cli.serve.listen", closed)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)


@pytest.mark.usefixtures("no_doors")
def test_the_doors_stay_shut_if_nobody_of_a_slot_has_a_key(desk: Desk) -> None:
    desk.declare("llm = ['openai/x', 'anthropic/x']")

    expect_complaint(desk.run("run", f"{desk.module}:Main"), "has no key: set OPENAI_API_KEY in")


@pytest.mark.usefixtures("no_doors")
@pytest.mark.parametrize(("chosen", "level"), [("", "INFO"), ("error", "ERROR")])
def test_a_server_logs_what_happens_unless_it_is_told_otherwise(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, chosen: str, level: str
) -> None:
    monkeypatch.setenv("UNDERSTUDY_LOG_LEVEL", chosen)
    desk.run("run", f"{desk.module}:Main")
    assert logging.getLevelName(logging.getLogger().level) == level


def test_whoever_reads_the_call_is_not_told_it_twice(desk: Desk) -> None:
    desk.call()
    assert logging.getLevelName(logging.getLogger().level) == "ERROR"


@pytest.mark.usefixtures("no_doors")
def test_one_of_several_without_a_key_is_a_warning(desk: Desk) -> None:
    desk.declare("llm = ['openai/x', ScriptedLLM(replies=['Yes.'])]")

    _, _, complaint = desk.run("run", f"{desk.module}:Main")

    warning, refusal = complaint.splitlines()
    assert warning.startswith("runtime: llm: OpenAILLM has no key: set OPENAI_API_KEY")
    assert "nothing is opened in this test" in refusal


@pytest.mark.usefixtures("no_doors")
@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("--allow-origin", "foo", "'foo' is no origin: write scheme and host"),
        ("--allow-origin", "https://shop.example/", "is no origin"),
        (
            "--ice-server",
            "foo",
            "'foo' is no STUN or TURN server: write stun:stun.example.org:3478\n",
        ),
        ("--ice-server", "stun:stun.example.org:port", "is no STUN or TURN server"),
        ("--ice-server", "turn:turn.example.org", "a TURN server needs username and credential"),
        ("--host", "no.such.host.invalid", "cannot be resolved"),
    ],
)
def test_what_cannot_be_right_of_the_doors_is_told_in_one_line(
    desk: Desk, option: str, value: str, text: str
) -> None:
    expect_complaint(desk.run("run", f"{desk.module}:Main", option, value), text)
