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


def prepare(reference: str, *, folder: Path, log_level: LogLevel = LogLevel.ERROR) -> Prepared:
    """Find the agent and check its declaration; nothing is connected.

    Args:
        reference: ``module:Attr``.
        folder: where to look for it first.
        log_level: holds where the environment says nothing. Where the user reads the call, that
            tells of trouble already; in the log stands what is a bug.

    Raises:
        UserError: something that the user can mend is wrong.
    """
    settings = Settings.from_environment(environment(folder), log_level=log_level)
    log.configure(settings)
    target = load(reference, folder=folder)
    return Prepared(reference, folder, target, check(target, reference=reference), settings)
