"""How what user code raises is told."""

import json
from types import ModuleType

import pytest

from actors.user_code import blame

AGENT = """
import json

def wrong():
    return {}["station"]

def astray():
    return json.loads("{")
"""


@pytest.fixture
def agent() -> ModuleType:
    module = ModuleType("agent")
    exec(compile(AGENT, "/home/ada/agent.py", "exec"), module.__dict__)  # noqa: S102 - ours
    return module


def test_a_mistake_is_told_with_its_line(agent: ModuleType) -> None:
    with pytest.raises(KeyError) as caught:
        agent.wrong()
    assert blame(caught.value) == "KeyError: 'station' (agent.py, line 5)"


def test_a_library_is_not_blamed_for_what_it_was_given(agent: ModuleType) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        agent.astray()
    assert blame(caught.value).endswith(" (agent.py, line 8)")


def test_what_was_raised_nowhere_has_no_place() -> None:
    assert blame(RuntimeError("gone")) == "RuntimeError: gone"
