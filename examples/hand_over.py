"""One agent hands the call over to another: `runtime run examples.hand_over:Main --text`.

The model is a script, so that no key is needed: write two lines.
"""

from actors.conversation import ToolCall
from providers import ScriptedLLM
from runtime import Agent, function_tool

BRAIN = ScriptedLLM(
    replies=[
        ["I am putting you through.", ToolCall(call_id="c1", name="to_billing", arguments="{}")],
        [ToolCall(call_id="c2", name="balance", arguments="{}")],
        "You owe us twelve euros.",
    ]
)


class Billing(Agent):
    """Takes over: it has instructions and tools of its own, and the call's own providers."""

    instructions = "You are billing. Be exact."

    @function_tool(safe=True)
    async def balance(self) -> int:
        """Look up what the caller owes."""
        return 12

    async def on_enter(self) -> None:
        """Greet; without this the model would answer the caller by itself."""
        self.session.say("Billing, good evening. What would you like to know?")


class Main(Agent):
    """The front desk."""

    instructions = "You are the front desk. Pass questions about money on to billing."
    llm = BRAIN

    @function_tool
    async def to_billing(self) -> Agent:
        """Pass the caller on to billing."""
        return Billing()
