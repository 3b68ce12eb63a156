"""What the command shows: names and words of servers escaped, secrets masked, on terminals of any encoding."""

import io
import sys

from sage_active.escaping import escaped
from sage_active.masking import masked
from sage_active.runtime.lost_output import say, writing


def prepare() -> None:
    """Characters that the terminal does not have are shown escaped, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def show(*lines: str) -> None:
    """Lines on stdout, at once. Raises `OutputLostError` when they are not taken."""
    show_as_it_is(*map(masked, lines))


def show_as_it_is(*lines: str) -> None:
    """The same, secrets included: the address of a sign-in page has the client id in it."""
    with writing():
        print("\n".join(map(escaped, lines)), flush=True)


def complain(problem: str) -> None:
    """One line on stderr."""
    say(f"sage-active: {escaped(masked(problem))}")
