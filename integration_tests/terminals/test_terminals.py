"""Pictures of terminals: they show what the commands show today, and nothing of the machine that made them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.connector import Connector
from integration_tests.terminals.captures import CAPTURES, Capture
from integration_tests.terminals.run import FOLDER, picture, stage
from sage_active_sandbox.sandbox import Sandbox

PAGES = [FOLDER.parents[1] / "README.md", *FOLDER.parent.rglob("*.md")]
# The sign-in page, the redirect address, and what names SVG itself.
ADDRESSES = ("https://sbcauth.sage.fr/connect/authorize", "http://www.w3.org/2000/svg", "https://www.textualize.io")


@pytest.fixture(scope="module")
def staged() -> Iterator[tuple[Sandbox, Connector]]:
    """What the captures run against."""
    with stage() as both:
        yield both


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_the_picture_is_what_the_command_shows(capture: Capture, staged: tuple[Sandbox, Connector]) -> None:
    written = (FOLDER / f"{capture.name}.svg").read_text(encoding="utf-8")
    assert picture(capture, *staged) == written, "run `make terminals`, and look at the pictures"


def test_every_picture_has_a_capture_and_a_page() -> None:
    names = {capture.name for capture in CAPTURES}
    assert {path.stem for path in FOLDER.iterdir()} == names
    pictures = {
        name for page in PAGES for name in re.findall(r"terminals/(\w+)\.svg\)", page.read_text(encoding="utf-8"))
    }
    assert pictures == names


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.stem)
def test_nothing_of_the_machine_is_shown(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("&#160;", " ")
    assert all(address.startswith(ADDRESSES) for address in re.findall(r"https?://[^\s<\"]+", text))
    assert set(re.findall(r"127\.0\.0\.1(?::|%3A)(\d+)", text)) <= {"8401"}
    assert not re.search(r"sandbox|/tmp|/home|/root|/work", text)
