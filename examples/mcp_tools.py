"""Tools of another program, by MCP: `runtime run examples.mcp_tools:Main --text`.

The program is this file once more, run as a server; any MCP server can take its place. The model is
a script, so that no key is needed. Needs the extra: `pip install -e PATH_TO_CLONE'[mcp]'`.
"""

import sys
from pathlib import Path

from actors.conversation import ToolCall
from providers import McpStdio, ScriptedLLM
from runtime import Agent

HOTEL = McpStdio(
    name="hotel",
    command=sys.executable,
    args=("-m", "examples.mcp_tools"),
    cwd=Path(__file__).parent.parent,
    prefix="hotel_",  # the model knows it as hotel_price
    tools=("price",),  # and knows no other of its tools
    safe=("price",),  # it only looks: it may run before the caller's turn is certain
    timeout_s=10.0,
)


class Main(Agent):
    """The front desk of a hotel whose prices lie elsewhere."""

    llm = ScriptedLLM(
        replies=[
            [ToolCall(call_id="c1", name="hotel_price", arguments='{"nights": 2}')],
            "Two nights are 240 euros.",
        ]
    )
    mcp_servers = (HOTEL,)

    async def on_enter(self) -> None:
        """Greet; nobody waits for the server but a first question that comes at once."""
        self.session.say("Front desk, good evening.")


def price(nights: int) -> int:
    """Say what so many nights cost."""
    return 120 * nights


if __name__ == "__main__":
    from mcp.server import MCPServer

    server = MCPServer("hotel")
    server.add_tool(price)
    server.run()
