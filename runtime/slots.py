"""The vendor slots of a call as supervision data.

For each, a small supervisor with its role and its performers.
"""

from collections.abc import Callable, Sequence
from typing import Any

from actors.call import AnyAddress, Call
from actors.denoise import DenoisePerformer, DenoiseRole
from actors.health_board import health_key
from actors.llm.performer import LlmPerformer
from actors.llm.role import LlmRole
from actors.ports import Provider
from actors.slots.performer import Performer
from actors.slots.role import Role
from actors.slots.slot import Slot, Understudy
from actors.stt.hot_role import HotSttRole
from actors.stt.performer import SttPerformer
from actors.stt.role import SttRole
from actors.tts.performer import TtsPerformer
from actors.tts.role import TtsRole
from actors.turn import TurnPerformer, TurnRole
from actors.vad import VadPerformer, VadRole
from providers.energy_vad import EnergyVAD
from runtime.agent_config import AgentConfig
from runtime.job_plan import JobPlan
from runtime.room_supervisor import RoomSupervisor
from supervision.address import Address
from supervision.spec import ChildSpec, SupervisorSpec

PERFORMERS: dict[str, type[Performer[Any]]] = {
    "denoise": DenoisePerformer,
    "vad": VadPerformer,
    "stt": SttPerformer,
    "turn": TurnPerformer,
    "llm": LlmPerformer,
    "tts": TtsPerformer,
}


def call_slot(field: str) -> str:
    """Return the name that an agent's field has as a slot of a call."""
    return "turn" if field == "turn_detector" else field


def casts_of(config: AgentConfig) -> dict[str, tuple[Provider[Any], ...]]:
    """Return the declared casts by the names that the slots have in a call."""
    return {
        "denoise": config.denoise,
        "vad": config.vad,
        "stt": config.stt,
        "turn": config.turn_detector,
        "llm": config.llm,
        "tts": config.tts,
    }


def unique_names(providers: Sequence[Provider[Any]]) -> tuple[str, ...]:
    """Name the performers; the same vendor twice becomes ``name`` and ``name#2``."""
    names: list[str] = []
    for provider in providers:
        count = sum(name.split("#")[0] == provider.name for name in names)
        names.append(provider.name if count == 0 else f"{provider.name}#{count + 1}")
    return tuple(names)


def with_last_resort(detectors: Sequence[Provider[Any]]) -> tuple[Provider[Any], ...]:
    """Let loudness tell speech from silence when every other detector has failed."""
    if not detectors or isinstance(detectors[-1], EnergyVAD):
        return tuple(detectors)
    return (*detectors, EnergyVAD())


def slot_child(slot_name: str, providers: Sequence[Provider[Any]], plan: JobPlan) -> ChildSpec:
    """Return the child that is one vendor slot: role and performers, at addresses that stay."""
    call = plan.call
    performers: AnyAddress = Address(f"{slot_name}/performers")
    slot = Slot(slot_name, call, understudies(slot_name, providers, call), performers)
    spec = SupervisorSpec(
        children=(
            ChildSpec(
                id="performers",
                start=lambda: RoomSupervisor(call, SupervisorSpec()),
                address=performers,
            ),
            ChildSpec(
                id="role",
                start=lambda: _role(slot, plan),
                address=call.addresses.of_slot(slot_name),
            ),
        ),
        on_event=plan.on_event,
    )
    return ChildSpec(
        id=f"{slot_name}-slot",
        start=lambda: RoomSupervisor(call, spec),
        shutdown_s=spec.shutdown_s,
        start_timeout_s=spec.start_timeout_s,
    )


def understudies(
    slot_name: str, providers: Sequence[Provider[Any]], call: Call
) -> tuple[Understudy, ...]:
    """Return the entries of a slot: the first is on stage, the rest stand by."""
    make, role = PERFORMERS[slot_name], call.addresses.of_slot(slot_name)
    return tuple(
        Understudy(name, _maker(make, provider, role, call), health_key(provider))
        for name, provider in zip(unique_names(providers), providers, strict=True)
    )


def _maker(
    make: type[Performer[Any]], provider: Provider[Any], role: AnyAddress, call: Call
) -> Callable[[str], Performer[Any]]:
    return lambda name: make(name, provider, role, call)


def _role(slot: Slot, plan: JobPlan) -> Role[Any]:
    match slot.name:
        case "denoise":
            return DenoiseRole(slot)
        case "vad":
            return VadRole(slot)
        case "stt":
            return HotSttRole(slot) if plan.hot_stt else SttRole(slot)
        case "turn":
            return TurnRole(slot)
        case "llm":
            return LlmRole(slot, plan.text_filter)
        case "tts":
            return TtsRole(slot)
        case _:
            raise ValueError(f"there is no slot {slot.name!r}")
