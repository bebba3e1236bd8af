"""The packages from which a user imports: every name that they show is there."""

from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["runtime", "runtime.testing", "providers", "transports"])
def test_what_a_package_shows_is_there_for_an_import_of_everything(package: str) -> None:
    window = import_module(package)
    assert window.__all__
    assert all(getattr(window, name) for name in window.__all__)
