"""Who lives: asyncio holds tasks weakly, this holds every running actor of the process."""

LIVING: set[object] = set()


def living_actors() -> int:
    """Return how many actors of this process have begun and not ended."""
    return len(LIVING)
