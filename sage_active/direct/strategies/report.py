"""Reports: what the server computes for arguments that are made of the rows of other roots."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from sage_active.client import Page, Reading, ReadRequest, Summary, every_page, size_of
from sage_active.direct.contract import TEXT, Contract, value_schema
from sage_active.direct.strategies.keyed_rows import keyed_page, with_members
from sage_active.direct.strategies.root_values import RootValue, Sender, root_values
from sage_active.direct.strategies.without_parts import WithoutParts
from sage_active.faults import CONTRADICTION
from sage_active.first_pages import FirstPageCache
from sage_active.markets import DIRECT
from sage_active.odd_rows import values_of
from sage_active.resources.resource import DirectResource, Report, Resource

Arguments = Mapping[str, Any]


class ReportReading(WithoutParts):
    """Implements `Reading`: as many reports in one request as are declared, in the order in which they are made."""

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
        reports = list(read.inputs(needed))
        self._batches = [reports[start : start + read.at_once] for start in range(0, len(reports), read.at_once)]
        first = self._values(self._batches[0]) if self._batches else []
        self._first = waiting.keep(first, sum(size_of(value.rows) for value in first))
        clocks += [value.date for value in first]
        if not clocks:
            raise ValueError(f"the report {request.resource.name} asks for nothing")
        self.started_at: datetime = clocks[0]

    @property
    def requests_left(self) -> int:
        """How many requests the rest will take, if the server takes what is asked at once."""
        return max(0, len(self._batches) - 1)

    def rest(self) -> Iterator[Page]:
        """A page for each report that has rows."""
        number = 0
        for batch in self._batches:
            waiting = self._first() if number == 0 else None
            values = waiting or self._values(batch)
            for arguments, value in zip(batch, values, strict=True):
                number += 1
                added = {name: argument for name, argument in arguments.items() if name in self._read.key}
                rows = [with_members(row, added) for row in value.rows]
                page = keyed_page(rows, self._read.key, f"report {number}")
                self._delivered += len(page.rows)
                if page.rows or page.oddities:
                    yield page

    def summary(self) -> Summary:
        """What was delivered; nothing is stated."""
        return Summary(None, self._delivered, None, self._sender.shape(self._request).dropped_names)

    def _values(self, batch: Sequence[Arguments]) -> list[RootValue]:
        known = argument_types(self._sender.contract, self._request.resource.on(DIRECT))
        sent = [{name: value for name, value in arguments.items() if name in known} for arguments in batch]
        values = root_values(self._sender, self._request, sent, self._read.rows)
        if any(value.is_null for value in values):
            raise self._sender.errors.of(CONTRADICTION, detail="a report that is null")
        return values

    def _needed(
        self, open_needed: Callable[[ReadRequest], Reading]
    ) -> tuple[dict[str, Sequence[Mapping[str, Any]]], list[datetime]]:
        """All rows of the roots that the arguments are made of, and the server's clock before each."""
        rows: dict[str, Sequence[Mapping[str, Any]]] = {}
        clocks: list[datetime] = []
        for need in self._read.needs:
            binding = needed_binding(self._sender.contract, need)
            # Under the stream's own name, because failures are reported under it.
            resource = Resource(name=self._request.resource.name, direct=binding)
            reading = open_needed(ReadRequest(resource, self._request.company, {}))
            clocks.append(reading.started_at)
            rows[binding.root] = [values_of(row) for page in every_page(reading) for row in page.rows]
        return rows, clocks


def needed_binding(contract: Contract, need: str | DirectResource) -> DirectResource:
    """Where something is that a report needs."""
    return DirectResource(root=need, type=contract.row_type(need)) if isinstance(need, str) else need


def argument_types(contract: Contract, binding: DirectResource) -> Mapping[str, str]:
    """The types of what a root takes, by name: of its arguments, or of the members of the one that is an object."""
    types: dict[str, str] = {}
    for name, argument in contract.root(binding.root).args.items():
        kind = get_named_type(argument.type)
        members = kind.fields if isinstance(kind, GraphQLInputObjectType) else {name: argument}
        types |= {member: get_named_type(declared.type).name for member, declared in members.items()}
    return types


def argument_schemas(contract: Contract, binding: DirectResource, read: Report) -> Mapping[str, Any]:
    """The JSON schemas of the columns that are appended: parts of the key which are not members of a row."""
    types = argument_types(contract, binding)
    members = {field.name for field in contract.fields(binding.type)}
    return {
        name: value_schema(types[name]) if name in types else dict(TEXT) for name in read.key if name not in members
    }
