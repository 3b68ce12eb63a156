"""What the command shows, through rich: the words of servers escaped, secrets masked, on terminals of any encoding.

Colours appear on a terminal only, and never where NO_COLOR is set; rich sees to both.
"""

import errno
import io
import json
import sys
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn

import msgspec
from rich import box
from rich.console import Console, JustifyMethod, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.table import Table
from rich.text import Text

from sage_active.escaping import HIDDEN, escaped
from sage_active.masking import masked
from sage_active.runtime.lost_output import OutputLostError, writing


class Terminal(Console):
    """A console that leaves texts as they are, and says so when nobody takes its output."""

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> NoReturn:
        """Raises `OutputLostError`; rich itself would end the process without a word."""
        raise OutputLostError(OSError(errno.EPIPE, "")) from None


# Columns that are copied from the terminal: other columns wrap if space is short.
COPIED: Final = frozenset({"id", "stream"})
OUTPUT: Final = Terminal()
ERRORS: Final = Terminal(stderr=True)


def prepare() -> None:
    """Characters that the terminal does not have are shown escaped, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def plain(text: str, style: str = "") -> Text:
    """A text from anywhere, made safe for a terminal: escaped, and without secrets."""
    return Text(escaped(masked(text)), style, overflow="fold")


def show(*parts: RenderableType, console: Console = OUTPUT, width: int | None = None) -> None:
    """Texts and tables below each other. Raises `OutputLostError` when they are not taken.

    Args:
        parts: A `str` is a paragraph, which is made safe. It is one line in a pipe, and wrapped between words on a
            terminal. Everything else is laid out as it is.
        console: Where to; stdout by default.
        width: Of what is laid out; by default that of the terminal.
    """
    with writing():
        for part in parts:
            if isinstance(part, str):
                console.print(plain(part), soft_wrap=not console.is_terminal)
            else:
                console.print(part, width=width)


def show_address(address: str, console: Console) -> None:
    """An address on a line of its own, secrets included: that of a sign-in page has the client id in it."""
    with writing():
        console.print(Text(f"  {escaped(address)}"), soft_wrap=True)


def show_rows(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    console: Console = OUTPUT,
) -> None:
    """A table of texts: each row on a line of its own in a pipe, within the width of a terminal.

    Raises `OutputLostError` when it is not taken.
    """
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_header=any(head), header_style="bold")
    for title in head:
        justify: JustifyMethod = "right" if title in numbers else "left"
        table.add_column(title, justify=justify, overflow="fold", no_wrap=title in COPIED)
    for row in rows:
        table.add_row(*map(plain, row))
    if not console.is_terminal:
        unlimited = console.options.update(width=sys.maxsize)
        console = Terminal(stderr=console.stderr, width=console.measure(table, options=unlimited).maximum)
    show(table, console=console)


def show_json(value: Any, *, indent: int = 2) -> None:
    """A value as indented JSON on stdout; one that is bytes is JSON already, and its numbers stay as they are written.

    Raises `OutputLostError` when it is not taken.
    """
    content = value if isinstance(value, bytes) else msgspec.json.encode(value)
    text = masked(msgspec.json.format(content, indent=indent).decode())
    is_ascii = not OUTPUT.encoding.startswith("utf")
    with writing():
        print("".join(_json_character(character, is_ascii) for character in text), flush=True)


def complain(problem: str) -> None:
    """One paragraph on stderr, if there is somebody to take it."""
    with suppress(OSError, ValueError, OutputLostError):
        # A line of progress may be there.
        ERRORS.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
        ERRORS.print(Text.assemble(("sage-active:", "bold red"), " ", plain(problem)), soft_wrap=not ERRORS.is_terminal)


def _json_character(character: str, is_ascii: bool) -> str:
    """A character as it may stand in JSON on a terminal; those that would move its cursor are escaped."""
    is_hidden = character != "\n" and unicodedata.category(character) in HIDDEN
    return json.dumps(character)[1:-1] if is_hidden or (is_ascii and not character.isascii()) else character
