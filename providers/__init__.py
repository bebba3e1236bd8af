"""Adapters to what listens, thinks and speaks; they see the vocabulary and the ports only."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from providers.anthropic.llm import AnthropicLLM
    from providers.demo_brain import DemoBrain
    from providers.demo_rules import Rule
    from providers.energy_vad import EnergyVAD
    from providers.espeak import EspeakTTS
    from providers.heuristic_turn_detector import HeuristicTurnDetector
    from providers.mcp_servers import McpHttp, McpStdio
    from providers.openai.llm import OpenAILLM
    from providers.openai.responses_llm import OpenAIResponsesLLM
    from providers.openai.stt import OpenAISTT
    from providers.openai.tts import OpenAITTS
    from providers.pocketsphinx.stt import PocketsphinxSTT
    from providers.scripted_ears import ScriptedDenoiser, ScriptedTurnDetector, ScriptedVAD
    from providers.scripted_llm import ScriptedLLM
    from providers.scripted_stt import ScriptedSTT
    from providers.scripted_tts import ScriptedTTS
    from providers.silero_vad import SileroVAD
    from providers.webrtc_denoiser import WebRtcDenoiser

__all__ = [
    "AnthropicLLM",
    "DemoBrain",
    "EnergyVAD",
    "EspeakTTS",
    "HeuristicTurnDetector",
    "McpHttp",
    "McpStdio",
    "OpenAILLM",
    "OpenAIResponsesLLM",
    "OpenAISTT",
    "OpenAITTS",
    "PocketsphinxSTT",
    "Rule",
    "ScriptedDenoiser",
    "ScriptedLLM",
    "ScriptedSTT",
    "ScriptedTTS",
    "ScriptedTurnDetector",
    "ScriptedVAD",
    "SileroVAD",
    "WebRtcDenoiser",
]

_SHELVES = {
    "AnthropicLLM": "providers.anthropic.llm",
    "DemoBrain": "providers.demo_brain",
    "EnergyVAD": "providers.energy_vad",
    "EspeakTTS": "providers.espeak",
    "HeuristicTurnDetector": "providers.heuristic_turn_detector",
    "McpHttp": "providers.mcp_servers",
    "McpStdio": "providers.mcp_servers",
    "OpenAILLM": "providers.openai.llm",
    "OpenAIResponsesLLM": "providers.openai.responses_llm",
    "OpenAISTT": "providers.openai.stt",
    "OpenAITTS": "providers.openai.tts",
    "PocketsphinxSTT": "providers.pocketsphinx.stt",
    "Rule": "providers.demo_rules",
    "ScriptedDenoiser": "providers.scripted_ears",
    "ScriptedLLM": "providers.scripted_llm",
    "ScriptedSTT": "providers.scripted_stt",
    "ScriptedTTS": "providers.scripted_tts",
    "ScriptedTurnDetector": "providers.scripted_ears",
    "ScriptedVAD": "providers.scripted_ears",
    "SileroVAD": "providers.silero_vad",
    "WebRtcDenoiser": "providers.webrtc_denoiser",
}


def __getattr__(name: str) -> Any:
    """Import a provider when it is asked for: nobody pays for those that stay on the shelf."""
    if name not in _SHELVES:
        raise AttributeError(f"module 'providers' has no attribute {name!r}")
    return getattr(import_module(_SHELVES[name]), name)


def __dir__() -> list[str]:
    return sorted(_SHELVES)
