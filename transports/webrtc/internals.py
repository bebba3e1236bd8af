"""What a call needs of aiortc and aiortc does not offer: its private parts, touched here only.

Each function says why. A release of aiortc that moves one of them fails the tests of this module.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeAlias, cast

from aiortc import RTCIceTransport, RTCPeerConnection, RTCRtpReceiver

LOOPBACK: Final = "127.0.0.1"
MAX_UNDECODED: Final = 30
"""A second of video that waits for its decoder."""


_Connect: TypeAlias = Callable[[RTCPeerConnection], Coroutine[Any, Any, None]]


class PacketBuffer(Protocol):
    """What takes the place of aiortc's jitter buffer."""

    def add(self, packet: Any) -> tuple[bool, None]:
        """Take an RTP packet; return whether a key frame is to be asked for, and no frame."""
        ...


class _Gathering(Protocol):
    get_component_candidates: Callable[..., Awaitable[list[Any]]]


def reach_at(ice: RTCIceTransport, choose: Callable[[list[str]], list[str]]) -> None:
    """Let ``choose`` say at which of this machine's addresses the call can be reached.

    aioice leaves 127.0.0.1 out and binds every other address, which suits neither a machine whose
    only address that is, nor one that is to be reached at one of several.
    """
    connection = cast("_Gathering", vars(ice)["_connection"])
    gather = connection.get_component_candidates

    def gather_chosen(*, component: int, addresses: list[str]) -> Awaitable[list[Any]]:
        return gather(component=component, addresses=choose(addresses))

    connection.get_component_candidates = gather_chosen


def own_connecting(connection: RTCPeerConnection) -> set[asyncio.Task[None]]:
    """Return the tasks in which aiortc will connect, which it starts and forgets.

    They may outlive `RTCPeerConnection.close` by a moment, or fall over it; whoever closes it sees
    to their end. Why there is no connection is told by its state, not by them.
    """
    private = vars(connection)
    connect = cast("_Connect", vars(RTCPeerConnection)["_RTCPeerConnection__connect"])
    tasks: set[asyncio.Task[None]] = set()

    def connect_owned() -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(connect(connection), name="connect")
        tasks.add(task)
        return task

    private["_RTCPeerConnection__connect"] = connect_owned
    return tasks


def replace_jitter_buffer(receiver: RTCRtpReceiver, buffer: PacketBuffer) -> None:
    """Hand the caller's packets to ``buffer`` as they come in.

    aiortc's own holds back four packets (80 ms) and, after the first packet that is lost, fourteen
    (280 ms) for the rest of the call: it is made for playing at an even pace.
    """
    vars(receiver)["_RTCRtpReceiver__jitter_buffer"] = buffer


def bound_decoder(receiver: RTCRtpReceiver) -> "DecoderQueue":
    """Bound what waits for the video decoder, which would otherwise grow as long as it is slow.

    The loop joins that thread at the end of a call, after it has decoded all that waits.
    """
    private = vars(receiver)
    bounded = DecoderQueue(private["_RTCRtpReceiver__decoder_error"])
    private["_RTCRtpReceiver__decoder_queue"] = bounded
    return bounded


class DecoderQueue(queue.Queue[Any]):
    """Encoded pictures; when they are too many all go, and the peer is asked for a key frame."""

    def __init__(self, picture_lost: threading.Event) -> None:
        """``picture_lost`` makes the receiver ask for a key frame."""
        super().__init__()
        self.lost = 0
        self._picture_lost = picture_lost

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - of Queue
        """Add a picture, or None, which ends the decoder: then nothing before it matters."""
        waiting = self.qsize()
        if item is None or waiting >= MAX_UNDECODED:
            self.lost += waiting
            with self.mutex:
                self.queue.clear()
            self._picture_lost.set()
        super().put(item, block, timeout)
