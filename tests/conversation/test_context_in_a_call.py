"""What the model of a call is shown of its conversation."""

from actors.conversation import ContextPolicy, Conversation, Message
from actors.vendor import ChatRequest
from providers.scripted_llm import ScriptedLLM
from tests.calls.rig import agent, call


async def test_the_model_is_shown_what_the_policy_allows_and_the_conversation_stays_whole() -> None:
    model = ScriptedLLM(replies=["We have three rooms free.", "You are welcome.", "Good bye."])
    async with call(agent(llm=model, context=ContextPolicy(max_items=2))) as rig:
        for answers in (1, 2, 3):
            await rig.asks(answers=answers)
        talk = await rig.job.session.conversation()
    request = model.record.requests[-1]
    assert isinstance(request, ChatRequest)
    shown = [item.text for item in request.items if isinstance(item, Message)]
    assert shown == ["You are welcome.", "good bye"]
    assert Conversation.from_json(talk.to_json()) == talk
    assert talk.to_text() == (
        "Caller: two nights please\n"
        "Agent: We have three rooms free.\n"
        "Caller: thank you\n"
        "Agent: You are welcome.\n"
        "Caller: good bye\n"
        "Agent: Good bye.\n"
    )
