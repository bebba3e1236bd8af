"""Ids that are unique over all conversations."""

import uuid


def new_id(prefix: str) -> str:
    """Return a unique id such as ``msg_3f0c…``."""
    return f"{prefix}_{uuid.uuid4().hex[:12]}"
