"""A record and its lines: members of either may say how its amounts are meant."""

from collections.abc import Iterator, Mapping

from sage_active.writing import Row, WriteModel


def with_lines(model: WriteModel, record: Row) -> Iterator[tuple[str, Row]]:
    """The record and, of a document, its lines; each with the path in front of its members."""
    yield "", record
    name = model.amounts.lines if model.amounts else ""
    lines = record.get(name)
    for index, line in enumerate(lines if isinstance(lines, list) else ()):
        if isinstance(line, Mapping):
            yield f"{name}[{index}].", line
