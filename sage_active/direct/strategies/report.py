"""Reports: what the server computes for arguments that are made of the rows of other roots."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from sage_active.client import Page, Reading, ReadRequest, Summary, every_page, size_of
from sage_active.direct.contract import Contract, value_schema
from sage_active.direct.strategies.keyed_rows import keyed_page, with_members
from sage_active.direct.strategies.root_values import RootValue, Sender, root_value
from sage_active.faults import CONTRADICTION
from sage_active.first_pages import FirstPageCache
from sage_active.odd_rows import values_of
from sage_active.resources.resource import DirectResource, Report, Resource

Arguments = Mapping[str, Any]


class ReportReading:
    """Implements `Reading`: one request for each set of arguments, in the order in which they are made."""

    parts = 0

    def __init__(
        self,
        sender: Sender,
        request: ReadRequest,
        read: Report,
        open_needed: Callable[[ReadRequest], Reading],
        waiting: FirstPageCache,
    ) -> None:
        self._sender = sender
        self._request = request
        self._read = read
        self._delivered = 0
        needed, clocks = self._needed(open_needed)
        self._arguments = list(read.inputs(needed))
        first = self._value(self._arguments[0]) if self._arguments else None
        self._first = waiting.keep(first, size_of(first.rows)) if first else None
        clocks += [first.date] if first else []
        if not clocks:
            raise ValueError(f"the report {request.resource.name} asks for nothing")
        self.started_at: datetime = clocks[0]

    def part(self, index: int) -> Iterator[Page]:
        """Raises `IndexError`: there are no parts."""
        raise IndexError(index)

    def rest(self) -> Iterator[Page]:
        """A page for each report that has rows."""
        for number, arguments in enumerate(self._arguments, 1):
            waiting = self._first() if self._first and number == 1 else None
            value = waiting or self._value(arguments)
            added = {name: argument for name, argument in arguments.items() if name in self._read.key}
            rows = [with_members(row, added) for row in value.rows]
            page = keyed_page(rows, self._read.key, f"report {number}")
            self._delivered += len(page.rows)
            if page.rows or page.oddities:
                yield page

    def summary(self) -> Summary:
        """What was delivered; nothing is stated."""
        return Summary(None, self._delivered, None, self._sender.shape(self._request).dropped_names)

    def _value(self, arguments: Arguments) -> RootValue:
        value = root_value(self._sender, self._request, arguments, self._read.rows)
        if value.is_null:
            raise self._sender.errors.of(CONTRADICTION, detail="a report that is null")
        return value

    def _needed(
        self, open_needed: Callable[[ReadRequest], Reading]
    ) -> tuple[dict[str, Sequence[Mapping[str, Any]]], list[datetime]]:
        """All rows of the roots that the arguments are made of, and the server's clock before each."""
        rows: dict[str, Sequence[Mapping[str, Any]]] = {}
        clocks: list[datetime] = []
        for root in self._read.needs:
            place = DirectResource(root=root, type=self._sender.contract.row_type(root))
            # Under the stream's own name: that is what failures are reported of.
            resource = Resource(name=self._request.resource.name, direct=place)
            reading = open_needed(ReadRequest(resource, self._request.company, {}))
            clocks.append(reading.started_at)
            rows[root] = [values_of(row) for page in every_page(reading) for row in page.rows]
        return rows, clocks


def argument_schemas(contract: Contract, place: DirectResource, read: Report) -> Mapping[str, Any]:
    """The JSON schemas of the columns that are arguments of the report and parts of its key."""
    types: dict[str, str] = {}
    for name, argument in contract.root(place.root).args.items():
        kind = get_named_type(argument.type)
        members = kind.fields if isinstance(kind, GraphQLInputObjectType) else {name: argument}
        types |= {member: get_named_type(declared.type).name for member, declared in members.items()}
    return {name: value_schema(types[name]) for name in read.key if name in types}
