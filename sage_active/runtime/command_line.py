"""The arguments of a command, and what is said of those that do not fit. Imports nothing heavy."""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Final

from sage_active.escaping import escaped
from sage_active.runtime.lost_output import say, writing

CONTENT_COMPLAINT: Final = (
    "The arguments do not fit, and one of them is JSON. Options name files: pass the path of a file."
)
# What may stand before JSON that somebody passes instead of the path of a file: blanks, a mark, quotes of a shell.
_BEFORE_JSON: Final = " \t\r\n\ufeff'\""


def parsed_arguments(parse: Callable[[list[str]], argparse.Namespace], arguments: Sequence[str]) -> argparse.Namespace:
    """What `parse` makes of the arguments. Its complaints quote arguments: none that is JSON, none with control
    characters. Raises `SystemExit` as argparse does, after a complaint or its help, and `OutputLostError`.
    """
    output, complaints = io.StringIO(), io.StringIO()
    # Programs that run any image put `--` before the command; argparse takes it for the command.
    if arguments and arguments[0] == "--":
        arguments = arguments[1:]
    try:
        with redirect_stdout(output), redirect_stderr(complaints):
            return parse(list(arguments))
    except SystemExit:
        # argparse itself does not mind when its help is lost.
        with writing():
            sys.stdout.write(output.getvalue())
        content = is_any_content(arguments)
        lines = complaints.getvalue().splitlines()
        for line in [] if content else lines:
            say(escaped(line))
        if content and lines:
            say(CONTENT_COMPLAINT)
        raise


def is_content(path: str) -> bool:
    """Whether an argument is JSON itself, where the path of a file is expected."""
    return path.lstrip(_BEFORE_JSON).startswith(("{", "["))


def is_any_content(arguments: Sequence[str]) -> bool:
    """Whether any of the arguments is JSON, or an option with JSON as its value: none of them may be quoted then."""
    return any(is_content(argument.partition("=")[2] or argument) for argument in arguments)
