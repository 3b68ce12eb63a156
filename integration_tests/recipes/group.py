"""A command with everything that it starts: when it is left, nothing of it goes on."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO


def run_group(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], output: IO[bytes], seconds: float
) -> int:
    """Runs a command without a terminal and without input; returns its exit code.

    stdout and stderr go to `output`. Raises `subprocess.TimeoutExpired` after so many seconds.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
