"""Pages of the documentation that are made from the code say what the code says."""

from pathlib import Path

from docs.errors_page import page

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_of_errors_is_the_table() -> None:
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == page(), "run `make docs`"
