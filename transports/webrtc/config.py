"""How a WebRTC call finds its way through networks: what is declared, checked when it is made."""

from typing import Annotated, Final, Self

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCIceServer
from aiortc.rtcconfiguration import RTCIceTransportPolicy
from aiortc.rtcicetransport import parse_stun_turn_uri
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from transports.webrtc.internals import LOOPBACK

_FROZEN: Final = ConfigDict(frozen=True, extra="forbid")


class IceServer(BaseModel):
    """A STUN or TURN server (RFC 7064, RFC 7065); TURN needs a name and a credential."""

    model_config = _FROZEN

    url: str
    """Such as ``stun:stun.example.org:3478`` or ``turn:turn.example.org?transport=tcp``."""
    username: str | None = None
    credential: SecretStr | None = None

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        try:
            scheme = parse_stun_turn_uri(self.url)["scheme"]
        except ValueError as error:
            raise ValueError(f"{self.url!r} is no address of an ICE server: {error}") from error
        if scheme.startswith("turn") and (self.username is None or self.credential is None):
            raise ValueError(f"{self.url}: a TURN server needs username and credential")
        return self

    def for_aiortc(self) -> RTCIceServer:
        """Return what aiortc takes."""
        secret = self.credential
        return RTCIceServer(
            urls=self.url,
            username=self.username,
            credential=secret.get_secret_value() if secret else None,
        )


class WebRtcConfig(BaseModel):
    """One for all calls of a door."""

    model_config = _FROZEN

    ice_servers: tuple[IceServer, ...] = ()
    """None by default: whoever is asked for an address learns of the call. aiortc uses the first
    STUN and the first TURN server."""
    relay_only: bool = False
    """Whether to be reached by a TURN server only, so that no address of this machine is told."""
    addresses: tuple[str, ...] = ()
    """At which addresses of this machine to be reached. Empty: all but loopback; that too if the
    peer offers it, or there is no other."""
    video: bool = False
    """Whether to take in the caller's camera; decoding it costs up to a tenth of a core."""
    connect_within_s: Annotated[float, Field(gt=0)] = 15.0
    """From the answer until sound can flow."""
    silent_for_s: Annotated[float, Field(gt=0)] = 8.0
    """A peer from whom not one packet comes for so long is gone."""

    def for_aiortc(self) -> RTCConfiguration:
        """Return what aiortc takes: everything over one transport."""
        policy = RTCIceTransportPolicy.RELAY if self.relay_only else RTCIceTransportPolicy.ALL
        return RTCConfiguration(
            iceServers=[server.for_aiortc() for server in self.ice_servers],
            iceTransportPolicy=policy,
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
        )

    def reachable_at(self, found: list[str], *, peer_is_local: bool) -> list[str]:
        """Return at which addresses to be reached, of those that this machine has."""
        if self.addresses:
            return list(self.addresses)
        return [*found, LOOPBACK] if peer_is_local or not found else found
