"""What Prometheus scrapes of a worker: rooms, turns, failures and the loop."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from actors.decision_reports import ModelUsed
from actors.reports import (
    ActorRestarted,
    ConnectionChanged,
    Failure,
    Interrupted,
    ProviderSwitched,
    Report,
    ToolCalled,
    TurnLatency,
)
from runtime.doors.rooms import Rooms, RoomState
from supervision.tree import TreeNode

LATENCY_BUCKETS_S: Final = (0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


class Metrics:
    """Counts what it hears; everything else is looked up when somebody scrapes."""

    def __init__(self, rooms: Rooms, max_rooms: int) -> None:
        """Begin to count."""
        self.registry = registry = _Registry()
        registry.register(_RoomCollector(rooms))
        Gauge("understudy_rooms_max", "Slots for rooms.", registry=registry).set(max_rooms)
        self.loop_lag = Gauge(
            "understudy_loop_lag_seconds", "How late the event loop was of late.", registry=registry
        )
        self.refused = Counter(
            "understudy_refused", "What the doors refused.", ["code"], registry=registry
        )
        self._turns = Histogram(
            "understudy_turn_heard_seconds",
            "From the end of the caller's speech to the first sound that they heard.",
            buckets=LATENCY_BUCKETS_S,
            registry=registry,
        )
        self._interruptions = Counter(
            "understudy_interruptions", "Replies cut off.", ["reason"], registry=registry
        )
        self._failures = Counter(
            "understudy_failures", "Failures, dealt with.", ["where", "kind"], registry=registry
        )
        self._switches = Counter(
            "understudy_provider_switches", "Hand-overs.", ["slot", "kind"], registry=registry
        )
        self._restarts = Counter(
            "understudy_actor_restarts", "Actors put back on stage.", registry=registry
        )
        self._performers = Gauge(
            "understudy_performers",
            "Performers of the vendor slots of all rooms, by how they stand.",
            ["slot", "state"],
            registry=registry,
        )
        self._tools = Counter(
            "understudy_tool_calls",
            "Tool calls, by what became of them.",
            ["status"],
            registry=registry,
        )
        self._tokens = Counter(
            "understudy_llm_tokens",
            "Tokens of language models, as their vendors count.",
            ["provider", "direction"],
            registry=registry,
        )
        self._connections = Counter(
            "understudy_connection_changes", "Lost and back.", ["state"], registry=registry
        )

    def hear(self, report: Report) -> None:
        """Count an event."""
        match report.event:
            case TurnLatency(heard=heard) if heard >= 0:
                self._turns.observe(heard / 1000)
            case Interrupted(reason):
                self._interruptions.labels(reason).inc()
            case Failure(where, kind):
                self._failures.labels(where.partition("/")[0].partition(" ")[0], kind).inc()
            case ProviderSwitched(slot=slot, kind=kind):
                self._switches.labels(slot, kind).inc()
            case ActorRestarted():
                self._restarts.inc()
            case ToolCalled(status=status):
                self._tools.labels(status).inc()
            case ModelUsed(provider, input_tokens, output_tokens):
                self._tokens.labels(provider, "input").inc(input_tokens)
                self._tokens.labels(provider, "output").inc(output_tokens)
            case ConnectionChanged(state):
                self._connections.labels(state).inc()
            case _:
                pass

    def look(self, jobs: TreeNode) -> None:
        """Count how the performers of all rooms stand."""
        slots = [slot for room in jobs.children for slot in room.children]
        roles = [(slot, role) for slot in slots for role in slot.children if role.facts]
        stands = Tally(
            (slot.name.removesuffix("-slot"), state)
            for slot, role in roles
            for state in role.facts.values()
        )
        self._performers.clear()
        for labels, count in stands.items():
            self._performers.labels(*labels).set(count)

    def text(self) -> bytes:
        """Return the exposition format."""
        return generate_latest(self.registry)


class _Registry(CollectorRegistry):
    """Leaves out since when each series counts: a gauge more for each, which nobody asks for.

    The library can only be told so for the whole process, which may be another service's.
    """

    def collect(self) -> Iterator[Metric]:
        for family in super().collect():
            family.samples = [s for s in family.samples if not s.name.endswith("_created")]
            yield family


class _RoomCollector(Collector):
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def collect(self) -> Iterable[GaugeMetricFamily]:
        rooms = GaugeMetricFamily("understudy_rooms", "Rooms, by state.", labels=["state"])
        counts = Tally(room.state for room in self._rooms)
        for state in RoomState:
            rooms.add_metric([state.value], counts[state])
        listeners = sum(len(room.audience.connections) for room in self._rooms)
        return (
            rooms,
            GaugeMetricFamily("understudy_listeners", "Who only listens.", value=listeners),
        )
