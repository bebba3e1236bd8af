"""Whether the vendors of an agent find the keys that they declare to need."""

from collections.abc import Iterator

from actors.ports import Provider
from providers.config import ProviderConfig, no_key
from runtime.cli.preparation import Prepared
from runtime.errors import UserError
from runtime.slots import casts_of


def missing_keys(prepared: Prepared) -> tuple[str, ...]:
    """Return a line for each vendor without its key for whom another of its slot can play.

    Raises:
        UserError: nobody of a slot has a key: no call could be held.
    """
    found: list[str] = []
    for slot, cast in casts_of(prepared.config).items():
        lines = [tuple(_without(provider, prepared)) for provider in cast]
        if lines and all(lines):
            raise UserError(lines[0][0])
        found += [f"{slot}: {line}" for lines_of_one in lines for line in lines_of_one]
    return tuple(found)


def _without(provider: Provider[object], prepared: Prepared) -> Iterator[str]:
    needed = provider.needs().secrets if isinstance(provider, ProviderConfig) else ()
    for name in needed:
        if not prepared.settings.secrets.get(name):
            yield no_key(provider, name)
