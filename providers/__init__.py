"""Adapters to what listens, thinks and speaks; they see the vocabulary and the ports only."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from providers.anthropic.llm import AnthropicLLM as AnthropicLLM
    from providers.demo_brain import DemoBrain as DemoBrain
    from providers.demo_rules import Rule as Rule
    from providers.energy_vad import EnergyVAD as EnergyVAD
    from providers.espeak import EspeakTTS as EspeakTTS
    from providers.heuristic_turn_detector import HeuristicTurnDetector as HeuristicTurnDetector
    from providers.mcp_servers import McpHttp as McpHttp
    from providers.mcp_servers import McpStdio as McpStdio
    from providers.openai.llm import OpenAILLM as OpenAILLM
    from providers.openai.responses_llm import OpenAIResponsesLLM as OpenAIResponsesLLM
    from providers.openai.stt import OpenAISTT as OpenAISTT
    from providers.openai.tts import OpenAITTS as OpenAITTS
    from providers.pocketsphinx.stt import PocketsphinxSTT as PocketsphinxSTT
    from providers.scripted_ears import ScriptedDenoiser as ScriptedDenoiser
    from providers.scripted_ears import ScriptedTurnDetector as ScriptedTurnDetector
    from providers.scripted_ears import ScriptedVAD as ScriptedVAD
    from providers.scripted_llm import ScriptedLLM as ScriptedLLM
    from providers.scripted_stt import ScriptedSTT as ScriptedSTT
    from providers.scripted_tts import ScriptedTTS as ScriptedTTS
    from providers.silero_vad import SileroVAD as SileroVAD
    from providers.webrtc_denoiser import WebRtcDenoiser as WebRtcDenoiser

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
