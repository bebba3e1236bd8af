"""OpenAI, or a server that speaks like it: the account, the open client, and what errors mean."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

import httpx2
import openai
from pydantic import Field, JsonValue

from actors.ports import Services
from actors.vendor import FailureKind, ProviderError
from providers.http_client import HttpAccount, http_client, network_failure
from providers.http_failures import kind_of, one_line, status_failure

OPENAI_URL: Final = "https://api.openai.com/v1"

T = TypeVar("T")


class OpenAIAccount(HttpAccount):
    """How to reach OpenAI; ``base_url`` leads to any server that speaks like it instead."""

    name: str = "openai"
    key_name: str = Field(default="OPENAI_API_KEY", min_length=1)
    base_url: str = Field(default=OPENAI_URL, pattern=r"^https?://")
    organization: str | None = None
    project: str | None = None
    extra: Mapping[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    """Goes into each request as it is: what only your server or model knows."""

    @asynccontextmanager
    async def client(self, services: Services) -> AsyncGenerator[openai.AsyncOpenAI]:
        """Open a client that never retries.

        Raises:
            ProviderError: there is no key (kind ``misconfigured``).
        """
        client = openai.AsyncOpenAI(
            api_key=self.key(services),
            base_url=self.base_url,
            max_retries=0,
            http_client=http_client(),
        )
        # Left out above, they would be read from the environment, which is not ours to read.
        client.organization, client.project = self.organization, self.project
        client.admin_api_key = None
        async with client:
            yield client

    @contextmanager
    def failures(self) -> Generator[None]:
        """Tell what the SDK raises in the words of the port.

        Raises:
            ProviderError: for whatever was raised inside that is the vendor's or the network's.
        """
        try:
            yield
        except openai.APIStatusError as error:
            raise _refusal(self.name, error) from error
        except openai.APIConnectionError as error:
            raise network_failure(self.name, self.base_url, error.__cause__) from error
        except httpx2.HTTPError as error:  # while raw audio streams, the SDK lets it through
            raise network_failure(self.name, self.base_url, error) from error
        except openai.APIError as error:  # told within the stream
            text, kind = (
                one_line(f"{self.name}: {error.message}"),
                kind_of(0, error.code, error.type),
            )
            raise ProviderError(text, kind=kind) from error
        except (ValueError, AttributeError, TypeError) as error:
            # The SDK builds its objects unchecked: what a message lacks shows when it is read.
            text = one_line(f"{self.name}: sent what cannot be read: {error}")
            raise ProviderError(text, kind=FailureKind.PROTOCOL) from error


def _refusal(vendor: str, error: openai.APIStatusError) -> ProviderError:
    message = error.message
    match error.body:
        case {"message": str(told)}:
            message = told
        case _:
            pass
    return status_failure(
        vendor,
        error.status_code,
        message,
        codes=(error.code, error.type),
        headers=error.response.headers,
    )


def given(option: T | None) -> T | openai.Omit:
    """Return an option as the SDK wants it: what is None is not sent."""
    return openai.omit if option is None else option
