"""What holds for calls with scripted vendors holds for these as well."""

from tests.calls.conftest import no_file_is_left_open as no_file_is_left_open
