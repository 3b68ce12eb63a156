"""Pages of the documentation that are made from the code say what the code says."""

import pytest

from docs.pages import FOLDER, PAGES


@pytest.mark.parametrize("file_name", PAGES)
def test_a_page_is_what_its_table_says(file_name: str) -> None:
    assert (FOLDER / file_name).read_text(encoding="utf-8") == PAGES[file_name](), "run `make docs`"
