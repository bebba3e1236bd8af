"""The session as user code sees it: ``agent.session``."""

from dataclasses import dataclass
from typing import Any

from actors.conversation import Conversation
from actors.tool_runner import reply_epoch
from actors.utterance import Utterance
from actors.wishes import Close, GetConversation, Reply, Say, StopSpeaking
from supervision.address import Address

ASK_S = 5.0


@dataclass(frozen=True, slots=True)
class SessionHandle:
    """A way to the Session actor that survives its restarts.

    Safe in hooks, tools and code outside the call.
    """

    room: str
    address: Address[Any]

    def say(
        self, text: str, *, interruptible: bool = True, unless_user_spoke: bool = False
    ) -> Utterance:
        """Speak this text when the floor is free; await the handle to know that it was heard."""
        utterance = Utterance()
        say = Say(utterance, text, interruptible, unless_user_spoke, reply_epoch.get())
        self.address.tell(say)
        return utterance

    def reply(self, instructions: str = "", *, interruptible: bool = True) -> Utterance:
        """Let the language model speak now; the instructions hold for this reply only."""
        utterance = Utterance()
        self.address.tell(Reply(utterance, instructions, interruptible, reply_epoch.get()))
        return utterance

    def interrupt(self, *, force: bool = False) -> None:
        """Cut the agent off; an uninterruptible utterance only with ``force``."""
        self.address.tell(StopSpeaking(force))

    def hangup(self, reason: str = "hung up") -> None:
        """End the call, after ``on_exit``."""
        self.address.tell(Close(reason))

    async def conversation(self) -> Conversation:
        """Return the conversation as it stands.

        Raises:
            AskTimeout: The Session did not answer within 5 s.
        """
        return await self.address.ask(GetConversation(), timeout_s=ASK_S)
