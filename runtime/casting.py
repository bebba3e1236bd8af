"""Casting: from an agent's declaration to the plan of one room."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from actors.call import Call, CallAddresses
from actors.ports import Services, Transport
from actors.producer import Script
from actors.reports import Report
from actors.session import Hooks
from actors.text import TextFilter, pieces
from actors.turn_taking import TurnTakingConfig
from runtime.agent import AgentTarget, instantiate
from runtime.agent_config import AgentConfig
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


def plan_job(
    target: AgentTarget,
    room: str,
    transport: Transport,
    house: House,
    on_event: Callable[[SupervisionEvent], None],
    userdata: object = None,
) -> JobPlan:
    """Make the room's own agent and the plan of its tree.

    Raises:
        UserError: The target is no agent, or a field of it is wrong.
    """
    agent = instantiate(target)
    config = AgentConfig.of(agent, executor=house.executor)
    providers = {
        "denoise": config.denoise,
        "vad": config.vad,
        "stt": config.stt,
        "turn": config.turn_detector,
        "llm": config.llm,
        "tts": config.tts,
    }
    listeners = Listeners(room)
    call = Call(
        room=room,
        addresses=CallAddresses.reserve(),
        services=house.services,
        publish=_both(house.publish, listeners.take),
        track_rate_hz=transport.output_sample_rate_hz,
        language=config.language,
        voice=config.voice,
        slots=frozenset(name for name, cast in providers.items() if cast),
    )
    agent.session = SessionHandle(room, call.addresses.session, listeners, userdata)
    return JobPlan(
        call=call,
        transport=transport,
        providers=providers,
        script=Script(
            config.instructions,
            config.apology,
            config.toolbox,
            lambda text: _speakable_pieces(text, config.text_filter()),
            config.context,
        ),
        text_filter=config.text_filter,
        hooks=Hooks(agent.on_enter, agent.on_exit, agent.on_wake_up),
        turn_taking=config.turn_taking or TurnTakingConfig(),
        limits=config.limits,
        listeners=listeners,
        handle=agent.session,
        on_event=on_event,
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
