"""Prints a table: texts to the left, numbers to the right."""

from collections.abc import Sequence


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a head, a rule and the rows."""
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    for line in (head, tuple("-" * width for width in widths), *rows):
        cells = [
            cell.rjust(width) if rows and _is_number(rows[0][column]) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
