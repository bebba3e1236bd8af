"""What holds for calls with scripted vendors holds for these as well."""

from tests.calls.conftest import no_file_is_left_open

__all__ = ["no_file_is_left_open"]
