"""Runs one program and measures it: wall time, processor time, peak memory, bytes written."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

PIECE: Final = 1 << 20
SIP: Final = 1 << 16
RECORD: Final = b'{"type":"RECORD"'
SECONDS_TO_START: Final = 60.0
F_SETPIPE_SZ: Final = 1031


class BenchmarkError(Exception):
    """A program did not do what was to be measured."""


@dataclass(frozen=True)
class Run:
    """What one run cost: seconds on the wall, seconds of processor time (user and kernel), MB, bytes of stdout."""

    seconds: float
    processor: float
    peak_mb: float
    written: int


def measured(
    command: Sequence[str], folder: Path | None = None, *, stdin: Path | None = None, mb_per_second: float | None = None
) -> Run:
    """Runs a program whose stdout is moved from its pipe to nowhere without being copied or looked at.

    `stdin`: a file that it reads; `mb_per_second`: how fast its stdout is taken, None for as fast as it comes.

    Raises `BenchmarkError` when it fails. The peak is the kernel's own, of that process; this one must be small,
    because a child's count begins with what its parent had.
    """
    nothing = Path(os.devnull)
    with (
        tempfile.TemporaryFile() as errors,
        nothing.open("wb") as nowhere,
        (stdin or nothing).open("rb") as given,
    ):
        began = time.perf_counter()
        with subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=errors, cwd=folder) as process:
            if process.stdout is None:
                raise BenchmarkError("no pipe")
            written = _sipped(process.stdout, mb_per_second) if mb_per_second else _drained(process.stdout, nowhere)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise BenchmarkError(f"{' '.join(command)} ends with {process.returncode}: {errors.read()[-2000:]!r}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, written)


def _drained(pipe: IO[bytes], nowhere: IO[bytes]) -> int:
    """Empties a pipe and returns the number of bytes."""
    written = 0
    if not hasattr(os, "splice"):
        while piece := pipe.read(PIECE):
            written += len(piece)
        return written
    _widened(pipe)
    while moved := os.splice(pipe.fileno(), nowhere.fileno(), PIECE):
        written += moved
    return written


def _sipped(pipe: IO[bytes], mb_per_second: float) -> int:
    """Empties a pipe no faster than that and returns the number of bytes."""
    written = 0
    began = time.monotonic()
    while piece := os.read(pipe.fileno(), SIP):
        written += len(piece)
        time.sleep(max(0.0, began + written / (mb_per_second * 1e6) - time.monotonic()))
    return written


def _widened(pipe: IO[bytes]) -> None:
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - there is none on other systems

        fcntl.fcntl(pipe, F_SETPIPE_SZ, PIECE)


def records(command: Sequence[str]) -> int:
    """Runs a program and counts the RECORD lines on its stdout. Raises `BenchmarkError` when it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if process.stdout is None or process.stderr is None:
            raise BenchmarkError("no pipe")
        others: list[bytes] = []
        number = 0
        for line in process.stdout:
            if line.startswith(RECORD):
                number += 1
            else:
                others.append(line[:1000])
        errors = process.stderr.read()
    if process.returncode:
        raise BenchmarkError(f"{' '.join(command)} ends with {process.returncode}: {others[-5:]!r} {errors[-2000:]!r}")
    return number


@contextmanager
def serving(command: Sequence[str], announcement: str) -> Iterator[str]:
    """A server in a process of its own; yields the address that it announces on stdout."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            if not first.startswith(announcement):
                raise BenchmarkError(f"{' '.join(command)} does not start: {first!r}")
            yield first.removeprefix(announcement).strip()
        finally:
            process.terminate()
            process.wait(SECONDS_TO_START)


def main() -> None:
    """Measures `python -m benchmarks.measure STDIN COMMAND …` from a process that is small, and prints it as JSON."""
    stdin, *command = sys.argv[1:]
    print(json.dumps(asdict(measured(command, stdin=Path(stdin)))))


if __name__ == "__main__":
    main()
