"""What the command `destination-sage-active` starts."""

from collections.abc import Sequence

from destination_sage_active.commands import run_destination
from destination_sage_active.destination import DestinationSageActive


def launch(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name."""
    return run_destination(DestinationSageActive, arguments)
