"""The page in a real browser: spoken to, cut off, crashed, and cut from the worker."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.cutting_proxy import CuttingProxy
from tests.browser.desk import ANSWER
from tests.browser.visitor import LOUD, Levels, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real_time,
    pytest.mark.system("chromium"),
    pytest.mark.timeout(180),
]

Visit = Callable[..., Visitor]
Record = Callable[..., Path]

CRASHED = ("audio_track", "session", "llm-slot/role")
QUESTION = "what time is breakfast"
SILENT = 15
AGAIN_AND_AGAIN = 3
"""So often a caller says it: who was not connected yet, or not answered in time, does so again."""
NAMELESS = r"- '?(?:button|textbox|radio|meter|heading|img)(?! \")"
"""What a screen reader could not call by a name, in Playwright's notation of what it finds."""


def test_a_spoken_question_is_answered_by_webrtc(visit: Visit, recordings: Record) -> None:
    visitor = visit(recordings(*AGAIN_AND_AGAIN * (2.0, "breakfast", 12.0)))
    visitor.call_by("WebRTC")
    asks_and_is_answered(visitor)
    hangs_up(visitor)


def test_by_websocket_as_well_and_the_agent_falls_silent_when_the_caller_cuts_in(
    visit: Visit, recordings: Record
) -> None:
    visitor = visit(recordings(*AGAIN_AND_AGAIN * (2.0, "breakfast", 3.5, "rooms", 12.0)))
    visitor.call_by("WebSocket")
    visitor.records_levels()
    asks_and_is_answered(visitor)
    visitor.sees_line("agent", "Breakfast", "cut")
    visitor.sees_line("caller", "how many rooms are free for two nights", "done")
    visitor.sees_line("agent", "We have eight")
    assert is_silent_before_the_caller_has_finished(visitor.levels())
    hangs_up(visitor)


def asks_and_is_answered(visitor: Visitor) -> None:
    visitor.sees_line("caller", QUESTION, "done")
    visitor.hears_the_agent()
    answer = visitor.sees_line("agent", "Breakfast is from seven")
    expect(answer).to_contain_text("ms")
    expect(visitor.page.locator("#latency details")).to_contain_text("STT")


def hangs_up(visitor: Visitor) -> None:
    visitor.press("Hang up")
    visitor.sees_status("Not connected")
    visitor.sees_no_notice()


def is_silent_before_the_caller_has_finished(levels: list[Levels]) -> bool:
    """Tell whether the agent fell silent while the caller still spoke over it (for 2.4 s)."""
    both = next(at for at in levels if at.caller > LOUD and at.agent > LOUD)
    silent_ms = next(
        first.at_ms
        for first, second in pairwise(at for at in levels if at.at_ms > both.at_ms)
        if first.agent < SILENT and second.agent < SILENT
    )
    return any(at.at_ms > silent_ms and at.caller > LOUD for at in levels)


def test_an_answer_goes_on_while_its_actors_are_crashed(visit: Visit) -> None:
    visitor = visit()
    visitor.call_by("WebSocket")
    visitor.records_levels()
    visitor.write(QUESTION)
    visitor.sees_line("agent", "seven to ten")
    for actor in CRASHED:
        visitor.press(f"Crash {actor}")
    crashed_ms = visitor.now_ms()
    for actor in CRASHED:
        expect(visitor.sees_actor(actor)).to_contain_text("restarted 1×")
        visitor.sees_line("stage", f"{actor} is back on stage")
    visitor.sees_line("agent", ANSWER, "done")
    assert visitor.heard_the_agent_after(crashed_ms)


def test_a_performer_that_is_crashed_is_replaced(visit: Visit) -> None:
    visitor = visit()
    visitor.call_by("WebSocket")
    performer = visitor.sees_actor("tts-slot/performers/espeak")
    visitor.press("Crash the voice")
    expect(performer).to_have_class(re.compile("fell"))
    visitor.sees_line("stage", "tts/espeak: killed")
    visitor.write(QUESTION)
    visitor.hears_the_agent()


@pytest.mark.parametrize("route", ["WebSocket", "WebRTC"])
def test_a_call_goes_on_where_it_was_heard_when_its_connection_is_lost(
    route: str, visit: Visit, network: CuttingProxy
) -> None:
    visitor = visit()
    visitor.call_by(route)
    visitor.records_levels()
    visitor.write(QUESTION)
    visitor.sees_line("agent", "seven to ten")
    if route == "WebSocket":
        network.cut()
    else:
        visitor.press("Crash transport")
    visitor.sees_status("Connection lost")
    visitor.sees_status(f"Connected by {route}")
    back_ms = visitor.now_ms()
    visitor.sees_line("agent", ANSWER, "done")
    assert visitor.heard_the_agent_after(back_ms)
    expect(visitor.page.get_by_role("alert")).not_to_contain_text("wrong")


def test_who_has_no_microphone_can_write_press_keys_interrupt_and_save_the_events(
    visit: Visit,
) -> None:
    visitor = visit()
    visitor.call_by("WebSocket")
    visitor.sees_notice("microphone")
    visitor.page.get_by_text("Keypad").click()
    visitor.press("5")
    visitor.sees_line("stage", "Keys 5")
    visitor.write(QUESTION)
    visitor.sees_line("agent", "seven to ten")
    visitor.press("Interrupt")
    visitor.sees_line("agent", "Breakfast", "cut")
    with visitor.page.expect_download() as download:
        visitor.press("Download")
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert {"dtmf_entered", "interrupted"} <= {json.loads(line)["event"] for line in lines}


def test_a_link_without_a_token_says_where_to_get_one(visit: Visit, link: str) -> None:
    visitor = visit(address=link.partition("#")[0])
    visitor.sees_notice("needs the link that the worker prints")


def test_a_worker_that_is_gone_is_told_in_one_line(visit: Visit, network: CuttingProxy) -> None:
    visitor = visit()
    with network.down():
        visitor.press("Talk")
        visitor.sees_notice("The worker is gone")
    visitor.sees_status("Not connected")


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(visit: Visit) -> None:
    visitor = visit()
    visitor.call_by("WebSocket")
    visitor.sees_actor("transport")
    page = visitor.page
    for landmark in ("banner", "main", "status", "log"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert not re.findall(NAMELESS, page.locator("body").aria_snapshot())
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "a phone scrolls sideways"
    controls = page.locator("button:enabled, input:enabled, summary").filter(visible=True)
    page.locator("h1").click()
    for _ in range(2 * controls.count()):
        page.keyboard.press("Tab")
        page.evaluate("document.activeElement.dataset.isReached = ''")
    reached = page.locator("[data-is-reached]")
    assert controls.count() == controls.and_(reached).count() > 20
