"""The tree, its stream, crashes on demand, metrics and health, over HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from actors.decision_reports import ModelUsed
from actors.reports import Report
from runtime.doors import look_routes
from runtime.doors.config import DoorConfig
from runtime.doors.metrics import Metrics
from runtime.doors.pulse import BEAT_S, LoopLag
from runtime.doors.rooms import Rooms
from runtime.doors.tokens import Grant
from supervision.address import Address
from supervision.requests import StopChild
from supervision.tree import TreeNode
from tests.doors.rig import House, eventually, open_house

DOCUMENT = Path(__file__).with_name("openapi.json")
"""Changes of it are changes for those who call: they belong into the changelog."""

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


def names(node: dict[str, Any]) -> list[str]:
    return [node["name"], *(name for child in node["children"] for name in names(child))]


async def events(house: House, query: str = "") -> AsyncGenerator[tuple[str, dict[str, Any]]]:
    """Follow the stream of the tree."""
    headers = house.bearer(Grant.ADMIN)
    async with house.http.stream("GET", f"/tree/stream?{query}", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


async def test_the_tree_of_the_worker_and_of_a_room() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        headers = house.bearer(Grant.ADMIN)
        async with house.talk(ticket):
            whole = (await house.http.get("/tree", headers=headers)).json()
            assert {"jobs", "doors", "reception", "http", "r1", "llm-slot"} <= set(names(whole))
            room = (await house.http.get("/tree?room=r1", headers=headers)).json()
            assert room["name"] == "r1"
            slot = next(child for child in room["children"] if child["name"] == "llm-slot")
            role = next(child for child in slot["children"] if child["name"] == "role")
            assert list(role["facts"].values()) == ["ready"]
            answer = await house.http.get("/tree?room=r2", headers=headers)
            assert answer.status_code == 404


async def test_a_crash_on_demand_is_seen_in_the_stream_and_the_call_goes_on() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        async with house.talk(ticket) as caller:
            stream = events(house, "room=r1&every_s=0.2")
            assert (await anext(stream))[0] == "tree"
            await caller.speak(0.6)
            quiet = asyncio.get_running_loop().create_task(caller.be_silent(2.0))
            await caller.until_event("agent_speech_started")
            for actor in ("audio_track", "tts-slot/role"):
                answer = await house.http.post(
                    "/rooms/r1/crash", json={"actor": actor}, headers=house.bearer(Grant.ADMIN)
                )
                assert answer.status_code == 202, answer.text
            restarted: set[str] = set()
            async for name, data in stream:
                if name == "report" and data["event"] == "actor_restarted":
                    restarted.add(data["actor"].rpartition("/")[2])
                if restarted >= {"audio_track"}:
                    break
            said = await caller.until_event("agent_transcript")
            assert said["text"] == "We have three rooms free."
            await quiet
            await stream.aclose()


@pytest.mark.parametrize("actor", ["nobody", "llm-slot/nobody", "../doors", "", "a/" * 20 + "a"])
async def test_what_is_no_actor_of_the_room_is_not_crashed(actor: str) -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        async with house.talk(ticket):
            answer = await house.http.post(
                "/rooms/r1/crash", json={"actor": actor}, headers=house.bearer(Grant.ADMIN)
            )
            assert answer.status_code in {400, 404}


async def test_beyond_loopback_nothing_is_crashed_unless_it_is_a_development_worker() -> None:
    for is_dev, status in ((False, 403), (True, 202)):
        async with open_house(only_loopback=False, is_dev=is_dev) as house:
            ticket = await house.room(room="r1")
            assert ticket["can_crash"] is is_dev
            async with house.talk(ticket):
                answer = await house.http.post(
                    "/rooms/r1/crash", json={"actor": "session"}, headers=house.bearer(Grant.ADMIN)
                )
                assert answer.status_code == status
                assert is_dev or "DoorConfig(is_dev=True)" in answer.json()["error"]["message"]


async def test_what_is_no_way_to_an_actor_is_refused_with_an_example() -> None:
    async with open_house() as house:
        await house.room(room="r1")
        answer = await house.http.post(
            "/rooms/r1/crash", json={"actor": "/llm"}, headers=house.bearer(Grant.ADMIN)
        )
        message = "actor: write the way down the tree, such as llm-slot/role"
        assert answer.json()["error"] == {"code": "bad_request", "message": message}


async def test_so_many_watch_and_no_more_and_who_goes_makes_room() -> None:
    async with open_house(max_watchers=1) as house:
        first = events(house)
        await anext(first)
        answer = await house.http.get("/tree/stream", headers=house.bearer(Grant.ADMIN))
        assert answer.status_code == 429
        await first.aclose()
        await eventually(lambda: not house.worker.doors().rooms.watchers)


async def test_metrics_count_what_happens() -> None:
    async with open_house() as house:
        ticket = await house.room()
        async with house.talk(ticket):
            await house.http.get("/rooms")
            headers = house.bearer(Grant.ADMIN)
            text = (await house.http.get("/metrics", headers=headers)).text
            assert 'understudy_rooms{state="open"} 1.0' in text
            assert 'understudy_refused_total{code="token_missing"} 1.0' in text
            assert "understudy_loop_lag_seconds" in text
            assert "_created" not in text


def node(name: str, *children: TreeNode, **facts: str) -> TreeNode:
    return TreeNode(
        name=name,
        kind="",
        state="running",
        mailbox=Address[object](name).stats(),
        facts=facts,
        children=children,
    )


def test_the_performers_of_all_rooms_are_counted_by_how_they_stand() -> None:
    first = node("llm-slot", node("performers"), node("role", a="resting", b="on stage"))
    second = node("llm-slot", node("performers"), node("role", a="on stage", b="off"))
    metrics = Metrics(Rooms(DoorConfig()), max_rooms=1)
    metrics.look(node("jobs", node("r1", node("session"), first), node("r2", second)))
    assert 'understudy_performers{slot="llm",state="on stage"} 2.0' in metrics.text().decode()
    metrics.look(node("jobs", node("r1", first)))
    text = metrics.text().decode()
    assert 'understudy_performers{slot="llm",state="resting"} 1.0' in text
    assert 'state="off"' not in text


def test_what_models_cost_is_counted_for_each_vendor() -> None:
    metrics = Metrics(Rooms(DoorConfig()), max_rooms=1)
    for _ in range(2):
        metrics.hear(Report(0, "r1", 1, ModelUsed("openai", input_tokens=90, output_tokens=7)))
    text = metrics.text().decode()
    assert 'understudy_llm_tokens_total{direction="input",provider="openai"} 180.0' in text
    assert 'understudy_llm_tokens_total{direction="output",provider="openai"} 14.0' in text


async def test_health_and_readiness_are_open_to_all_and_true(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look_routes, "SICK_S", 30.0)  # a slow machine is not what is tested
    async with open_house() as house:
        health = (await house.http.get("/healthz")).json()
        assert (health["ok"], health["tree"], health["rooms"]) == (True, "running", 0)
        assert (await house.http.get("/readyz")).json() == {"ready": True, "free": 50}


async def test_a_loop_that_is_held_up_is_not_healthy() -> None:
    async with open_house() as house:
        lag = house.worker.doors().lag
        now_s = asyncio.get_running_loop().time()
        lag.beat(now_s - BEAT_S - 1.5)
        lag.beat(now_s)
        answer = await house.http.get("/healthz")
        assert (answer.status_code, answer.json()["ok"]) == (503, False)


async def test_without_a_reception_a_worker_is_neither_healthy_nor_ready_and_says_so() -> None:
    async with open_house() as house:
        doors = house.worker.actor("doors")
        assert doors is not None
        await doors.ask(StopChild("reception"), timeout_s=5.0)
        host = httpx2.ASGITransport(house.worker.asgi())  # a service of its own still stands
        async with httpx2.AsyncClient(transport=host, base_url=house.url) as http:
            health = await http.get("/healthz")
            assert (health.status_code, health.json()["tree"]) == (503, "without reception")
            assert (await http.get("/readyz")).status_code == 503
            answer = await http.post("/rooms", headers=house.bearer())
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")


async def test_the_document_is_what_clients_were_made_from_and_its_routes_are_there() -> None:
    async with open_house() as house:
        document = (await house.http.get("/openapi.json")).json()
        document["info"]["version"] = ""
        assert document == json.loads(DOCUMENT.read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method in methods:
                url = path.replace("{room}", "none").replace("{file}", "none.js")
                answer = await house.http.request(method, url)
                assert answer.status_code != 405, (method, path)


def test_a_beat_that_is_missing_counts_as_late() -> None:
    lag = LoopLag()
    lag.beat(10.0)
    lag.beat(10.0 + BEAT_S + 0.05)
    assert lag.last_s == pytest.approx(0.05)
    assert lag.worst_s(10.0 + 2 * BEAT_S + 0.05) == pytest.approx(0.05)
    assert lag.worst_s(15.0) > 4
