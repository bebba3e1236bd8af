"""What an import of the package costs."""

import subprocess
import sys

import pytest

import runtime

HEAVY = ("numpy", "av", "aiortc", "openai", "anthropic", "sounddevice", "pydantic", "pocketsphinx")
COUNT = f"""
import sys
before = set(sys.modules)
import runtime
loaded = sorted(set(sys.modules) - before)
print([name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names])
print([name for name in {HEAVY!r} if name in sys.modules])
from runtime import Agent, UserError, ToolError, function_tool
print([name for name in {HEAVY!r} if name in sys.modules and name != "pydantic"])
"""


@pytest.mark.slow
def test_an_import_loads_only_itself_and_no_vendor() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)

    foreign, loaded, loaded_by_agent = done.stdout.splitlines()
    assert foreign == "['runtime']"
    assert loaded == loaded_by_agent == "[]"


def test_the_shop_window_shows_what_it_has() -> None:
    assert runtime.Agent.__name__ == "Agent"
    assert set(dir(runtime)) == set(runtime.__all__)


def test_what_is_not_in_the_shop_window_is_told() -> None:
    with pytest.raises(AttributeError, match="module 'runtime' has no attribute 'Agnet'"):
        _ = vars(runtime)["__getattr__"]("Agnet")
