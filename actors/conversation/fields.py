"""The fields of a JSON object, read one by one; what is wrong is told with its place."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar, cast

ValueT = TypeVar("ValueT")
Read = Callable[[object, str], ValueT]


class InvalidConversation(ValueError):
    """Raised when what was to be read is no conversation; says where and what is wrong."""


class Fields:
    """One object on its way to become an item; each field is asked for once."""

    def __init__(self, value: object, place: str) -> None:
        """Take the object found at ``place``.

        Raises:
            InvalidConversation: It is no object.
        """
        if not isinstance(value, Mapping):
            raise InvalidConversation(
                f"{place or 'conversation'}: expected an object, not {shown(value)}"
            )
        self._left = dict(cast("Mapping[object, object]", value))
        self._place = place

    def text(self, name: str, default: str | None = None) -> str:
        """Take a text; one without a default must be there."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self.error(name, f"expected a text, not {shown(value)}")
        return value

    def flag(self, name: str) -> bool:
        """Take a truth value; false if it is not there."""
        value = self._take(name, default=False)
        if not isinstance(value, bool):
            raise self.error(name, f"expected true or false, not {shown(value)}")
        return value

    def one_of(
        self, name: str, allowed: Mapping[str, ValueT], default: str | None = None
    ) -> ValueT:
        """Take one of the allowed words and return what it means."""
        value = self._take(name, default)
        if not isinstance(value, str) or value not in allowed:
            raise self.error(name, f"expected {_either(allowed)}, not {shown(value)}")
        return allowed[value]

    def list_of(
        self, name: str, read: Read[ValueT], default: tuple[ValueT, ...] | None = None
    ) -> tuple[ValueT, ...]:
        """Take a list, each element read with its place; one without a default must be there."""
        value = self._take(name, default)
        if not isinstance(value, list | tuple):
            raise self.error(name, f"expected a list, not {shown(value)}")
        elements = cast("list[object]", value)
        place = self._at(name)
        return tuple(read(element, f"{place}[{n}]") for n, element in enumerate(elements))

    def raw(self, name: str) -> object:
        """Take whatever it is."""
        return self._take(name, None)

    def close(self) -> None:
        """Refuse what was not asked for: dropping it in silence would lose it.

        Raises:
            InvalidConversation: A field is unknown.
        """
        for name in self._left:
            raise self.error(str(name), "there is no such field")

    def error(self, name: str, problem: str) -> InvalidConversation:
        """Return what tells the problem of a field."""
        return InvalidConversation(f"{self._at(name)}: {problem}")

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _take(self, name: str, default: object) -> object:
        value = self._left.pop(name, default)
        if value is None and default is None:
            raise self.error(name, "is missing")
        return value


def shown(value: object) -> str:
    """Return a value as it stands in JSON, cut to a length that an error message bears."""
    text = json.dumps(value, default=repr)
    longest = 60
    return text if len(text) <= longest else f"{text[:longest]}…"


def _either(words: Collection[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)
