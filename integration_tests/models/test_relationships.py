"""The references that docs/relationships.md shows lead to rows that are there."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from docs.references import Reference, references
from integration_tests.models.world import World
from sage_active.markets import DIRECT
from sage_active.resources.resource import Scope
from sage_active.resources.table import RESOURCE_BY_NAME, offered

# Of so many references at least, the rows of a market have values.
FOLLOWED: Final = 100
# No stream has templates of invoices, from which a document may come as well.
TEMPLATES: Final = "invoices.salesInvoiceTemplateId"


def test_every_reference_leads_to_a_row_of_its_company(world: World) -> None:
    raw = Raw(world)
    found = [reference for resource in offered(DIRECT) for reference in references(resource) if reference.targets]
    assert {reference: ids for reference in found if (ids := raw.lost(reference))} == {}
    assert sum(bool(raw.ids(f"{reference.stream}.{reference.member}")) for reference in found) >= FOLLOWED


class Raw:
    """The raw tables of a market, of which ids are collected by paths such as `invoices.lines[].productId`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._ids: dict[str, frozenset[tuple[str, str]]] = {}

    def lost(self, reference: Reference) -> frozenset[tuple[str, str]]:
        """The ids, each with its company, that lead nowhere."""
        there = frozenset[tuple[str, str]]().union(*(self.ids(f"{target}.id") for target in reference.targets))
        ids = self.ids(f"{reference.stream}.{reference.member}") - self.ids(TEMPLATES)
        if all(RESOURCE_BY_NAME[stream].scope(DIRECT) is Scope.MARKET for stream in reference.streams):
            known = {value for _, value in there}
            return frozenset(pair for pair in ids if pair[1] not in known)
        return ids - there

    def ids(self, path: str) -> frozenset[tuple[str, str]]:
        """The values at a path, each with its company."""
        if path not in self._ids:
            stream, *members = path.replace("[]", "").split(".")
            self._ids[path] = frozenset(
                (row["company_id"], str(value)) for row in self._table(stream) for value in _values(row, members)
            )
        return self._ids[path]

    def _table(self, stream: str) -> list[dict[str, Any]]:
        if stream not in self._rows:
            rows = self._world.warehouse.query(f'SELECT * FROM "{stream}"')
            self._rows[stream] = [{name: _parse(value) for name, value in row.items()} for row in rows]
        return self._rows[stream]


def _parse(value: Any) -> Any:
    """Lists and objects as such, whatever the warehouse returns them as."""
    return msgspec.json.decode(value) if isinstance(value, str) and value[:1] in ("[", "{") else value


def _values(value: Any, members: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, members)
    elif members and isinstance(value, dict):
        yield from _values(value.get(members[0]), members[1:])
    elif not members and value is not None:
        yield value
