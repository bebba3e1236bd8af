"""The conversation as it was really held: immutable items with unique ids, in order.

It contains what was played, not what was generated: an assistant message that was cut off holds the
words that the caller heard and is marked interrupted. What a model is shown of it is a view.
"""

from actors.conversation.conversation import Conversation
from actors.conversation.fields import InvalidConversation
from actors.conversation.ids import new_id
from actors.conversation.images import Detail, ImagePart
from actors.conversation.items import Item, Message, Role, ToolCall, ToolOutput
from actors.conversation.policy import ContextPolicy
from actors.conversation.summary import Summary, SummaryPlan, summary_plan
from actors.conversation.tokens import TokenCounter, estimated_tokens

__all__ = [
    "ContextPolicy",
    "Conversation",
    "Detail",
    "ImagePart",
    "InvalidConversation",
    "Item",
    "Message",
    "Role",
    "Summary",
    "SummaryPlan",
    "TokenCounter",
    "ToolCall",
    "ToolOutput",
    "estimated_tokens",
    "new_id",
    "summary_plan",
]
