"""A visitor of the page: what people do on it and see there, by role and label as they find it."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

WITHIN_MS = 40_000
LOUD = 40
"""On a meter, from 0 to 100: speech is louder."""

RECORD_LEVELS = """() => {
  const level = (id) => Number(document.getElementById(id).getAttribute("aria-valuenow"));
  window.levels = [];
  setInterval(() => {
    window.levels.push([performance.now(), level("caller-level"), level("agent-level")]);
  }, 20);
}"""


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud both were at a moment, from 0 to 100."""

    at_ms: float
    caller: float
    agent: float


@dataclass(frozen=True, slots=True)
class Visitor:
    """Looks at one page."""

    page: Page

    def call_by(self, route: str) -> None:
        self.page.get_by_role("radio", name=route).check()
        self.press("Talk")
        self.sees_status(f"Connected by {route}")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click(timeout=WITHIN_MS)

    def write(self, text: str) -> None:
        line = self.page.get_by_label("Write to the agent")
        line.fill(text)
        line.press("Enter")

    def sees_status(self, text: str) -> None:
        status = self.page.get_by_role("status")
        expect(status).to_contain_text(text, timeout=WITHIN_MS)

    def sees_notice(self, text: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(text, timeout=WITHIN_MS)

    def sees_no_notice(self) -> None:
        expect(self.page.get_by_role("alert")).to_be_hidden()

    def sees_line(self, who: str, text: str, state: str = "") -> Locator:
        """Wait for a line of the transcript; ``state`` is open, done, cut or dropped."""
        kind = f".{who}" + (f"[data-state={state}]" if state else "")
        line = self.page.locator(f"#transcript {kind}").filter(has_text=text)
        expect(line.last).to_be_visible(timeout=WITHIN_MS)
        return line.last

    def sees_actor(self, path: str) -> Locator:
        """Wait for an actor of the tree; return its line."""
        line = self.page.locator(f"[data-path='{path}'] > .actor").last
        expect(line).to_be_visible(timeout=WITHIN_MS)
        return line

    def hears_the_agent(self) -> None:
        meter = self.page.get_by_role("meter", name="agent")
        loud = re.compile(r"^([4-9]\d|100)$")
        expect(meter).to_have_attribute("aria-valuenow", loud, timeout=WITHIN_MS)

    def records_levels(self) -> None:
        self.page.evaluate(RECORD_LEVELS)

    def now_ms(self) -> float:
        """Return the time on the clock of the recorded levels."""
        return self.page.evaluate("performance.now()")

    def heard_the_agent_after(self, at_ms: float) -> bool:
        return any(level.at_ms > at_ms and level.agent > LOUD for level in self.levels())

    def levels(self) -> list[Levels]:
        return [Levels(*one) for one in self.page.evaluate("window.levels")]
