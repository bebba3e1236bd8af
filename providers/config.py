"""How a provider is declared: validated data that can be pickled and compared."""

from dataclasses import dataclass
from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from actors.choice import choice
from actors.speech_gate import GateConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must be there before a provider can be opened."""

    secrets: tuple[str, ...] = ()
    """Keys by name, such as ``OPENAI_API_KEY``."""
    libraries: tuple[str, ...] = ()
    """Modules that only some installations have."""
    extra: str = "embedded"
    """The extra that brings them."""


def no_key(provider: object, key_name: str) -> str:
    """Say that a vendor has no key, and what to do about it."""
    return (
        f"{type(provider).__name__} has no key: set {key_name} in the environment, or give "
        "api_key (any text for a server that asks for none)"
    )


class ProviderConfig(BaseModel):
    """A declared provider; subclasses add their options and `open`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        """Refuse an option that there is not, and name those that there are."""
        options: Any = given
        for name in cast("dict[str, Any]", options) if isinstance(options, dict) else {}:
            if name not in cls.model_fields:
                told = f"there is no option {name!r}; {choice(name, cls.model_fields)}"
                raise PydanticCustomError("extra_forbidden", "{told}", {"told": told})
        return given

    def needs(self) -> Needs:
        """Say what it needs, so that `runtime check` can look without connecting."""
        return Needs()


class GatedDetector(ProviderConfig):
    """A voice activity detector and the gate that makes speech and silence of its numbers."""

    activation_threshold: float = Field(default=0.5, gt=0, le=1)
    """Speech begins at this probability."""
    deactivation_threshold: float = Field(default=0.35, ge=0, le=1)
    """Speech goes on down to this probability."""
    min_speech_ms: int = Field(default=64, ge=0)
    """So much speech in a row is a beginning; less is a click."""
    min_silence_ms: int = Field(default=160, ge=0, le=200)
    """So much silence in a row is an end. Above 200 ms the agent's answer would come late."""

    @property
    def gate(self) -> GateConfig:
        """The gate as the VAD stage takes it."""
        return GateConfig(
            activation_threshold=self.activation_threshold,
            deactivation_threshold=self.deactivation_threshold,
            min_speech_ms=self.min_speech_ms,
            min_silence_ms=self.min_silence_ms,
        )

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.deactivation_threshold > self.activation_threshold:
            raise ValueError("deactivation_threshold must not be above activation_threshold")
        return self
