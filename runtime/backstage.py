"""Backstage: makes the part that an agent plays, when a call begins and when it is handed over.

An agent that takes over keeps what the call has: its providers, its limits, its filter of texts.
What else it does not declare stays as it was, such as the voice.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from actors.conversation import new_id
from actors.part import Hooks, OnStage, Part, Script
from actors.ports import Provider
from actors.text import TextFilter, pieces
from actors.turn_taking import TurnTakingConfig
from actors.user_code import confined
from runtime.agent import Agent, AgentTarget, instantiate
from runtime.agent_config import AgentConfig
from runtime.agent_names import SLOTS, declared_fields
from runtime.errors import UserError
from runtime.in_writing import written_turns
from runtime.session_handle import SessionHandle, SuccessorTarget
from runtime.slots import call_slot
from runtime.tool_servers import ToolServers
from runtime.tools import AgentToolbox, as_tool

KEPT: Final = (*SLOTS, "hot_stt", "text_filter", "limits")
"""Fields of the call rather than of an agent in it."""


@dataclass(frozen=True, slots=True)
class Backstage:
    """What one call needs to let other agents take it over; satisfies `runtime.session_handle`."""

    config: AgentConfig
    """Of the agent with which the call began."""
    casts: Mapping[str, Sequence[Provider[Any]]]
    """Whom the call has for its slots by now."""
    executor: Executor
    on_stage: OnStage
    in_writing: bool
    servers: ToolServers

    def part(self, target: SuccessorTarget, session: SessionHandle) -> Part:
        """Check an agent that is to take over, give it its session and return its part.

        Raises:
            UserError: it is no agent, its declaration is wrong, or it declares what cannot change.
        """
        with confined():
            is_made = isinstance(target, Agent)
            successor = target if is_made else instantiate(cast("AgentTarget", target))
        config = AgentConfig.of(successor, executor=self.executor)
        declared = declared_fields(successor).keys()
        self._check(config, declared)
        config = replace(config, text_filter=self.config.text_filter)
        made = make_part(successor, config, in_writing=self.in_writing)
        made = _inherit(made, self.on_stage.part, declared)
        made = replace(made, servers=self.servers.toolboxes(config.mcp_servers))
        successor.session = replace(session, part=made.id)
        return made

    def _check(self, config: AgentConfig, declared: Container[str]) -> None:
        for field in KEPT:
            given, own = getattr(config, field), self._own(field)
            if field in declared and given not in (own, ()):
                raise UserError(
                    f"{config.name}.{field}: an agent that takes over a call keeps the call's own; "
                    "leave it out, or declare what the call has"
                )

    def _own(self, field: str) -> object:
        if field in SLOTS:
            return tuple(self.casts[call_slot(field)])
        return getattr(self.config, field)

    def toolbox(self, tools: Iterable[Callable[..., Any]], session: SessionHandle) -> AgentToolbox:
        """Return a toolbox that holds exactly these tools.

        Raises:
            UserError: Two tools have one name, or one cannot be told to a model.
        """
        made = map(as_tool, tools)
        return AgentToolbox(made, executor=self.executor, hand_over=session.hand_over)


def _inherit(made: Part, now: Part, declared: Container[str]) -> Part:
    """Leave as it is what the new agent does not declare."""
    of_part = ("language", "voice", "broken_speech", "hedge_after_s", "promptness", "turn_taking")
    of_script = ("apology", "phrases", "context")
    script = {name: getattr(now.script, name) for name in of_script if name not in declared}
    kept = {name: getattr(now, name) for name in of_part if name not in declared}
    return replace(made, **kept, script=replace(made.script, **script))


def make_part(agent: Agent, config: AgentConfig, *, in_writing: bool) -> Part:
    """Return the part of an agent whose declaration was checked."""
    turn_taking = config.turn_taking or TurnTakingConfig()
    if in_writing:
        turn_taking = written_turns(config.turn_taking)
    return Part(
        id=new_id("part"),
        name=config.name,
        script=_script(config),
        hooks=Hooks(agent.on_enter, agent.on_exit, agent.on_wake_up),
        in_flow=config.in_flow,
        turn_taking=turn_taking,
        language=config.language,
        voice=config.voice,
        broken_speech=config.broken_speech,
        hedge_after_s=config.hedge_after_s,
        promptness=config.promptness,
        enters="on_enter" in declared_fields(agent),
    )


def _script(config: AgentConfig) -> Script:
    return Script(
        config.instructions,
        config.apology,
        config.toolbox,
        lambda text: _speakable_pieces(text, config.text_filter()),
        config.context,
        config.phrases,
    )


def _speakable_pieces(text: str, speakable: TextFilter) -> list[str]:
    return pieces(speakable.push(text) + speakable.flush())
