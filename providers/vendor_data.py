"""What a model wants to be given back with its own tool call, kept in the call. Pure.

It is labelled with its owner: no other model is ever shown it, and the owner ignores what others
left.
"""

import json
from typing import Any, cast

from actors.conversation import ToolCall


def kept(owner: str, data: Any) -> str:
    """Return the data as a call keeps it."""
    return json.dumps({"owner": owner, "data": data})


def given_back(owner: str, call: ToolCall) -> Any:
    """Return the owner's data in a call, or None."""
    if not call.vendor_data:
        return None
    label = cast("dict[str, Any]", json.loads(call.vendor_data))
    return label["data"] if label.get("owner") == owner else None
