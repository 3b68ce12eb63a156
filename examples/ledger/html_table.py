"""Tables in HTML, with headings that screen readers read out beside the cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers."""

    heading: str
    is_number: bool = True


def html_table(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], total: Sequence[str] = ()
) -> str:
    """A table with a caption; the first cell of each row is its heading, and `total` the last row."""
    heads = "".join(f'<th scope="col"{_kind(column)}>{escape(column.heading)}</th>' for column in columns)
    body = "".join(_row(columns, row) for row in rows)
    foot = f"<tfoot>{_row(columns, total)}</tfoot>" if total else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{foot}"
        "</table></div>"
    )


def _row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    first, *others = cells
    rest = "".join(
        f"<td{_kind(column, cell)}>{escape(cell)}</td>" for column, cell in zip(columns[1:], others, strict=True)
    )
    return f'<tr><th scope="row"{_kind(columns[0])}>{escape(first)}</th>{rest}</tr>'


def _kind(column: Column, cell: str = "") -> str:
    if not column.is_number:
        return ""
    is_nothing = bool(cell) and not set(cell) & set("123456789")
    return f' class="number{" nil" if is_nothing else ""}"'
