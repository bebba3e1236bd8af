"""A language model as the judge of a conversation."""

from pathlib import Path

from actors.conversation import Message
from actors.ports import LanguageModel, Provider
from actors.vendor import ChatRequest, TextDelta
from runtime.config import Settings, environment
from runtime.services import WorkerServices
from runtime.testing.call import Judge
from supervision.address import Address

TASK = (
    "You judge a conversation between a caller (user) and a voice agent (assistant) by one "
    "criterion. Answer PASS if it is met; else answer FAIL: and one sentence that says why."
)
PASS = "PASS"  # noqa: S105 - no password


def llm_judge(model: Provider[LanguageModel]) -> Judge:
    """Return a judge for `simulate` that asks this model, with keys from the environment.

    Args:
        model: any language model; the cheaper ones will do.
    """

    async def judge(conversation: str, criterion: str) -> str | None:
        settings = Settings.from_environment(environment(Path.cwd()))
        services = WorkerServices(Address("engines"), settings.secret_values())
        question = Message(role="user", text=f"Criterion: {criterion}\n\n{conversation}")
        request = ChatRequest((question,), instructions=TASK)
        async with model.open(services) as vendor:
            events = [event async for event in vendor.chat(request)]
        verdict = "".join(event.text for event in events if isinstance(event, TextDelta)).strip()
        passed = verdict.upper().startswith(PASS)
        return None if passed else verdict.removeprefix("FAIL:").strip() or "no verdict"

    return judge
