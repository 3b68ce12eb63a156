"""What rich lays out, as lines for stdout."""

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType


def rich_lines(parts: Iterable[RenderableType], width: int) -> list[str]:
    """The lines of tables and texts below each other, none wider than `width`, without colors and escapes."""
    output = io.StringIO()
    console = Console(
        file=output,
        width=width,
        color_system=None,
        force_terminal=False,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for part in parts:
        console.print(part)
    return [line.rstrip() for line in output.getvalue().splitlines()]
