"""Frozen dataclasses that are changed often: the state of the turn machine, and its live output."""

from typing import Any, Self


class Changing:
    """Base of frozen dataclasses whose instances have a dict, no slots.

    Each step of a call makes several copies; `dataclasses.replace` sets field after field, and a
    state has more than thirty of them.
    """

    def changed(self, **changes: Any) -> Self:
        """Return it with other values in these fields; `__post_init__` does not run.

        Raises:
            TypeError: there is no such field.
        """
        other = object.__new__(type(self))
        values = vars(other)
        values.update(vars(self), **changes)
        if len(values) != len(vars(self)):
            raise TypeError(f"no such field: {sorted(values.keys() - vars(self).keys())}")
        return other
