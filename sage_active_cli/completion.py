"""`sage-active completion`: the script with which a shell completes commands and options."""

from click.shell_completion import get_completion_class

from sage_active.runtime.lost_output import writing
from sage_active_cli.commands import COMPLETION_VARIABLE, PROGRAM, sage_active


def run(shell: str) -> None:
    """Prints the script. Raises `OutputLostError` when it is not taken."""
    complete = get_completion_class(shell)
    if complete is None:
        raise ValueError(f"click completes nothing in {shell}")
    with writing():
        print(complete(sage_active, {}, PROGRAM, COMPLETION_VARIABLE).source())
