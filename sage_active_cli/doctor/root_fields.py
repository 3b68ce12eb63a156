"""How questions write what they ask."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sage_active.direct.filters import Where
from sage_active.direct.query import RootField
from sage_active.resources.resource import Member

ASCENDING: Final = Member("ASC")
DESCENDING: Final = Member("DESC")
# Whatever is dated earlier was never set.
EVER: Final[Where] = {"modificationDate": {"gte": "1900-01-01T00:00:00Z"}}
Order = Sequence[Mapping[str, Any]]


def page(
    root: str, selection: str, *, first: int = 1, where: Where | None = None, order: Order | None = None
) -> RootField:
    """The first rows of a list."""
    return RootField(root, {"first": first, "where": where, "order": order}, f"nodes {{ {selection} }}")


def counted_page(root: str, selection: str, *, first: int, where: Where | None = None) -> RootField:
    """The first rows of a list, their number, and whether there are more."""
    content = f"totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {selection} }}"
    return RootField(root, {"first": first, "where": where}, content)


def count(root: str, where: Where | None = None) -> RootField:
    """How many rows there are."""
    return RootField(root, {"first": 1, "where": where}, "totalCount")


def value(root: str, arguments: Mapping[str, Any], selection: str) -> RootField:
    """A root without pages."""
    return RootField(root, arguments, selection)
