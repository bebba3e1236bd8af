"""Looking in over HTTP: the tree, once and as a stream, metrics, health, readiness."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from actors.reports import Report
from runtime.doors.bodies import Health, Readiness, as_json
from runtime.doors.doors import Doors
from runtime.doors.pulse import SICK_S
from runtime.doors.refusal import Refusal
from runtime.doors.rooms import RETRY_S
from runtime.doors.tokens import Grant
from runtime.tree_socket import node_to_dict
from supervision.errors import ActorDeadError, AskTimeout
from supervision.tree import TreeNode

WAITING_REPORTS: Final = 256
OFTENEST_S: Final = 0.2
SELDOMEST_S: Final = 60.0
DEFAULT_EVERY_S: Final = 0.5
KEEP_OPEN_S: Final = 10.0
PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class LookRoutes:
    """One method for each route."""

    doors: Doors

    async def tree(self, request: Request) -> Response:
        """The supervision tree as it is now."""
        self.doors.token(request).check(Grant.ADMIN)
        return JSONResponse(await self._picture(request.query_params.get("room")))

    async def stream(self, request: Request) -> Response:
        """The tree whenever it changes, and what happens in between."""
        self.doors.token(request).check(Grant.ADMIN)
        room, every_s = request.query_params.get("room"), _every_s(request)
        if len(self.doors.rooms.watchers) >= self.doors.config.max_watchers:
            raise Refusal(429, "too_many_watchers", "so many watch that nobody else can", RETRY_S)
        first = await self._picture(room)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            self._events(first, room, every_s), media_type="text/event-stream", headers=headers
        )

    async def metrics(self, request: Request) -> Response:
        """What Prometheus scrapes."""
        self.doors.token(request).check(Grant.ADMIN)
        metrics = self.doors.metrics
        metrics.loop_lag.set(self._lag_s())
        if (jobs := _child(await self.doors.house.snapshot(), "jobs")) is not None:
            metrics.look(jobs)
        return Response(metrics.text(), media_type=PROMETHEUS)

    async def health(self, request: Request) -> Response:
        """Does it live?

        It does if the loop turns, the tree stands and somebody lets people in.
        """
        try:
            tree = (await self.doors.house.snapshot()).state
        except (AskTimeout, ActorDeadError):
            tree = "silent"
        if not self.doors.reception.is_running:
            tree = "without reception"
        lag_s = self._lag_s()
        health = Health(
            ok=tree == "running" and lag_s < SICK_S,
            loop_lag_ms=round(lag_s * 1000, 1),
            tree=tree,
            rooms=len(self.doors.house.rooms),
        )
        return JSONResponse(as_json(health), 200 if health.ok else 503)

    async def readiness(self, request: Request) -> Response:
        """Is there a free slot?"""
        is_there = self.doors.reception.is_running and self.doors.house.takes_calls
        free = max(0, self.doors.rooms.free(self.doors.house.rooms)) if is_there else 0
        ready = Readiness(ready=free > 0, free=free)
        return JSONResponse(as_json(ready), 200 if ready.ready else 503)

    # ------------------------------------------------------------ parts

    def _lag_s(self) -> float:
        return self.doors.lag.worst_s(asyncio.get_running_loop().time())

    async def _picture(self, room: str | None) -> dict[str, Any]:
        node: TreeNode | None = await self.doors.house.snapshot()
        if room is not None:
            node = _child(_child(node, "jobs"), room)
            if node is None:
                raise Refusal(404, "room_unknown", f"there is no room {room!r}, or it is not open")
        assert node is not None
        return node_to_dict(node)

    async def _events(
        self, first: dict[str, Any], room: str | None, every_s: float
    ) -> AsyncGenerator[str]:
        clock = asyncio.get_running_loop().time
        reports: asyncio.Queue[Report] = asyncio.Queue(WAITING_REPORTS)
        self.doors.rooms.watchers[reports] = room
        try:
            yield _event("tree", first)
            seen, look_s, sent_s = _looks(first), clock() + every_s, clock()
            while self.doors.house.is_up:
                try:
                    async with asyncio.timeout_at(look_s):
                        report = await reports.get()
                    yield _event("report", report.to_dict())
                    sent_s = clock()
                    continue
                except TimeoutError:
                    look_s = clock() + every_s
                picture = await self._picture(room)
                if _looks(picture) != seen:
                    seen, sent_s = _looks(picture), clock()
                    yield _event("tree", picture)
                elif clock() - sent_s > KEEP_OPEN_S:
                    sent_s = clock()
                    yield ":\n\n"
        except Refusal:  # the room is over, and with it the stream
            return
        finally:
            del self.doors.rooms.watchers[reports]


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _looks(picture: dict[str, Any]) -> Any:
    """Return what makes a picture differ from another: not how old a letter is."""
    children = [_looks(child) for child in picture["children"]]
    return [(k, v) for k, v in picture.items() if k not in {"oldest_s", "children"}], children


def _child(node: TreeNode | None, name: str) -> TreeNode | None:
    children = () if node is None else node.children
    return next((child for child in children if child.name == name), None)


def _every_s(request: Request) -> float:
    try:
        every_s = float(request.query_params.get("every_s", DEFAULT_EVERY_S))
    except ValueError as error:
        raise Refusal(400, "bad_request", "every_s is a number of seconds") from error
    if not every_s > 0:
        raise Refusal(400, "bad_request", "every_s is a number of seconds above 0")
    return min(max(every_s, OFTENEST_S), SELDOMEST_S)
