"""Tables in Markdown."""


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table with a head."""
    lines = [row(*head), "|---" * len(head) + "|", *(row(*cells) for cells in rows)]
    return "\n".join(lines) + "\n"


def row(*cells: str) -> str:
    """One line of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
