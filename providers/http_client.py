"""What adapters to HTTP APIs have in common: the key, the client, and waiting for the network."""

import functools
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable
from typing import Final, Generic, TypeVar

import httpx2
from pydantic import Field, SecretStr

from actors.ports import Services
from actors.vendor import FailureKind, ProviderError
from providers.config import Needs, ProviderConfig, no_key

CONNECT_WITHIN_S: Final = 5.0
BACKSTOP_S: Final = 60.0
"""Deadlines belong to the role; so long may a vendor's silence last where a role has none."""
KEEP_ALIVE_S: Final = 120.0
"""Longer than callers think: else each turn pays for a TLS handshake."""

T = TypeVar("T")


class HttpAccount(ProviderConfig):
    """An account at a vendor: the key and the place. `key_name` says which key is looked up."""

    name: str
    api_key: SecretStr | None = None
    key_name: str = Field(min_length=1)
    base_url: str = Field(pattern=r"^https?://")

    def needs(self) -> Needs:
        """Say which key it looks up, if it does not bring its own."""
        return Needs(secrets=() if self.api_key is not None else (self.key_name,))

    @property
    def account(self) -> str:
        """A name of the account that gives nothing away; empty: the worker's."""
        if self.api_key is None:
            return ""
        return hashlib.sha256(self.api_key.get_secret_value().encode()).hexdigest()[:12]

    def key(self, services: Services) -> str:
        """Return the key: the one given here, else the worker's.

        Raises:
            ProviderError: there is none (kind ``misconfigured``).
        """
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        if found := services.secret(self.key_name):
            return found
        raise ProviderError(no_key(self, self.key_name), kind=FailureKind.MISCONFIGURED)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Load the certificates once: that takes 20 ms, too long for a call that is being opened."""
    return httpx2.create_ssl_context()


def http_client() -> httpx2.AsyncClient:
    """Return a client whose connections stay warm between the turns of a call."""
    return httpx2.AsyncClient(
        verify=_tls(),
        timeout=httpx2.Timeout(BACKSTOP_S, connect=CONNECT_WITHIN_S),
        limits=httpx2.Limits(keepalive_expiry=KEEP_ALIVE_S),
        follow_redirects=True,
    )


async def outside(services: Services, answer: Awaitable[T]) -> T:
    """Await something that comes over the network; simulated time waits for it."""
    with services.external_work():
        return await answer


class Outside(Generic[T]):
    """A stream that comes over the network; simulated time waits for each item."""

    def __init__(self, services: Services, stream: AsyncIterator[T]) -> None:
        self._services = services
        self._stream = stream

    def __aiter__(self) -> "Outside[T]":
        return self

    async def __anext__(self) -> T:
        """Return the next item."""
        return await outside(self._services, anext(self._stream))


def refuse_no_stream(vendor: str, headers: httpx2.Headers) -> None:
    """Check that the answer is what was asked for, not a page or an object of JSON.

    Raises:
        ProviderError: it is neither a stream of events nor audio (kind ``protocol``).
    """
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given in {"text/html", "text/plain", "application/json"}:
        raise ProviderError(
            f"{vendor}: answered with {given} instead of a stream; is base_url right?",
            kind=FailureKind.PROTOCOL,
        )


def network_failure(vendor: str, base_url: str, error: BaseException | None) -> ProviderError:
    """Return what trouble with the connection means.

    A connection that was there and is gone may be an old one that the vendor had given up: that is
    ``closed``, for which a new one is worth trying.
    """
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            return ProviderError(f"{vendor}: no connection to {base_url}: {error}".rstrip(": "))
        case httpx2.TimeoutException():
            text = f"{vendor}: silent for {BACKSTOP_S:g} s"
            return ProviderError(text, kind=FailureKind.STALL)
        case _:
            text = f"{vendor}: the connection was cut: {error or 'no reason given'}"
            return ProviderError(text, kind=FailureKind.CLOSED)
