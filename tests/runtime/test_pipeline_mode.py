"""Which parts make which mode: every row of the table."""

from itertools import chain, combinations

import pytest
import structlog

from runtime.agent import Agent
from runtime.pipeline_mode import PipelineMode, RealtimeMode, pipeline_mode, realtime_mode
from runtime.worker import Worker
from transports.loopback import LoopbackTransport

PARTS = ("denoise", "vad", "stt", "turn", "llm", "tts")
SUBSETS = [
    frozenset(found)
    for found in chain.from_iterable(combinations(PARTS, size) for size in range(len(PARTS) + 1))
]


def slots(names: str) -> frozenset[str]:
    return frozenset(names.split())


@pytest.mark.parametrize(
    ("parts", "mode"),
    [
        ("stt llm tts vad turn", PipelineMode.FULL_CASCADING),
        ("stt llm tts vad turn denoise", PipelineMode.FULL_CASCADING),
        ("llm tts", PipelineMode.LLM_TTS_ONLY),
        ("llm tts vad turn", PipelineMode.LLM_TTS_ONLY),
        ("stt llm", PipelineMode.STT_LLM_ONLY),
        ("stt llm vad turn", PipelineMode.STT_LLM_ONLY),
        ("llm", PipelineMode.LLM_ONLY),
        ("llm vad", PipelineMode.LLM_ONLY),
        ("stt tts", PipelineMode.STT_TTS_ONLY),
        ("stt tts vad turn", PipelineMode.STT_TTS_ONLY),
        ("stt", PipelineMode.STT_ONLY),
        ("stt vad", PipelineMode.STT_ONLY),
        ("tts", PipelineMode.TTS_ONLY),
        ("tts vad", PipelineMode.TTS_ONLY),
        ("stt llm tts", PipelineMode.PARTIAL_CASCADING),
        ("stt llm tts vad", PipelineMode.PARTIAL_CASCADING),
        ("stt llm tts turn", PipelineMode.PARTIAL_CASCADING),
        ("vad", PipelineMode.PARTIAL_CASCADING),
        ("vad turn denoise", PipelineMode.PARTIAL_CASCADING),
        ("", PipelineMode.PARTIAL_CASCADING),
    ],
)
def test_the_parts_make_the_mode(parts: str, mode: PipelineMode) -> None:
    assert pipeline_mode(slots(parts)) is mode


@pytest.mark.parametrize(
    ("parts", "mode"),
    [
        ("llm", RealtimeMode.FULL_S2S),
        ("llm vad turn denoise", RealtimeMode.FULL_S2S),
        ("llm stt", RealtimeMode.HYBRID_STT),
        ("llm tts", RealtimeMode.HYBRID_TTS),
        ("llm stt tts", RealtimeMode.LLM_ONLY),
    ],
)
def test_a_speech_to_speech_model_leaves_to_others_what_they_are_there_for(
    parts: str, mode: RealtimeMode
) -> None:
    assert realtime_mode(slots(parts), speech_to_speech=True) is mode


@pytest.mark.parametrize("chosen", RealtimeMode)
@pytest.mark.parametrize("parts", ["llm", "llm stt", "llm tts", "llm stt tts"])
def test_the_mode_that_was_chosen_wins(parts: str, chosen: RealtimeMode) -> None:
    assert realtime_mode(slots(parts), speech_to_speech=True, chosen=chosen) is chosen


@pytest.mark.parametrize("parts", SUBSETS, ids=lambda parts: "+".join(sorted(parts)) or "nothing")
def test_without_such_a_model_there_is_no_realtime_mode(parts: frozenset[str]) -> None:
    assert realtime_mode(parts, speech_to_speech=False) is None
    assert realtime_mode(parts - {"llm"}, speech_to_speech=True) is None


@pytest.mark.parametrize(
    "mode", [RealtimeMode.FULL_S2S, RealtimeMode.HYBRID_STT, RealtimeMode.HYBRID_TTS]
)
@pytest.mark.parametrize("parts", SUBSETS, ids=lambda parts: "+".join(sorted(parts)) or "nothing")
def test_realtime_comes_before_every_cascade(parts: frozenset[str], mode: RealtimeMode) -> None:
    assert pipeline_mode(parts, realtime=mode) is PipelineMode.REALTIME


@pytest.mark.parametrize("parts", SUBSETS, ids=lambda parts: "+".join(sorted(parts)) or "nothing")
def test_a_model_that_only_thinks_makes_a_cascade(parts: frozenset[str]) -> None:
    assert pipeline_mode(parts, realtime=RealtimeMode.LLM_ONLY) is pipeline_mode(parts)


def test_every_set_of_parts_has_a_mode_and_every_mode_has_its_parts() -> None:
    found = {pipeline_mode(parts) for parts in SUBSETS}
    assert found == set(PipelineMode) - {PipelineMode.REALTIME}


async def test_the_log_names_the_mode_of_a_room_that_opens() -> None:
    with structlog.testing.capture_logs() as lines:
        async with Worker(Agent()) as worker:
            await worker.open_room("r1", LoopbackTransport())
    opened = [line for line in lines if line["event"] == "room opened"]
    assert [(line["room"], line["mode"]) for line in opened] == [("r1", "partial_cascading")]
