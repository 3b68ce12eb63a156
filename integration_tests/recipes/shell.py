"""Blocks run one after the other in one shell, as they are pasted into a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integration_tests.recipes.blocks import Block
from integration_tests.recipes.group import run_group
from integration_tests.recipes.workshop import Workshop

# Failures are told on a file of their own; whoever pastes commands goes on after one.
PROLOGUE: Final = r"""
set -o pipefail
exec 9>"$1"
report() { printf '%s\t%s\t%s\n' "$line" "$1" "${2%%$'\n'*}" >&9; }
trap 'report "$?" "$BASH_COMMAND"' ERR
"""
INSTALLS: Final = " -m venv "
SECONDS: Final = 3000


@dataclass(frozen=True)
class FailedStep:
    """A command of a page that did not do what it should: the line of its block, and what went wrong."""

    line: int
    text: str


def run(blocks: Sequence[Block], workshop: Workshop, output: Path) -> list[FailedStep]:
    """Runs the blocks; what they print goes to `output`. Returns the commands that failed.

    Commands that make an environment are left out where the workshop has one.
    """
    script, failures = workshop.folder / "blocks.sh", workshop.folder / "failures"
    script.write_text(PROLOGUE + "".join(_step(block, workshop) for block in blocks), encoding="utf-8")
    failures.touch()
    with output.open("ab") as log:
        command = ["bash", "--noprofile", "--norc", str(script), str(failures)]
        run_group(command, folder=workshop.repository, environment=workshop.environment, output=log, seconds=SECONDS)
    lines = [line.split("\t") for line in failures.read_text(encoding="utf-8").splitlines() if line.count("\t") == 2]
    return [FailedStep(int(line), f"exit code {code}: {command}") for line, code, command in lines]


def _step(block: Block, workshop: Workshop) -> str:
    text = workshop.as_run(block.text)
    if workshop.installed:
        text = "".join(line for line in text.splitlines(keepends=True) if INSTALLS not in line)
    return f"line={block.line}\n{text}"
