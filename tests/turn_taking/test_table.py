"""The table in the docs is what the machine does."""

import pytest

from docs.generate_turn_table import PAGE, page


@pytest.mark.slow
def test_the_table_in_the_docs_is_what_comes_out_of_the_machine() -> None:
    hint = "run: .venv/bin/python -m docs.generate_turn_table"
    assert PAGE.read_text(encoding="utf-8") == page(), hint
