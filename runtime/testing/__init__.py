"""Tests of agents: whole calls with a simulated caller, on virtual time.

``from runtime.testing import simulate``; see docs/testing.md.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.testing.call import SimulatedCall
    from runtime.testing.judge import llm_judge
    from runtime.testing.scripts import tool_call
    from runtime.testing.simulation import simulate

__all__ = ["SimulatedCall", "llm_judge", "simulate", "tool_call"]

_HOMES = {
    "SimulatedCall": "runtime.testing.call",
    "llm_judge": "runtime.testing.judge",
    "simulate": "runtime.testing.simulation",
    "tool_call": "runtime.testing.scripts",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: pytest loads the plugin of this package always.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'runtime.testing' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
