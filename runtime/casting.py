"""Casting: from an agent's declaration to the plan of one room."""

from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

from actors.call import Call, CallAddresses
from actors.conversation import Conversation, Summary
from actors.health_board import HealthBoard
from actors.ports import LanguageModel, Provider, Services, Transport
from actors.producer import Script
from actors.reports import Report
from actors.session import Hooks
from actors.summary import summarise
from actors.text import TextFilter, pieces
from actors.turn_taking import TurnTakingConfig
from actors.turn_taking.trace import Trace
from actors.wishes import SummaryWritten
from runtime.agent import AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.in_writing import AsWritten, written_turns
from runtime.job_plan import JobPlan
from runtime.listeners import Listeners
from runtime.session_handle import SessionHandle
from supervision.supervision_events import SupervisionEvent


@dataclass(frozen=True, slots=True)
class House:
    """What the worker gives to each of its rooms."""

    services: Services
    publish: Callable[[Report], None]
    executor: Executor
    trace: Trace | None = None
    health: HealthBoard = field(default_factory=HealthBoard)


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
    agent = instantiate(target)
    config = AgentConfig.of(agent, executor=house.executor)
    providers = _by_slot(config)
    transport = opening.transport
    addresses = CallAddresses.reserve()
    filled = frozenset(name for name, cast in providers.items() if cast)
    if opening.in_writing:  # the text track stands in for voice and audio track
        providers = {"llm": config.llm}
        addresses = replace(addresses, tts=addresses.audio_track)
        filled = filled & {"llm"} | {"tts"}
        config = replace(
            config, text_filter=AsWritten, turn_taking=written_turns(config.turn_taking)
        )
    listeners = Listeners(opening.room)
    call = Call(
        room=opening.room,
        addresses=addresses,
        services=house.services,
        publish=_both(house.publish, listeners.take),
        track_rate_hz=transport.output_sample_rate_hz,
        language=config.language,
        voice=config.voice,
        slots=filled,
        hooks=config.in_flow,
        health=house.health,
    )
    agent.session = SessionHandle(opening.room, addresses.session, listeners, opening.userdata)
    return JobPlan(
        call=call,
        transport=transport,
        in_writing=opening.in_writing,
        providers=providers,
        script=_script(config),
        text_filter=config.text_filter,
        hooks=Hooks(agent.on_enter, agent.on_exit, agent.on_wake_up, _summariser(call, config.llm)),
        turn_taking=config.turn_taking or TurnTakingConfig(),
        limits=config.limits,
        listeners=listeners,
        handle=agent.session,
        on_event=on_event,
        trace=house.trace,
    )


def _by_slot(config: AgentConfig) -> dict[str, tuple[Provider[Any], ...]]:
    return {
        "denoise": config.denoise,
        "vad": config.vad,
        "stt": config.stt,
        "turn": config.turn_detector,
        "llm": config.llm,
        "tts": config.tts,
    }


def _script(config: AgentConfig) -> Script:
    return Script(
        config.instructions,
        config.apology,
        config.toolbox,
        lambda text: _speakable_pieces(text, config.text_filter()),
        config.context,
    )


def _speakable_pieces(text: str, speakable: TextFilter) -> list[str]:
    return pieces(speakable.push(text) + speakable.flush())


def _both(
    first: Callable[[Report], None], second: Callable[[Report], None]
) -> Callable[[Report], None]:
    def publish(report: Report) -> None:
        first(report)
        second(report)

    return publish


def _summariser(
    call: Call, models: Sequence[Provider[LanguageModel]]
) -> Callable[[Conversation, Summary | None], Awaitable[None]]:
    """Return what has the first model on the list summarise, beside the call."""

    async def write(conversation: Conversation, before: Summary | None) -> None:
        for model in models[:1]:
            async with model.open(call.services) as vendor:
                summary = await summarise(
                    conversation, vendor, previous=before, language=call.language
                )
            if summary is not None:
                call.addresses.session.tell(SummaryWritten(summary))

    return write
