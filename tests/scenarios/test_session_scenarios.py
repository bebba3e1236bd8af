"""Scenarios of tools and of a session's life, by their names: the sane outcome of each.

Those of turn taking are in `test_turn_taking_scenarios.py`.
"""

import asyncio
import gc
import threading
from typing import Any

import pytest

from actors.conversation import ToolCall, ToolOutput
from actors.reports import Report, UserTranscript
from providers.scripted import Fault
from providers.scripted_ears import ScriptedDenoiser, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.tools import ToolError, function_tool
from runtime.worker import Worker
from tests.calls.rig import Rig, agent, call
from transports.loopback import LoopbackCaller, LoopbackTransport

SESSIONS = 1000
AT_ONCE = 25


# ---------------------------------------------------------------- 13: tools


class Opaque:
    """A result that JSON does not know."""

    def __str__(self) -> str:
        return "room 7"


class Desk(Agent):
    """Tools of every sort."""

    @function_tool
    def sync(self) -> str:
        """Block a little."""
        return threading.current_thread().name

    @function_tool
    async def raising(self) -> str:
        """Fail in a way that nobody foresaw."""
        return str(1 // 0)

    @function_tool
    async def refusing(self) -> str:
        """Fail in words."""
        raise ToolError("we are closed on Mondays")

    @function_tool
    async def slow(self) -> str:
        """Take longer than a caller likes to wait."""
        await asyncio.sleep(15.0)
        return "at last"

    @function_tool(timeout_s=2.0)
    async def hanging(self) -> str:
        """Never come back."""
        await asyncio.Event().wait()
        return "never"

    @function_tool
    async def opaque(self) -> Opaque:
        """Return what JSON does not know."""
        return Opaque()

    @function_tool
    async def nothing(self) -> None:
        """Return nothing."""


def wish(name: str, number: int = 1) -> ToolCall:
    return ToolCall(call_id=f"c{number}", name=name, arguments="{}")


def desk(*replies: Any) -> Desk:
    made, scripted = Desk(), agent()
    vars(made).update(vad=scripted.vad, stt=scripted.stt, tts=scripted.tts)
    made.llm = ScriptedLLM(replies=replies)
    return made


async def outputs(rig: Rig) -> dict[str, str]:
    """Return the output of each call, of which it has exactly one."""
    items = (await rig.job.session.conversation()).items
    wishes = [item.call_id for item in items if isinstance(item, ToolCall)]
    found = [item for item in items if isinstance(item, ToolOutput)]
    assert sorted(wishes) == sorted(item.call_id for item in found)
    return {item.call_id: item.output for item in found}


@pytest.mark.parametrize(
    ("tool", "output"),
    [
        ("sync", "sync-tool"),
        ("raising", "ZeroDivisionError: integer division or modulo by zero"),
        ("refusing", "we are closed on Mondays"),
        ("slow", "at last"),
        ("hanging", "hanging gave no answer within 2 s"),
        ("unknown", "there is no tool unknown"),
        ("opaque", '"room 7"'),
        ("nothing", "null"),
    ],
)
async def test_13_whatever_a_tool_does_its_call_has_an_output_and_the_caller_an_answer(
    tool: str, output: str
) -> None:
    async with call(desk([wish(tool)], "Here you are.")) as rig:
        assert await rig.asks() == "Here you are."
        assert output in (await outputs(rig))["c1"]
        assert rig.job.session.agent_state == "idle"


async def test_13_tools_that_follow_from_each_other_are_all_called_before_the_answer() -> None:
    replies = [wish("sync")], [wish("refusing", 2), wish("opaque", 3)], [wish("slow", 4)], "Done."
    async with call(desk(*replies)) as rig:
        assert await rig.asks() == "Done."
        assert sorted(await outputs(rig)) == ["c1", "c2", "c3", "c4"]


async def test_13_a_tool_whose_turn_is_cut_by_a_hang_up_still_has_an_output() -> None:
    async with call(desk([wish("slow")], "Done.")) as rig:
        await rig.says()
        await rig.until("tool_called")
        rig.caller.hang_up()
        await rig.job.closed()
    assert [event["status"] for event in rig.fields("tool_called")] == ["started", "interrupted"]


# ---------------------------------------------------------------- 20: a worker that is told to end


class Polite(Agent):
    async def on_exit(self) -> None:
        await self.session.say("I am afraid we have to close now. Good bye.")


async def test_20_five_live_calls_say_goodbye_beside_each_other_when_the_worker_ends() -> None:
    clock = asyncio.get_running_loop().time
    callers = [LoopbackCaller() for _ in range(5)]
    polite = Polite()
    polite.tts = agent().tts
    async with Worker(polite) as worker:
        jobs = [
            await worker.open_room(f"r{number}", LoopbackTransport(caller))
            for number, caller in enumerate(callers)
        ]
        await asyncio.sleep(0.5)
        began_s = clock()
    assert {await job.closed() for job in jobs} == {"the worker stops"}
    assert all(len(caller.heard) * 0.02 > 2.5 for caller in callers), "each heard it to the end"
    assert clock() - began_s < 5.0


# ---------------------------------------------------------------- 24: telemetry


async def test_24_a_call_begins_and_ends_though_nobody_takes_its_telemetry() -> None:
    def down(_report: Report) -> None:
        raise ConnectionError("the collector is down")

    def failing(_event: object) -> None:
        raise ConnectionError("the dashboard is down")

    async def hanging(_event: UserTranscript) -> None:
        await asyncio.Event().wait()

    async with call(agent()) as rig:
        await rig.worker.subscribe(down)
        rig.job.session.on()(failing)
        rig.job.session.on(UserTranscript)(hanging)
        assert await rig.asks() == "We have three rooms free."
        assert await rig.asks(answers=2) == "You are welcome."
        rig.caller.hang_up()
        assert await rig.job.closed() == "the caller hung up"
    assert not rig.named("actor_restarted")  # nobody fell with them


# ---------------------------------------------------------------- 36: a part that always fails


@pytest.mark.parametrize(
    "slot", [{"denoise": ScriptedDenoiser}, {"vad": ScriptedVAD}], ids=lambda slot: next(iter(slot))
)
async def test_36_a_part_that_fails_on_every_frame_is_told_and_the_call_can_go_on(
    slot: dict[str, Any],
) -> None:
    name, make = next(iter(slot.items()))
    broken = make(fault=Fault(error=RuntimeError("broken"), times=10**6))
    async with call(agent(**{name: [broken, make(name="understudy")]})) as rig:
        await asyncio.sleep(1.0)
        assert await rig.asks() == "We have three rooms free."
        await asyncio.sleep(30.0)
        assert await rig.asks(answers=2) == "You are welcome."
        failures = rig.fields("error")
    assert {event["where"] for event in failures} == {f"{name}/{broken.name}"}
    assert len(failures) < 20  # it rests ever longer instead of flooding the log


# ---------------------------------------------------------------- 38: a thousand sessions


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_38_a_thousand_sessions_leave_nothing_behind() -> None:
    async with Worker(agent()) as worker:
        await sessions_at_once(worker)  # loads what is loaded once
        before = footprint()
        for _ in range(SESSIONS // AT_ONCE):
            await sessions_at_once(worker)
        assert not (await worker.snapshot()).children[2].children
        after = footprint()
    assert after["tasks"] <= before["tasks"]
    assert after["threads"] <= before["threads"]  # one of an earlier test may have ended meanwhile
    assert after["objects"] < before["objects"] + SESSIONS  # less than one for each


async def sessions_at_once(worker: Worker) -> None:
    async with asyncio.TaskGroup() as rooms:
        for number in range(AT_ONCE):
            rooms.create_task(one_session(worker, number))


async def one_session(worker: Worker, number: int) -> None:
    caller = LoopbackCaller()
    job = await worker.open_room(f"room {number}", LoopbackTransport(caller))
    await asyncio.sleep(0.1)
    caller.hang_up()
    assert await job.closed() == "the caller hung up"


def footprint() -> dict[str, int]:
    gc.collect()
    return {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
    }
