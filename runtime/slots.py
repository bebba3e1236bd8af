"""The vendor slots of a call as supervision data.

For each, a small supervisor with its role and its performers.
"""

from collections.abc import Callable, Sequence
from typing import Any

from actors.call import AnyAddress, Call
from actors.denoise import DenoisePerformer, DenoiseRole
from actors.health_board import health_key
from actors.llm import LlmRole
from actors.llm_performer import LlmPerformer
from actors.performer import Performer
from actors.ports import Provider
from actors.role import Role
from actors.slot import Slot, Understudy
from actors.stt import SttPerformer, SttRole
from actors.tts import TtsRole
from actors.tts_performer import TtsPerformer
from actors.turn import TurnPerformer, TurnRole
from actors.vad import VadPerformer, VadRole
from runtime.job_plan import JobPlan
from supervision.address import Address
from supervision.spec import ChildSpec, SupervisorSpec
from supervision.supervisor import Supervisor

PERFORMERS: dict[str, type[Performer[Any]]] = {
    "denoise": DenoisePerformer,
    "vad": VadPerformer,
    "stt": SttPerformer,
    "turn": TurnPerformer,
    "llm": LlmPerformer,
    "tts": TtsPerformer,
}


def unique_names(providers: Sequence[Provider[Any]]) -> tuple[str, ...]:
    """Name the performers; the same vendor twice becomes ``name`` and ``name#2``."""
    names: list[str] = []
    for provider in providers:
        count = sum(name.split("#")[0] == provider.name for name in names)
        names.append(provider.name if count == 0 else f"{provider.name}#{count + 1}")
    return tuple(names)


def slot_child(slot_name: str, plan: JobPlan) -> ChildSpec:
    """Return the child that is one vendor slot: role and performers, at addresses that stay."""
    call, providers = plan.call, plan.providers[slot_name]
    role_address = call.addresses.of_slot(slot_name)
    performers: AnyAddress = Address(f"{slot_name}/performers")
    make_performer = PERFORMERS[slot_name]
    entries = tuple(
        Understudy(
            name,
            _maker(make_performer, name, provider, role_address, call),
            health_key(provider),
        )
        for name, provider in zip(unique_names(providers), providers, strict=True)
    )
    slot = Slot(slot_name, call, entries, performers)
    spec = SupervisorSpec(
        children=(
            ChildSpec(
                id="performers", start=lambda: Supervisor(SupervisorSpec()), address=performers
            ),
            ChildSpec(id="role", start=lambda: _role(slot, plan), address=role_address),
        ),
        on_event=plan.on_event,
    )
    return ChildSpec(
        id=f"{slot_name}-slot",
        start=lambda: Supervisor(spec),
        shutdown_s=spec.shutdown_s,
        start_timeout_s=spec.start_timeout_s,
    )


def _maker(
    make: type[Performer[Any]],
    name: str,
    provider: Provider[Any],
    role: AnyAddress,
    call: Call,
) -> Callable[[], Performer[Any]]:
    return lambda: make(name, provider, role, call)


def _role(slot: Slot, plan: JobPlan) -> Role[Any]:
    match slot.name:
        case "denoise":
            return DenoiseRole(slot)
        case "vad":
            return VadRole(slot)
        case "stt":
            return SttRole(slot)
        case "turn":
            return TurnRole(slot)
        case "llm":
            return LlmRole(slot, plan.text_filter)
        case "tts":
            return TtsRole(slot)
        case _:
            raise ValueError(f"there is no slot {slot.name!r}")
