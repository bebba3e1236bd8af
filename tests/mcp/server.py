"""A small MCP server of the SDK's, with all the faults that servers have.

Arguments: the descriptor of a bound socket to serve on it by HTTP; none to be spoken with over the
standard streams. Any other argument is put out first, as a careless print would.
"""

import os
import socket
import sys
import time

import uvicorn
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
        case [descriptor] if descriptor.isdigit():
            http = uvicorn.Server(uvicorn.Config(server.streamable_http_app()))
            http.run([socket.socket(fileno=int(descriptor))])
        case words:
            if words:
                print(*words, flush=True)  # noqa: T201 - the fault itself
            server.run()
