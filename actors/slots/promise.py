"""The promise of a port: what a vendor gives is looked at before it crosses to the role.

A role falls over what it does not understand, and with it, in the end, the call; a performer that
falls over it has an understudy.
"""

from typing import Any

from actors.vendor import FailureKind, ProviderError


def promised(given: object, *kinds: type[Any]) -> None:
    """Look whether it is of one of these kinds.

    Raises:
        ProviderError: it is not (kind ``protocol``).
    """
    if not isinstance(given, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise broken(f"{type(given).__name__} is no {wanted}")


def promised_pcm(pcm: object, size: int) -> None:
    """Look whether it is audio of so many bytes.

    Raises:
        ProviderError: it is not (kind ``protocol``).
    """
    promised(pcm, bytes)
    if isinstance(pcm, bytes) and len(pcm) != size:
        raise broken(f"{len(pcm)} bytes of audio for {size}")


def broken(detail: str) -> ProviderError:
    """Return the error of a vendor that breaks its port's promise."""
    return ProviderError(f"its port knows no such thing: {detail}", kind=FailureKind.PROTOCOL)
