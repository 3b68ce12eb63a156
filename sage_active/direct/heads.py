"""What is decoded of a row: its key, its own dates, and the dates of the children that it owns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from sage_active.client import Page
from sage_active.direct.contract import DATES, Field
from sage_active.direct.filters import is_owned_list
from sage_active.moments import NEVER, normalised

Text = str | None
OWN: Final = (("id", str), ("creationDate", Text, None), ("modificationDate", Text, None))


class Heads:
    """A decoder for the rows of one selection."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._plain = msgspec.json.Decoder(msgspec.defstruct("Head", OWN))
        head, self._children = _with_children("Row", fields, OWN)
        self._full = msgspec.json.Decoder(head)

    def page(self, rows: Sequence[msgspec.Raw]) -> tuple[Page, Text]:
        """The page, and the earliest creation date in it (rows are ordered by it).

        Raises `ValueError` or `msgspec.DecodeError` for a row without a usable key or date.
        """
        heads = [self._decoded(row) for row in rows]
        dates = [normalised(head.modificationDate) or normalised(head.creationDate) for head in heads]
        changes = [date for head in heads for date in self._children(head)]
        earliest = next((date for head in heads if (date := normalised(head.creationDate))), None)
        return Page([bytes(row) for row in rows], [head.id for head in heads], dates, _latest(changes)), earliest

    def _decoded(self, row: msgspec.Raw) -> Any:
        try:
            return self._full.decode(row)
        except msgspec.ValidationError:
            # A child of an unexpected shape must not end the read: its dates only help the cursor along.
            return _Childless(self._plain.decode(row))


def _latest(texts: Sequence[str]) -> Text:
    """The latest of some moments in the server's notation; what is no moment does not count."""
    for text in sorted(texts, reverse=True):
        try:
            return normalised(text)
        except ValueError:
            continue
    return None


class _Childless:
    """A head of which only the row's own members could be decoded."""

    def __init__(self, head: Any) -> None:
        self.id: str = head.id
        self.creationDate: Text = head.creationDate
        self.modificationDate: Text = head.modificationDate

    def __getattr__(self, name: str) -> None:
        return None


def _with_children(
    name: str, fields: Sequence[Field], own: Iterable[Any]
) -> tuple[type[msgspec.Struct], Callable[[Any], Iterator[str]]]:
    """A struct with these members and the dates of all owned children, and a function that walks the latter."""
    children: list[tuple[str, Callable[[Any], Iterator[str]]]] = []
    members: list[Any] = list(own)
    for field in fields:
        if not is_owned_list(field):
            continue
        child, walk = _with_children(field.name, field.children, [(date, Text, None) for date in DATES])
        members.append((field.name, list[child | None] | None, None))  # type: ignore[valid-type]
        children.append((field.name, walk))

    def dates(row: Any) -> Iterator[str]:
        for member, walk in children:
            for child in getattr(row, member) or ():
                if child is None:
                    continue
                changed = child.modificationDate
                if date := changed if changed and not changed.startswith(NEVER) else child.creationDate:
                    yield date
                yield from walk(child)

    return msgspec.defstruct(name, members), dates
