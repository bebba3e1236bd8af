"""What a door says no to: a status, a code for programs and one line for people."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)  # Python notes a traceback in it: it cannot be frozen
class Refusal(Exception):
    """Raised by whoever refuses; the door tells the far end, and nothing else happens."""

    status: int
    code: str
    message: str
    retry_after_s: int | None = None
    """When to try again, if that may help."""

    def body(self) -> dict[str, dict[str, str]]:
        """Return what is sent."""
        return {"error": {"code": self.code, "message": self.message}}

    def headers(self) -> dict[str, str]:
        """Return the headers that belong to it."""
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
