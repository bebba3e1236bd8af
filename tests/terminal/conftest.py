"""What holds for the command line holds for what a person does in a terminal."""

from tests.runtime.conftest import modules_are_forgotten, the_log_comes_back

__all__ = ["modules_are_forgotten", "the_log_comes_back"]
