"""Who is on stage in tests that need somebody to be."""

from actors.part import OnStage
from runtime.agent import Agent
from runtime.agent_config import AgentConfig
from runtime.backstage import make_part


def on_stage() -> OnStage:
    agent = Agent()
    return OnStage(make_part(agent, AgentConfig.of(agent), in_writing=False))
