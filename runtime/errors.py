"""What a user can get wrong, said in one line that tells what to do."""


class UserError(Exception):
    """Raised for a mistake that the user can mend; the command line shows its one line."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
