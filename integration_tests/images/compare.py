"""The command of `make image-compare`: builds both images twice, in two folders, and compares their files.

The second build has a store of its own and a copy of the tree with other times. What differs is listed, and fails.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integration_tests.images import base_image, machine
from integration_tests.images.engine import Engine
from integration_tests.images.listing import Entry, differences, listing
from integration_tests.images.run import MIB, ROOT, TARGETS, exit_on_signals, image_name, temporary_folder

# What the build sees of the tree is in `.dockerignore`; these are large, and it sees none of them.
LEFT_OUT: Final = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")
MOST_LINES: Final = 50


@dataclass(frozen=True)
class Built:
    """What an image consists of: its files by path, and the digests of its layers."""

    files: dict[str, Entry]
    layers: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds twice and compares; the exit code is 0 if the images have the same files, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", choices=tuple(base_image.RELEASES), default=base_image.NEWEST)
    options = parser.parse_args(arguments)
    exit_on_signals()
    try:
        machine.prepare()
        with temporary_folder() as folder:
            return _compare(options.release, folder, int(os.environ["SOURCE_DATE_EPOCH"]))
    except (machine.UnfitMachineError, RuntimeError, OSError, subprocess.SubprocessError) as problem:
        print(f"The images cannot be compared: {problem}", file=sys.stderr)
        return 1


def _compare(release: str, folder: Path, moment: int) -> int:
    file_system, base = folder / "file-system", f"localhost/base:{release}"
    base_image.make(release, file_system)
    elsewhere = folder / "copy"
    # Times are not copied.
    shutil.copytree(ROOT, elsewhere, ignore=LEFT_OUT, copy_function=shutil.copyfile)
    secrets = machine.build_secrets(folder)
    built: list[dict[str, Built]] = []
    for number, context in enumerate((ROOT, elsewhere), start=1):
        store = folder / str(number)
        store.mkdir()
        engine = Engine.over(store)
        try:
            engine.import_image(file_system, base, base_image.USER)
            for target in TARGETS:
                engine.build(context, target, image_name(target), base, secrets, moment=moment)
            built.append({target: _built(engine, image_name(target)) for target in TARGETS})
        finally:
            engine.remove_all()
    return max([_report(target, *(build[target] for build in built)) for target in TARGETS])


def _built(engine: Engine, image: str) -> Built:
    with engine.mounted(image) as root:
        return Built(listing(root), engine.described(image)["RootFS"]["Layers"])


def _report(target: str, first: Built, second: Built) -> int:
    """Prints what was found; 1 if the two have other files. Equal layers have equal times too."""
    found = list(differences(first.files, second.files))
    size = sum(entry.size for entry in first.files.values()) / MIB
    equal = len(set(first.layers) & set(second.layers))
    print(f"{target}: {len(first.files)} files, links and folders, {size:.0f} MiB, {len(found)} of them differ.")
    print(f"{target}: {equal} of {len(first.layers)} layers are equal to the byte.")
    print("\n".join(found[:MOST_LINES]))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
