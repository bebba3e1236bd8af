"""Each example is run as its first lines say."""

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from examples import embedding, fastapi_app, text_only

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 60


def chat(agent: str, *lines: str) -> str:
    """Write these lines to an agent as a newcomer would; return what the terminal shows."""
    command = (Path(sys.executable).with_name("runtime"), "run", agent, "--text")
    done = subprocess.run(
        command, cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_short_and_says_how_to_run_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    how = (f"examples.{path.stem}:Main", f"python -m examples.{path.stem}", "make run")
    how = (*how, f"uvicorn examples.{path.stem}:app")
    how = (f"pytest examples/{path.name}",) if path.name.startswith("test_") else how
    assert any(words in text.split('"""')[1] for words in how)


@pytest.mark.slow
@pytest.mark.real_time
def test_tools_of_every_sort_are_called_and_answered() -> None:
    shown = chat("examples.tools:Main", "What are two nights?", "Book.", "Ada.", "And a taxi?")
    for line in (
        '  price({"nights": 2}) → 240',
        '  book({"name": ""}) → failed a name is needed',
        "One moment, I am writing it down.",
        '  book({"name": "Ada"}) → {"guest":"Ada","room":7}',
        "  taxi({}) → in five minutes",
        "One more night is 120 euros, and a taxi comes in five minutes.",
    ):
        assert line in shown.splitlines()


@pytest.mark.slow
@pytest.mark.real_time
def test_a_provider_of_your_own_answers() -> None:
    shown = chat("examples.custom_provider:Main", "what is the time", "how are you")
    assert [line for line in shown.splitlines() if line in {"time the is what", "you are how"}] == [
        "time the is what",
        "you are how",
    ]


@pytest.mark.slow
@pytest.mark.real_time
@pytest.mark.timeout(60)
def test_tools_of_another_program_are_called_by_mcp() -> None:
    shown = chat("examples.mcp_tools:Main", "What are two nights?")
    assert '  hotel_price({"nights": 2}) → 240' in shown.splitlines()
    assert "Two nights are 240 euros." in shown.splitlines()


@pytest.mark.slow
@pytest.mark.real_time
def test_a_caller_is_passed_on_to_another_agent() -> None:
    shown = chat("examples.hand_over:Main", "I have a question about money.", "What do I owe?")
    spoken = [line for line in shown.splitlines() if line and not line.startswith((" ", ">"))]
    assert spoken == [
        "I am putting you through.",
        "Billing, good evening. What would you like to know?",
        "You owe us twelve euros.",
    ]
    assert "  Billing takes over the call from Main" in shown.splitlines()


@pytest.mark.real_time
async def test_a_service_of_your_own_holds_the_doors_once_its_lifespan_has_begun() -> None:
    inside = httpx2.ASGITransport(fastapi_app.app)
    async with httpx2.AsyncClient(transport=inside, base_url="http://localhost") as http:
        before = await http.get("/voice/healthz")
        assert (before.status_code, before.json()["error"]["code"]) == (503, "not_ready")
        async with fastapi_app.lifespan(fastapi_app.app):
            link = (await http.post("/talk?user=ada")).json()["link"]
            page, _, token = link.partition("#token=")
            assert "<html" in (await http.get(page)).text
            mine = {"Authorization": f"Bearer {token}"}
            ticket = (await http.post("/voice/rooms", headers=mine)).json()
            assert ticket["websocket"] == f"/voice/rooms/{ticket['room']}/ws"
            assert (await http.get("/voice/healthz")).json()["tree"] == "running"


async def test_an_agent_in_writing_answers_inside_a_program() -> None:
    answers = await text_only.main()
    assert answers == ["Hello. How can I help you?", "It is from seven to ten."]


@pytest.mark.slow
async def test_three_calls_are_held_beside_the_work_of_a_service() -> None:
    *calls, work = await embedding.main()
    assert [line.split()[0] for line in calls] == ["Ada", "Bob", "Cy"]
    assert all("It is seven o'clock. (the guest is awake)" in line for line in calls)
    assert int(work.split(": ")[1].split()[0]) >= 4


@pytest.mark.slow
@pytest.mark.real_time
@pytest.mark.parametrize("module", ["text_only", "embedding"])
def test_a_program_ends_by_itself_and_logs_nothing(module: str) -> None:
    command = (sys.executable, "-m", f"examples.{module}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.real_time
@pytest.mark.timeout(90)
def test_a_call_with_a_broken_vendor_in_every_slot_is_answered_to_its_end(tmp_path: Path) -> None:
    command = (
        *(Path(sys.executable).with_name("runtime"), "run", "examples.understudies:Main"),
        *("--input", "examples/audio/front_desk.wav", "--output", tmp_path / "heard.wav"),
        *("--events", tmp_path / "events.jsonl", "--fast"),
    )
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    said = [event["text"] for event in events if event["event"] == "agent_transcript"]
    assert "Breakfast is from seven to ten." in said
    assert "We have 8 rooms free for 2 nights." in said
    switched = {event["slot"] for event in events if event["event"] == "provider_switched"}
    assert switched == {"vad", "stt", "turn", "llm", "tts"}
