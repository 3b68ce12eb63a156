"""Tables in plain text."""

from collections.abc import Sequence

from sage_active.escaping import escaped


def table(head: Sequence[str], cells: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> list[str]:
    """The lines of a table, columns as wide as they need to be; those in `numbers` stand to the right."""
    rows = [[escaped(cell) for cell in row] for row in cells]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    return [line(head), line(["-" * width for width in widths]), *map(line, rows)]
