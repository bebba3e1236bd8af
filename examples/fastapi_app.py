"""A service of yours with the doors of an agent in it: ``uvicorn examples.fastapi_app:app``.

The lifespan enters the worker; until then ``/voice`` answers 503. Your own routes decide who may
talk: ``POST /talk`` gives a signed-in user a token, and the page at ``/voice/`` does the rest.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from examples.front_desk import Main
from runtime import DoorConfig, Grant, Worker

worker = Worker(Main)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    """Run the worker as long as the service."""
    async with worker:
        yield


app = FastAPI(lifespan=lifespan)
app.mount("/voice", worker.asgi(DoorConfig(max_rooms=10)))


@app.post("/talk")
async def talk(user: str) -> dict[str, str]:
    """Let a user open a room; ask your own session here who that is."""
    token = worker.token(user, Grant.CREATE, lives_s=60)
    return {"link": f"/voice/#token={token}"}
