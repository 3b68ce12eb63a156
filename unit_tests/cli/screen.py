"""What a terminal of some width shows, without colours."""

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType


def screen(parts: Iterable[RenderableType], width: int) -> list[str]:
    """The lines of tables and texts below each other."""
    output = io.StringIO()
    console = Console(file=output, width=width)
    for part in parts:
        console.print(part)
    return output.getvalue().splitlines()
