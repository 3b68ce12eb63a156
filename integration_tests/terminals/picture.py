"""A terminal as a picture: what it received, through a terminal emulator, as SVG that needs no other file."""

import re
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Final

import pyte
from pyte.screens import Char
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from integration_tests.terminals.captures import COLUMNS, Capture
from integration_tests.terminals.replacements import replaced
from integration_tests.terminals.session import ROWS, Session

FONTS: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# The emulator's names of colours where rich has others.
COLORS: Final = {"brown": "yellow", "default": "default", "brightblack": "bright_black", "brightbrown": "bright_yellow"}
THEME: Final = TerminalTheme(
    (22, 27, 34),
    (214, 221, 228),
    # Black, red, green, yellow, blue, magenta, cyan, white; then the same, bright.
    [
        *((72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65)),
        *((121, 192, 255), (210, 168, 255), (86, 212, 221), (177, 186, 196)),
    ],
    [
        *((139, 148, 158), (255, 161, 152), (126, 231, 135), (240, 200, 100)),
        *((165, 214, 255), (226, 197, 255), (179, 240, 255), (240, 246, 252)),
    ],
)
PROMPT: Final = Text("$ ", "bold bright_green")


def drawn(capture: Capture, session: Session) -> str:
    """The picture of a capture."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), highlight=False)
    for line in lines(capture, session):
        console.print(line, no_wrap=True, overflow="crop")
    # Below the last line, rich leaves no room for descenders.
    console.print()
    return console.export_svg(
        title=" ".join(capture.typed.split()[:2]),
        theme=THEME,
        code_format=_without_web_fonts(CONSOLE_SVG_FORMAT),
        unique_id=capture.name,
    )


def lines(capture: Capture, session: Session) -> Iterator[Text]:
    """What is drawn: the command line, what was shown at the pause if there was one, and at the end."""
    yield Text.assemble(PROMPT, (capture.typed, "bold"))
    if session.until_pause:
        yield from screen(session.until_pause)
        yield Text("⋮ and at the end:", "bright_black")
    visible = screen(session.output)
    left_out = len(visible) - capture.head - capture.tail
    if left_out <= 1:
        yield from visible
        return
    yield from visible[: capture.head]
    yield Text(f"⋮ {left_out:,} lines", "bright_black")
    yield from visible[-capture.tail :]


def screen(output: str) -> Sequence[Text]:
    """The lines that a terminal shows after it has received an output."""
    terminal = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(terminal).feed(replaced(output))
    # The cursor stands below the last line.
    return [
        _line([terminal.buffer[row][column] for column in range(COLUMNS)])
        for row in range(terminal.cursor.y + (terminal.cursor.x > 0))
    ]


def _line(characters: Sequence[Char]) -> Text:
    line = Text()
    for character in characters:
        style = Style(color=_color(character.fg), bold=character.bold or None, underline=character.underscore or None)
        line.append(character.data, style)
    line.rstrip()
    return line


def _color(name: str) -> str | None:
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    known = COLORS.get(name) or re.sub("^bright", "bright_", name)
    return None if known == "default" else known


def _without_web_fonts(code_format: str) -> str:
    without = re.sub(r"\s*@font-face \{\{.*?\}\}", "", code_format, flags=re.DOTALL)
    return without.replace("Fira Code, monospace", FONTS).replace("font-family: arial", f"font-family: {FONTS}")
