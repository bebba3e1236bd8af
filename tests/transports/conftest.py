"""A transport leaves no file descriptor behind; for tasks and threads see the top conftest."""

from tests.calls.conftest import no_file_is_left_open

__all__ = ["no_file_is_left_open"]
