"""The first page fits on a screen and shows a terminal; the index of docs/ leaves no page out."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
# Of a browser's window; a table row counts as one.
MOST_LINES: Final = 60
MOST_ROWS: Final = 12


def test_the_readme_fits_on_a_screen() -> None:
    assert len(README.splitlines()) <= MOST_LINES
    assert len(re.findall(r"^\| (?!to \|)", README, flags=re.MULTILINE)) <= MOST_ROWS


def test_the_readme_names_the_test_command_and_shows_a_terminal() -> None:
    assert "`make test`" in README
    (picture,) = re.findall(r"!\[.+\]\((docs/terminals/\w+\.svg)\)", README)
    assert (ROOT / picture).exists()


def test_the_index_lists_every_page() -> None:
    index = DOCS / "README.md"
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"README.md"}
    # Its own index is compared by a test of its own.
    listed = {page for page in pages if not page.startswith("reference/") or page == "reference/README.md"}
    linked = re.findall(r"\]\(([^)#]+\.md)\)", index.read_text(encoding="utf-8"))
    assert sorted(linked) == sorted(listed)
