import itertools
import re
from pathlib import Path

import pytest

from runtime.agent import Agent, instantiate
from runtime.errors import UserError
from runtime.loader import load

AGENT = "from runtime import Agent\n"
numbers = itertools.count()


pytestmark = pytest.mark.usefixtures("modules_are_forgotten")


@pytest.fixture
def module() -> str:
    """Name a module that exists nowhere yet."""
    return f"agents_of_test_{next(numbers)}"


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


def complaint(reference: str, folder: Path) -> str:
    with pytest.raises(UserError) as refused:
        load(reference, folder=folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "class Main(Agent): pass",
        "class _Main(Agent): pass\nMain = _Main()",
        "class _Main(Agent): pass\ndef Main(): return _Main()",
    ],
)
def test_a_class_an_instance_and_a_factory_are_found(
    tmp_path: Path, module: str, text: str
) -> None:
    write(tmp_path, module, AGENT + text)

    assert isinstance(instantiate(load(f"{module}:Main", folder=tmp_path)), Agent)


def test_a_module_in_a_package_is_found(tmp_path: Path, module: str) -> None:
    (tmp_path / module).mkdir()
    write(tmp_path / module, "desk", AGENT + "class Main(Agent): pass")

    assert load(f"{module}.desk:Main", folder=tmp_path)


def test_a_path_upwards_is_no_module(tmp_path: Path) -> None:
    said = complaint("../x:Main", tmp_path)

    assert said == (
        "'../x:Main' names a file elsewhere, not a module; call this command where the file lies"
    )


def test_a_path_from_here_is_told_as_a_module(tmp_path: Path) -> None:
    said = complaint("./hotel/desk.py:Main", tmp_path)
    assert said.endswith("names a file, not a module; write hotel.desk:Main")


def test_a_module_that_is_no_text_is_no_python(tmp_path: Path, module: str) -> None:
    write(tmp_path, module, "\0")
    said = complaint(f"{module}:Main", tmp_path)
    assert said.endswith("is not valid Python: source code string cannot contain null bytes")


def test_an_async_factory_is_refused_and_not_called(tmp_path: Path, module: str) -> None:
    write(tmp_path, module, AGENT + "async def Main(): return Agent()")
    with pytest.raises(UserError, match="Main is async: what makes an agent must be an ordinary"):
        instantiate(load(f"{module}:Main", folder=tmp_path))


@pytest.mark.parametrize("reference", ["front_desk", ":Main", "front_desk:", "a:b:c", "a:b.c", ""])
def test_what_is_no_reference_is_told_how_to_write_one(reference: str, tmp_path: Path) -> None:
    said = complaint(reference, tmp_path)

    assert said == f"{reference!r} names no agent: write MODULE:ATTR, such as front_desk:Main"


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("no_such_module:Main", "call this command where the file lies"),
        ("no_such_module.desk:Main", "call this command where the file lies"),
        ("agents/desk.py:Main", "write it with dots and without .py: agents.desk"),
    ],
)
def test_a_missing_module_is_named(reference: str, hint: str, tmp_path: Path) -> None:
    name = reference.split(":", maxsplit=1)[0]

    assert complaint(reference, tmp_path) == f"there is no module {name!r} in {tmp_path}; {hint}"


def test_a_missing_import_of_the_module_is_not_taken_for_the_module(
    tmp_path: Path, module: str
) -> None:
    write(tmp_path, module, "import json\nimport surely_not_installed\n")

    assert complaint(f"{module}:Main", tmp_path) == (
        f"module {module} cannot be loaded: ModuleNotFoundError: No module named"
        f" 'surely_not_installed' ({tmp_path / module}.py, line 2)"
    )


def test_a_module_that_raises_is_told_with_its_line(tmp_path: Path, module: str) -> None:
    write(tmp_path, module, "def f():\n    return {}['x']\n\nf()\n")

    assert complaint(f"{module}:Main", tmp_path) == (
        f"module {module} cannot be loaded: KeyError: 'x' ({tmp_path / module}.py, line 4)"
    )


def test_an_invalid_field_of_a_provider_is_told_without_pydantics_essay(
    tmp_path: Path, module: str
) -> None:
    text = "from providers import SileroVAD\nvad = SileroVAD(\n    threshold=3)\n"
    write(tmp_path, module, text)

    said = complaint(f"{module}:Main", tmp_path)

    told = r"there is no option 'threshold'; did you mean 'activation_threshold'\? There are: .*"
    pattern = rf".*: SileroVAD: {told} \(.*\.py, line \d\)"
    assert re.fullmatch(pattern, said)


def test_a_module_that_is_no_python_is_told_with_its_line(tmp_path: Path, module: str) -> None:
    write(tmp_path, module, "x = 1\nclass Main(:\n")

    said = complaint(f"{module}:Main", tmp_path)

    assert said.startswith(f"module {module} is not valid Python: ")
    assert said.endswith(f"({tmp_path / module}.py, line 2)")


def test_a_missing_attribute_is_told_with_the_agents_that_are_there(
    tmp_path: Path, module: str
) -> None:
    write(tmp_path, module, AGENT + "class Main(Agent): pass\nclass Night(Agent): pass")

    assert complaint(f"{module}:Mian", tmp_path) == (
        f"module {module} has no 'Mian'; did you mean Main? (agents in it: Main, Night)"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Main = 3", "of type int, not an agent (no agent is in it)"),
        ("class Main: pass", "the class Main, not an agent (no agent is in it)"),
        ("class A(Agent): pass\nMain = 'x'", "of type str, not an agent (agents in it: A)"),
        ("Main = Agent", "the class Agent, not an agent (no agent is in it)"),
    ],
)
def test_what_is_no_agent_is_told_with_what_it_is(
    tmp_path: Path, module: str, text: str, kind: str
) -> None:
    write(tmp_path, module, AGENT + text)

    assert complaint(f"{module}:Main", tmp_path) == f"{module}:Main is {kind}"
