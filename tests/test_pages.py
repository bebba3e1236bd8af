"""What the pages show exists: names to import, commands and their options, what is linked to."""

import ast
import importlib
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import providers
from runtime.catalogue import CATALOGUE
from runtime.cli.commands import cli
from runtime.doors.config import DoorConfig

ROOT = Path(__file__).parent.parent
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def blocks(page: Path, language: str) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for block in re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        yield textwrap.dedent(block)


@every_page
def test_the_python_of_a_page_imports_what_there_is(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agent.py").write_text(next(blocks(ROOT / "README.md", "python")), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "agent", raising=False)
    for block in blocks(page, "python"):
        for node in ast.walk(ast.parse(block.replace("…", "..."))):
            if isinstance(node, ast.ImportFrom):
                assert node.module is not None
                module = importlib.import_module(node.module)
                missing = [name.name for name in node.names if not hasattr(module, name.name)]
                assert not missing, f"{node.module} has no {missing}"


@every_page
def test_the_commands_of_a_page_have_the_options_that_it_gives_them(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = re.findall(r"`(runtime [^`\n]+)`", text)
    shown += [line for block in blocks(page, "sh") for line in block.splitlines()]
    for line in shown:
        called = re.match(r"(?:.*\| )?(?:\.venv/bin/)?runtime ([a-z]+)(.*)", line.partition("#")[0])
        if called is None:
            continue
        command = cli.commands[called[1]]
        known = {
            name
            for option in command.params
            if isinstance(option, click.Option)
            for name in option.opts
        }
        assert set(re.findall(r"(?<!\S)--[a-z-]+", called[2])) <= known, line


@every_page
def test_what_a_page_links_to_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    for target, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", text):
        aimed = (page.parent / target).read_text(encoding="utf-8") if target else text
        headings = re.findall(r"^#+ (.*)$", aimed, re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
        assert heading in slugs, f"{target}#{heading}"


@pytest.mark.parametrize("slot", CATALOGUE)
def test_the_page_of_vendors_lists_each_name_and_the_options_of_what_is_embedded(slot: str) -> None:
    page = (ROOT / "docs" / "vendors.md").read_text(encoding="utf-8")
    for name, entry in CATALOGUE[slot].items():
        (row,) = (
            line
            for line in page.splitlines()
            if re.match(rf"\| `{name}[/\[`].*\({slot}\)", line) and f"`{entry.provider}`" in line
        )
        if "_KEY" not in row and name != "energy":  # which has those of silero, and says so
            own = getattr(providers, entry.provider).model_fields.keys() - {"name"}
            assert own <= set(re.findall(r"`(\w+)`", row))


def test_the_wire_protocol_lists_the_fields_of_a_door_config() -> None:
    page = (ROOT / "docs" / "wire-protocol.md").read_text(encoding="utf-8")
    table = page.partition("| field | what it says")[2].partition("\n\n")[0]
    listed = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row[:80])}
    assert DoorConfig.model_fields.keys() <= listed
