"""The house rules that a linter does not know: sizes of modules and folders, and words that say nothing."""

from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = (
    "sage_active",
    "source_sage_active",
    "destination_sage_active",
    "sage_active_cli",
    "sage_active_sandbox",
)
MOST_LINES: Final = 350
MOST_ENTRIES: Final = 15
EMPTY_WORDS: Final = frozenset({"utils", "helpers", "common", "manager", "misc", "tools"})


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_is_one_idea(package: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert lengths
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > MOST_LINES} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_names_say_what_is_in_a_module(package: str) -> None:
    names = {path.stem for path in (ROOT / package).rglob("*.py")} | {
        path.name for path in (ROOT / package).rglob("*") if path.is_dir()
    }
    assert not names & EMPTY_WORDS


def test_the_destination_is_seen_at_a_glance() -> None:
    entries = [path.name for path in (ROOT / "destination_sage_active").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_alone_loads_nothing(package: str) -> None:
    """Commands start fast because `__init__.py` only says what the package is."""
    for path in (ROOT / package).rglob("__init__.py"):
        assert "import" not in path.read_text(encoding="utf-8"), path
