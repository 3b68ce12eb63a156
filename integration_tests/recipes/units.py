"""Units of systemd, as systemd itself reads them."""

import re
import subprocess
from collections.abc import Sequence
from typing import Final

from integration_tests.recipes.blocks import Block
from integration_tests.recipes.shell import FailedStep
from integration_tests.recipes.workshop import Workshop

NAME: Final = re.compile(r"^# /etc/systemd/system/(\S+)$", re.MULTILINE)
SECONDS: Final = 60


def unit_name(block: Block) -> str:
    """The name of the file that the first line of a block gives. Raises `LookupError` where it gives none."""
    found = NAME.match(block.text)
    if not found:
        raise LookupError(f"The block at line {block.line} does not begin with the name of its file.")
    return found[1]


def unit_problems(units: Sequence[Block], workshop: Workshop) -> list[FailedStep]:
    """What `systemd-analyze verify` finds in units that lie side by side."""
    folder = workshop.folder / "units"
    folder.mkdir()
    for block in units:
        (folder / unit_name(block)).write_text(workshop.as_run(block.text), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(folder / unit_name(block)) for block in units)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    problems = [line for line in done.stderr.splitlines() if str(folder) in line or "sage-sync" in line]
    if done.returncode != 0 and not problems:
        problems = [done.stderr.strip()]
    return [FailedStep(units[0].line, problem) for problem in problems]
