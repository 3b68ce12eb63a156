"""The command of `make pythons`: installs the wheels with the lock on every Python that is found, and runs them.

Needs the standard library alone, so that it also runs where nothing else is installed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = ROOT / "requirements" / "connectors.txt"
DEMO: Final = ROOT / "examples" / "demo.py"
CONNECTORS: Final = ("source-sage-active", "destination-sage-active")
COMMANDS: Final = (*CONNECTORS, "sage-active", "sage-active-sandbox")
CLASSIFIER: Final = re.compile(r"^Classifier: Programming Language :: Python :: (3\.\d+)$", re.MULTILINE)
TELL_VERSION: Final = "import platform; print(platform.python_version())"
LONGEST_SECONDS: Final = 900


class FailedError(Exception):
    """A step on one Python failed; the text has its last lines."""


@dataclass(frozen=True)
class Interpreter:
    """A Python: its command and its full version."""

    command: str
    version: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Tries all; the exit code is 0 if at least one was found and none failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="the folder with the two wheels")
    parser.add_argument("--python", action="append", default=[], help="only this interpreter; may be repeated")
    options = parser.parse_args(arguments)
    wheels = sorted(options.dist.glob("*.whl"))
    if len(wheels) != 2:
        parser.error(f"{options.dist} has {len(wheels)} wheels instead of two: run `make wheels` first.")
    found = failed = 0
    for name, interpreter in _interpreters(options.python, wheels[0]):
        if interpreter is None:
            print(f"Python {name}: not found on this machine", flush=True)
            continue
        found += 1
        try:
            print(f"Python {interpreter.version}: {_tried(interpreter, wheels)}", flush=True)
        except FailedError as problem:
            failed += 1
            print(f"Python {interpreter.version}: FAILED: {problem}", flush=True)
    return int(failed > 0 or found == 0)


def _interpreters(named: Sequence[str], wheel: Path) -> Iterator[tuple[str, Interpreter | None]]:
    """Those that are named, else the newest of each that the wheel's classifiers allow, or None."""
    if named:
        yield from ((command, _interpreter(command)) for command in named)
        return
    with ZipFile(wheel) as content:
        (metadata,) = (path for path in content.namelist() if path.endswith(".dist-info/METADATA"))
        names = CLASSIFIER.findall(content.read(metadata).decode())
    for name in names:
        installed = sorted((Path.home() / ".pyenv" / "versions").glob(f"{name}.*/bin/python"), reverse=True)
        commands = (f"python{name}", *map(str, installed))
        yield name, next(filter(None, map(_interpreter, commands)), None)


def _interpreter(command: str) -> Interpreter | None:
    if shutil.which(command) is None:
        return None
    # A shim may be there without the Python that it stands for.
    done = subprocess.run([command, "-c", TELL_VERSION], capture_output=True, text=True, timeout=60, check=False)
    return Interpreter(command, done.stdout.strip()) if done.returncode == 0 else None


def _tried(interpreter: Interpreter, wheels: Sequence[Path]) -> str:
    """What was done, and how long it took. Raises `FailedError`."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pythons-") as folder:
        scripts = Path(folder) / "venv" / "bin"
        python = str(scripts / "python")
        _run(interpreter.command, "-m", "venv", str(scripts.parent))
        _run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", str(LOCK))
        _run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", *map(str, wheels))
        _run(python, "-m", "pip", "check")
        installed = time.monotonic()
        versions = [_run(str(scripts / command), "--version").split() for command in COMMANDS]
        versions_shown = {
            version for command, (name, version) in zip(COMMANDS, versions, strict=True) if name == command
        }
        if versions_shown != {wheels[0].name.split("-")[1]}:
            raise FailedError(f"--version printed {versions}")
        for command in CONNECTORS:
            if '"type":"SPEC"' not in _run(str(scripts / command), "spec"):
                raise FailedError(f"{command} spec printed no SPEC")
        _run(python, str(DEMO), "--output", str(Path(folder) / "demo"))
        return (
            f"installed in {installed - began:.0f} s; --version of {len(COMMANDS)} commands, spec of both connectors, "
            f"and the demo in {time.monotonic() - installed:.0f} s"
        )


def _run(*command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise FailedError(
            f"`{' '.join(command)}` ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}"
        )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
