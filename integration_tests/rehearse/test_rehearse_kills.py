"""Rehearsals that are killed: what they leave is named and deleted by the next one."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from integration_tests.rehearsals import assert_nothing_left, command, rehearse, traced_rows
from sage_active_sandbox.sandbox import Sandbox

MOMENTS = 20
# A rehearsal sends a few more.
MUTATIONS = 35
LONGEST_SECONDS = 60


def ended(theatre: Sandbox, folder: Path, number: int, ending: int) -> int:
    """Runs a rehearsal that gets a signal at the n-th mutation; its exit code."""
    processes: list[subprocess.Popen[bytes]] = []
    theatre.faults.add("run_before", writes=True, page=number, run=lambda: os.kill(processes[0].pid, ending))
    with subprocess.Popen(command(theatre, folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        processes.append(process)
        process.communicate(timeout=LONGEST_SECONDS)
    theatre.wait_until_idle(1.0)
    return process.returncode


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_the_next_rehearsal_names_and_deletes_what_is_left(theatre: Sandbox, tmp_path: Path, moment: int) -> None:
    number, is_executed = 1 + moment * MUTATIONS // MOMENTS, moment % 2
    if not is_executed:
        theatre.faults.add("answer_lost", writes=True, page=number, commits=0)
    assert ended(theatre, tmp_path, number, signal.SIGKILL) == -signal.SIGKILL
    theatre.faults.clear()
    left = +traced_rows(theatre, "de")
    assert left or number == 1
    report = rehearse(theatre)
    assert report.earlier == left
    assert report.is_fine
    assert_nothing_left(theatre, "de")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_one_that_is_told_to_end_cleans_up_before(theatre: Sandbox, tmp_path: Path, ending: int) -> None:
    assert ended(theatre, tmp_path, MUTATIONS // 2, ending) != 0
    assert_nothing_left(theatre, "de")
