"""A test may configure the log and import agents; afterwards all is as before."""

import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from runtime.log import CHATTY


@pytest.fixture(autouse=True)
def the_log_comes_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers = root.handlers[:]
    levels = [(logger, logger.level) for logger in (root, *map(logging.getLogger, CHATTY))]
    yield
    root.handlers[:] = handlers
    for logger, level in levels:
        logger.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def modules_are_forgotten() -> Iterator[None]:
    path, loaded = sys.path.copy(), set(sys.modules)
    yield
    sys.path[:] = path
    for name in [name for name in sys.modules if name.startswith("agents_of_test")]:
        if name not in loaded:
            del sys.modules[name]
