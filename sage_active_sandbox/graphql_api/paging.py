"""Relay connections: the page that the arguments `first`, `after`, `last`, `before` ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from sage_active_sandbox.faults import Fault, of_kind
from sage_active_sandbox.graphql_api.cursors import Cursors
from sage_active_sandbox.store import Row

DEFAULT_PAGE = 20
MAX_PAGE = 500
"""Sizes of a page (docs/reference/queries.md, "Pages")."""


@dataclass(frozen=True)
class PageRequest:
    """The paging arguments of a connection field; a size that is not allowed raises GraphQLError (HC0051, HC0079)."""

    coordinate: str
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def of(cls, coordinate: str, arguments: Mapping[str, Any], faults: list[Fault]) -> "PageRequest":
        """From the field's arguments; ``coordinate`` is written like "Query.customers"."""
        first, last = arguments.get("first"), arguments.get("last")
        for size in (first, last):
            if size is not None and size > MAX_PAGE:
                raise GraphQLError(
                    "The maximum allowed items per page were exceeded.",
                    extensions={
                        "code": "HC0051",
                        "coordinate": coordinate,
                        "requestedItems": size,
                        "maxAllowedItems": MAX_PAGE,
                    },
                )
            if size is not None and size < 0:
                raise GraphQLError(
                    "The requested number of values per page must be at least 0.",
                    extensions={"code": "HC0079", "coordinate": coordinate},
                )
        if first is None and last is None:
            first = DEFAULT_PAGE
        return cls(coordinate, first, arguments.get("after"), last, arguments.get("before"), faults)


def page(rows: list[Row], cursors: Cursors, request: PageRequest) -> dict[str, Any]:
    """The connection object for the sorted result set."""
    start = min(len(rows), cursors.after(request.after)) if request.after is not None else 0
    end = min(len(rows), cursors.before(request.before)) if request.before is not None else len(rows)
    end = max(start, end)
    if request.first is not None:
        end = min(end, start + request.first)
    if request.last is not None:
        start = max(start, end - request.last)
    for fault in of_kind(request.faults, "overlap"):
        shift = min(start, fault.rows)
        start, end = start - shift, end - shift
    edges = [{"cursor": cursors.text(index), "node": rows[index]} for index in range(start, end)]
    connection = {
        "nodes": rows[start:end],
        "edges": edges,
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": end < len(rows),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }
    _spoil(connection, request)
    return connection


def _spoil(connection: dict[str, Any], request: PageRequest) -> None:
    for fault in request.faults:
        match fault.action:
            case "null_nodes":
                connection["nodes"] = connection["edges"] = None
            case "empty_page":
                connection["nodes"], connection["edges"] = [], []
            case "wrong_count":
                connection["totalCount"] += fault.delta
            case "cursor_stuck":
                connection["pageInfo"]["hasNextPage"] = True
                connection["pageInfo"]["endCursor"] = request.after or connection["pageInfo"]["endCursor"]


def spoiled(value: Any, faults: list[Fault]) -> Any:
    """What the faults of pages make of a list that has no pages."""
    if isinstance(value, list):
        for fault in of_kind(faults, "null_nodes", "empty_page"):
            value = None if fault.action == "null_nodes" else []
    return value
