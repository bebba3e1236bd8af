"""What a user can get wrong, said in one line that tells what to do."""

from pydantic import ValidationError


class UserError(Exception):
    """Raised for a mistake that the user can mend; the command line shows its one line."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def complaints(error: ValidationError) -> str:
    """Return what pydantic complains about, in one line."""
    return "; ".join(
        f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}".removeprefix(": ")
        for detail in error.errors(include_url=False, include_context=False, include_input=False)
    )
