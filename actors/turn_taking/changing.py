"""Frozen dataclasses that are changed often: the state of the turn machine, and its live output."""

from typing import Any, Self


class Changing:
    """Base of frozen dataclasses whose instances have a dict, no slots.

    Each step of a call makes several copies; `dataclasses.replace` sets field after field, and a
    state has more than thirty of them. A dict is copied as a whole.
    """

    def changed(self, **changes: Any) -> Self:
        """Return it with other values in these fields; `__post_init__` does not run.

        Raises:
            TypeError: there is no such field.
        """
        values = vars(self).copy()
        values.update(changes)
        if len(values) != len(vars(self)):
            raise TypeError(f"no such field: {sorted(values.keys() - vars(self).keys())}")
        other = object.__new__(type(self))
        object.__setattr__(other, "__dict__", values)
        return other
