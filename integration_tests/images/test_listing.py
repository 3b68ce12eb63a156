"""What `make image-compare` calls a difference."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from integration_tests.images.listing import differences, listing


def tree(folder: Path) -> Path:
    """A folder with a file, a link and a folder."""
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "module.py").write_text("x = 1\n")
    (folder / "lib" / "link").symlink_to("module.py")
    return folder


def test_times_are_no_difference(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "first"), tree(tmp_path / "second")
    os.utime(second / "lib" / "module.py", (0, 0))
    assert sorted(listing(first)) == ["lib", "lib/link", "lib/module.py"]
    assert list(differences(listing(first), listing(second))) == []


def replace_by_folder(path: Path) -> None:
    """A folder of the same name."""
    path.unlink()
    path.mkdir()


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda lib: (lib / "module.py").write_text("x = 2\n"),
    "mode": lambda lib: (lib / "module.py").chmod(0o600),
    "missing": lambda lib: (lib / "module.py").unlink(),
    "a folder instead": lambda lib: replace_by_folder(lib / "module.py"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_anything_else_is_one(change: Callable[[Path], object], tmp_path: Path) -> None:
    first, second = tree(tmp_path / "first"), tree(tmp_path / "second")
    change(second / "lib")
    (line,) = differences(listing(first), listing(second))
    assert line.startswith("lib/module.py: ")


def test_a_link_that_leads_elsewhere_is_one(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "first"), tree(tmp_path / "second")
    (second / "lib" / "link").unlink()
    (second / "lib" / "link").symlink_to("other.py")
    (line,) = differences(listing(first), listing(second))
    assert line.startswith("lib/link: ")
