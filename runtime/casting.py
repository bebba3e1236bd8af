"""Casting: from an agent's declaration to the plan of one room."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

from actors.call import AnyAddress, Call, CallAddresses, Lineup
from actors.conversation import Conversation, Summary
from actors.health_board import HealthBoard
from actors.kept_speech import KeptSpeech
from actors.part import OnStage
from actors.ports import LanguageModel, Provider, Services, Transport
from actors.reports import Failure, Report
from actors.session.succession import Summarise
from actors.session.summary import summarise
from actors.text import GuardedFilter, TextFilter
from actors.turn_taking.trace import Trace
from actors.user_code import confined
from actors.wishes import SummaryWritten
from runtime.agent import AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.backstage import Backstage, make_part
from runtime.curtain import Curtain
from runtime.in_writing import AsWritten
from runtime.job_plan import JobPlan
from runtime.listeners import Listeners
from runtime.recast import CallLineup
from runtime.session_handle import SessionHandle
from runtime.slots import casts_of, slot_child, with_last_resort
from runtime.tool_servers import ToolServers
from supervision.address import Address
from supervision.supervision_events import SupervisionEvent


@dataclass(frozen=True, slots=True)
class House:
    """What the worker gives to each of its rooms."""

    services: Services
    publish: Callable[[Report], None]
    executor: Executor
    trace: Trace | None = None
    health: HealthBoard = field(default_factory=HealthBoard)
    kept: KeptSpeech = field(default_factory=KeptSpeech)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a room is opened with."""

    room: str
    transport: Transport
    userdata: object = None
    in_writing: bool = False


def plan_job(
    target: AgentTarget,
    opening: Opening,
    house: House,
    on_event: Callable[[SupervisionEvent], None],
) -> JobPlan:
    """Make the room's own agent and the plan of its tree.

    Raises:
        UserError: The target is no agent, or a field of it is wrong.
    """
    with confined():
        agent = instantiate(target)
    config = AgentConfig.of(agent, executor=house.executor)
    own_filter = AsWritten if opening.in_writing else config.text_filter
    config = replace(config, text_filter=_guarded(own_filter, lambda: call))
    providers = _by_slot(config, in_writing=opening.in_writing)
    part = make_part(agent, config, in_writing=opening.in_writing)
    listeners = Listeners(opening.room)
    call = _call(opening, house, OnStage(part), providers, listeners)
    servers = ToolServers(call)
    part = call.on_stage.part = replace(part, servers=servers.toolboxes(config.mcp_servers))
    tree: AnyAddress = Address(f"room {opening.room}")
    casts: dict[str, Sequence[Provider[Any]]] = dict(casts_of(config))
    lineup = CallLineup(call, tree, lambda slot, cast: slot_child(slot, cast, plan), casts)
    backstage = Backstage(config, casts, house.executor, call.on_stage, opening.in_writing, servers)
    handle = _handle(opening, call, listeners, backstage, lineup)
    agent.session = replace(handle, part=part.id)
    plan = JobPlan(
        call=call,
        transport=opening.transport,
        in_writing=opening.in_writing,
        providers=providers,
        part=part,
        servers=servers,
        summarise=_summariser(call, casts),
        text_filter=config.text_filter,
        hot_stt=config.hot_stt,
        limits=config.limits,
        listeners=listeners,
        handle=handle,
        on_event=on_event,
        trace=house.trace,
        tree=tree,
    )
    return plan


def _guarded(own: Callable[[], TextFilter], call: Callable[[], Call]) -> Callable[[], TextFilter]:
    """Return what makes the agent's text filters, whose failures the call tells."""

    def tell(detail: str) -> None:
        at_ns = round(asyncio.get_running_loop().time() * 1e9)
        call().report(Failure("text_filter", "error", detail), at_ns=at_ns)

    return lambda: GuardedFilter(own, tell)


def _by_slot(config: AgentConfig, *, in_writing: bool) -> dict[str, tuple[Provider[Any], ...]]:
    """Return the casts of the slots; in writing there are neither ears nor a voice."""
    if in_writing:
        return {"llm": config.llm}
    return casts_of(config) | {"vad": with_last_resort(config.vad)}


def _call(
    opening: Opening,
    house: House,
    on_stage: OnStage,
    providers: Mapping[str, Sequence[Provider[Any]]],
    listeners: Listeners,
) -> Call:
    addresses = CallAddresses.reserve()
    filled = {name for name, cast in providers.items() if cast}
    if opening.in_writing:  # the text track stands in for voice and audio track
        addresses.slots["tts"] = addresses.audio_track
        filled.add("tts")
    return Call(
        room=opening.room,
        addresses=addresses,
        services=house.services,
        publish=_both(house.publish, listeners.take),
        track_rate_hz=opening.transport.output_sample_rate_hz,
        on_stage=on_stage,
        lineup=Lineup(frozenset(filled)),
        health=house.health,
        kept=house.kept,
    )


def _handle(
    opening: Opening, call: Call, listeners: Listeners, backstage: Backstage, lineup: CallLineup
) -> SessionHandle:
    return SessionHandle(
        opening.room,
        call.addresses.session,
        listeners,
        backstage,
        lineup,
        call,
        Curtain(listeners),
        opening.userdata,
    )


def _both(
    first: Callable[[Report], None], second: Callable[[Report], None]
) -> Callable[[Report], None]:
    def publish(report: Report) -> None:
        first(report)
        second(report)

    return publish


def _summariser(call: Call, casts: Mapping[str, Sequence[Provider[Any]]]) -> Summarise:
    """Return what has the first model that the call has then summarise, beside the call."""

    async def write(conversation: Conversation, before: Summary | None, keep_turns: int) -> None:
        models: Sequence[Provider[LanguageModel]] = casts["llm"]
        for model in models[:1]:
            async with model.open(call.services) as vendor:
                summary = await summarise(
                    conversation,
                    vendor,
                    previous=before,
                    keep_turns=keep_turns,
                    language=call.on_stage.part.language,
                )
            if summary is not None:
                call.addresses.session.tell(SummaryWritten(summary))

    return write
