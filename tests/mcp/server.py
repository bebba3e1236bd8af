"""A small MCP server of the SDK's, with all the faults that servers have.

Arguments: a port to serve on HTTP; none to be spoken with over the standard streams. Any other
argument is put out first, as a careless print would.
"""

import os
import sys
import time

from mcp.server.mcpserver import MCPServer

server = MCPServer("weather")


@server.tool()
def forecast(town: str) -> str:
    """Tell tomorrow's weather of a town."""
    return f"sunny in {town}"


@server.tool(name="look.up")
def look_up() -> dict[str, int]:
    """Return what is no text."""
    return {"degrees": 21}


@server.tool()
def die() -> str:
    """Fall."""
    sys.stderr.write("the barometer has burst\n")
    sys.stderr.flush()
    os._exit(3)


@server.tool()
async def hang() -> str:
    """Answer nothing any more, to nobody."""
    time.sleep(60)  # noqa: ASYNC251 - the fault itself
    return "never"


if __name__ == "__main__":
    match sys.argv[1:]:
        case [port] if port.isdigit():
            server.run("streamable-http", host="127.0.0.1", port=int(port))
        case words:
            if words:
                print(*words, flush=True)  # noqa: T201 - the fault itself
            server.run()
