"""What every command does first: read the environment, set up the log, find and check the agent."""

from dataclasses import dataclass
from pathlib import Path

from runtime import log
from runtime.agent import AgentTarget
from runtime.agent_config import AgentConfig
from runtime.config import LogLevel, Settings, environment
from runtime.loader import check, load


@dataclass(frozen=True, slots=True)
class Prepared:
    """An agent that was found to be in order, and what its worker is configured with."""

    reference: str
    """``module:Attr``."""
    folder: Path
    """Where modules are looked for first, and ``.env``."""
    target: AgentTarget
    config: AgentConfig
    settings: Settings


def prepare(reference: str, *, folder: Path) -> Prepared:
    """Find the agent and check its declaration; nothing is connected.

    Raises:
        UserError: something that the user can mend is wrong.
    """
    # What the user reads tells of trouble already; in the log stands what is a bug.
    settings = Settings.from_environment(environment(folder), log_level=LogLevel.ERROR)
    log.configure(settings)
    target = load(reference, folder=folder)
    return Prepared(reference, folder, target, check(target, reference=reference), settings)
