"""Finding the agent that a command line names: ``module:Attr``."""

import difflib
import importlib
import inspect
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

from pydantic import ValidationError

from runtime.agent import Agent, AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.agent_names import HOOKS, declared_fields
from runtime.errors import UserError, complaints


def load(reference: str, *, folder: Path) -> AgentTarget:
    """Return the agent that is called ``module:Attr``; modules are looked for in the folder first.

    Raises:
        UserError: there is no such module or attribute, the module fails, or it is no agent.
    """
    module_name, colon, attribute = reference.partition(":")
    if not (module_name and colon and attribute.isidentifier()):
        raise UserError(f"{reference!r} names no agent: write MODULE:ATTR, such as front_desk:Main")
    if module_name.startswith("./"):
        dotted = module_name[2:].removesuffix(".py").replace("/", ".")
        raise UserError(f"{reference!r} names a file, not a module; write {dotted}:{attribute}")
    if module_name.startswith("."):
        hint = _module_hint("")
        raise UserError(f"{reference!r} names a file elsewhere, not a module{hint}")
    module = _import(module_name, folder)
    found = vars(module).get(attribute)
    if found is None:
        raise UserError(_no_such(module, attribute))
    if not _is_target(found):
        raise UserError(f"{reference} is {_kind(found)}, not an agent{_agents_in(module)}")
    return found


def check(target: AgentTarget, *, reference: str) -> AgentConfig:
    """Make the agent once and check its declaration, as each call will do.

    Raises:
        UserError: making it fails, or a field has a value that it cannot have.
    """
    try:
        agent = instantiate(target)
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # a user's constructor may raise anything
        raise UserError(f"{reference} cannot be made: {_blame(error)}") from error
    config = AgentConfig.of(agent)
    if config.is_empty and not declared_fields(agent).keys() & set(HOOKS):
        raise UserError(f"{reference} is empty: give it a part such as llm = ..., a tool or a hook")
    return config


def _import(name: str, folder: Path) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise UserError(f"module {name} cannot be loaded: {_blame(error)}") from error
        hint = _module_hint(name)
        raise UserError(f"there is no module {name!r} in {folder}{hint}") from error
    except SyntaxError as error:
        place = f" ({error.filename}, line {error.lineno})" if error.filename else ""
        raise UserError(f"module {name} is not valid Python: {error.msg}{place}") from error
    except (Exception, SystemExit) as error:  # a user's module may raise anything
        raise UserError(f"module {name} cannot be loaded: {_blame(error)}") from error


def _module_hint(name: str) -> str:
    path = Path(name)
    if path.is_absolute():
        return f"; call this command in {path.parent} and write {path.stem}"
    if name.endswith(".py") or "/" in name:
        dotted = name.removesuffix(".py").replace("/", ".")
        return f"; write it with dots and without .py: {dotted}"
    return "; call this command where the file lies"


def _blame(error: BaseException) -> str:
    """Say what was raised, and on which line of the user's."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, ValidationError):
        detail = f"{error.title}: {complaints(error)}"
    frames = traceback.extract_tb(error.__traceback__)
    machinery = ("<frozen", importlib.__file__, str(Path(__file__).parent))
    theirs = [frame for frame in frames if not frame.filename.startswith(machinery)]
    place = f" ({theirs[0].filename}, line {theirs[0].lineno})" if theirs else ""
    return f"{detail}{place}"


def _no_such(module: ModuleType, attribute: str) -> str:
    close = difflib.get_close_matches(attribute, vars(module), n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"module {module.__name__} has no {attribute!r}{meant}{_agents_in(module)}"


def _agents_in(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if _is_agent(value)]
    return f" (agents in it: {', '.join(names)})" if names else " (no agent is in it)"


def _is_agent(value: object) -> bool:
    if inspect.isclass(value):
        return issubclass(value, Agent) and value is not Agent
    return isinstance(value, Agent)


def _is_target(value: Any) -> TypeGuard[AgentTarget]:
    """Tell whether it may give an agent: what a factory gives is known when it is called."""
    return _is_agent(value) or inspect.isroutine(value)


def _kind(value: object) -> str:
    if inspect.isclass(value):
        return f"the class {value.__name__}"
    return f"of type {type(value).__name__}"
