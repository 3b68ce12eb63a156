"""The command of `make image-test`: builds both images on Debian stand-ins for the base image, and tries them.

No docker daemon is needed. All images, containers and folders are removed in the end.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from integration_tests.images import base_image, contents, machine
from integration_tests.images.container import UnexpectedError
from integration_tests.images.engine import Engine
from integration_tests.images.exercise import Exercise, Step
from sage_active_sandbox.sandbox import Sandbox

ROOT: Final = Path(__file__).parents[2]
# Target of the Dockerfile -> its metadata.
TARGETS: Final = {"source": ROOT / "metadata.yaml", "destination": ROOT / "destination_sage_active" / "metadata.yaml"}
PAGE: Final = ROOT / "docs" / "images.md"
BEGIN: Final = "<!-- results begin -->"
END: Final = "<!-- results end -->"
ROWS: Final = 12
# The engine refuses folders with more than 50 characters, and a TMPDIR may be long.
SHORT: Final = "/tmp"
MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Built:
    """An image: the bytes that it has, those that the base does not bring, and the seconds that it took."""

    image: str
    size: int
    added: int | None
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds and tries; the exit code is 0 if all is as it should be, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--release",
        action="append",
        choices=tuple(base_image.RELEASES),
        help=f"Debian's release for the base image; may be repeated (default: {', '.join(base_image.USUAL)})",
    )
    parser.add_argument("--write", action="store_true", help="also put the figures into docs/images.md")
    options = parser.parse_args(arguments)
    releases = options.release or base_image.USUAL
    exit_on_signals()
    try:
        machine.prepare()
        with temporary_folder() as folder:
            results = "\n".join(_try(release, folder / release) for release in releases)
        if options.write:
            PAGE.write_text(with_results(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    except (UnexpectedError, machine.UnfitMachineError, RuntimeError, OSError, subprocess.SubprocessError) as problem:
        print(f"The images failed: {problem}", file=sys.stderr)
        return 1
    print("Both images are as they should be. Everything that was made has been removed.")
    return 0


def _try(release: str, folder: Path) -> str:
    """Builds and tries both images on one base; returns the figures, which it prints as they come."""
    began = time.monotonic()
    folder.mkdir()
    engine = Engine.over(folder)
    figures: list[str] = []

    def tell(*lines: str) -> None:
        figures.extend(lines)
        print("\n".join(lines), flush=True)

    try:
        tell(f"Debian {release}, Python {base_image.RELEASES[release]}, layers by {engine.driver}:", "")
        tell(
            *table(
                ("image", "MiB", "of these not in the base", "seconds"), _built_rows(_build(engine, release, folder))
            )
        )
        _expect_contents(engine, release)
        with Sandbox(rows=ROWS, companies_per_market=1) as sandbox:
            exercise = Exercise(engine, image_name("source"), image_name("destination"), sandbox, folder)
            steps = list(exercise.steps())
        tell("", *table(("image", "connection", "command", "outcome", "seconds"), _step_rows(steps)))
        tell("", f"{len(steps)} commands in containers, {time.monotonic() - began:.0f} seconds in all.", "")
    finally:
        engine.remove_all()
    return "\n".join(figures)


def _build(engine: Engine, release: str, folder: Path) -> list[Built]:
    file_system, base = folder / "file-system", f"localhost/base:{release}"
    seconds = base_image.make(release, file_system)
    engine.import_image(file_system, base, base_image.USER)
    base_size = int(engine.described(base)["Size"])
    built = [Built("base", base_size, None, seconds)]
    secrets = machine.build_secrets(folder)
    for target in TARGETS:
        seconds = engine.build(ROOT, target, image_name(target), base, secrets)
        size = int(engine.described(image_name(target))["Size"])
        built.append(Built(target, size, size - base_size, seconds))
    return built


def _expect_contents(engine: Engine, release: str) -> None:
    for target, metadata in TARGETS.items():
        data: dict[str, Any] = yaml.safe_load(metadata.read_text(encoding="utf-8"))["data"]
        found = contents.problems(engine, image_name(target), data, base_image.RELEASES[release])
        if found:
            raise UnexpectedError(f"the image of the {target}: " + "; ".join(found))


def image_name(target: str) -> str:
    """The image of a target, in a store of the tests."""
    return f"localhost/{target}-sage-active:test"


def exit_on_signals() -> None:
    """An ordinary exit, so that everything is removed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is removed in the end, unless something is still mounted in it."""
    folder = Path(tempfile.mkdtemp(prefix="sage-images-", dir=SHORT))
    # Users of containers must reach what is mounted from it.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        for mount_point in sorted((mount for mount in mounted if mount.startswith(str(folder))), reverse=True):
            subprocess.run(["umount", mount_point], check=True)
        shutil.rmtree(folder)


def _built_rows(built: Sequence[Built]) -> list[tuple[str, ...]]:
    return [
        (
            build.image,
            f"{build.size / MIB:.0f}",
            "" if build.added is None else f"{build.added / MIB:.0f}",
            f"{build.seconds:.0f}",
        )
        for build in built
    ]


def _step_rows(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    return [(step.image, step.connection, step.command, step.result, f"{step.seconds:.1f}") for step in steps]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as Markdown and people read it."""
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return [f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |" for line in lines]


def with_results(page: str, results: str) -> str:
    """The page with other figures between its two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise RuntimeError(f"{PAGE} has lost {BEGIN} or {END}.")
    return f"{before}{begin}\n{results.strip()}\n{end}{after}"


if __name__ == "__main__":
    sys.exit(main())
