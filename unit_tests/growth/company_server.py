"""Sage Active's API with a few companies and whatever rows a test gives it, executed by the packaged schema."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, ConfiguredAirbyteCatalogSerializer, Type
from graphql import GraphQLError, graphql_sync

from sage_active.resources.resource import Resource
from sage_active.resources.schema import packaged_schema
from source_sage_active.source import SourceSageActive
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.odd_servers import CREDENTIALS

Row = dict[str, Any]
Where = Mapping[str, Any]
# Two of one market and one of another.
MARKETS: Final = {"company-1": "DE", "company-2": "DE", "company-3": "FR"}
CHUNK: Final = 100
MOST_VALUES: Final = 10


@dataclass(frozen=True)
class Call:
    """One root field that was asked for: in which company, and with which arguments."""

    company: str
    root: str
    arguments: Mapping[str, Any]

    @property
    def is_count(self) -> bool:
        """Whether it wants nothing but a number."""
        return self.arguments.get("first") == 1 and not self.arguments.get("order")


# What a root has in a company: rows for pages, or whatever a function makes of the arguments.
Content = Sequence[Row] | Callable[..., Any]


class CompanyServer(Loopback):
    """`content`: by root. `refused`: companies in which the roots are refused for lack of a right."""

    def __init__(self, content: Mapping[str, Content], refused: frozenset[str] = frozenset()) -> None:
        super().__init__(self._answer)
        self.content = dict(content)
        self.refused = refused
        self.calls: list[Call] = []

    @property
    def config(self) -> dict[str, Any]:
        """A configuration that leads here."""
        return {"credentials": CREDENTIALS["direct"], "sandbox_url": self.url}

    def calls_of(self, root: str) -> list[Call]:
        """The calls of one root."""
        return [call for call in self.calls if call.root == root]

    def _answer(self, request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return json_reply({"access_token": "access", "refresh_token": "refresh-2", "expires_in": 28800})
        if request.method == "GET":
            return json_reply({}, 404)
        company = request.headers.get("x-organizationid", "")
        document = json.loads(request.body)
        roots = {root: self._resolver(company, root, content) for root, content in self.content.items()}
        roots["organizations"] = lambda _, **__: page_of(
            [
                {"id": name, "status": "READY", "onboardingCompleted": True, "legislationCode": market}
                for name, market in MARKETS.items()
            ],
            {"first": CHUNK},
        )
        result = graphql_sync(packaged_schema(), document["query"], roots, variable_values=document.get("variables"))
        return json_reply(result.formatted)

    def _resolver(self, company: str, root: str, content: Content) -> Callable[..., Any]:
        def resolve(_: Any, **arguments: Any) -> Any:
            self.calls.append(Call(company, root, arguments))
            if company in self.refused:
                extensions = {"code": "AUTH_NOT_AUTHORIZED"}
                raise GraphQLError("The current user is not authorized to access this resource.", extensions=extensions)
            return content(company, **arguments) if callable(content) else page_of(content, arguments)

        return resolve


def page_of(rows: Sequence[Row], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """One page of a connection."""
    found = [row for row in rows if matches(row, arguments.get("where") or {})]
    for member in reversed(arguments.get("order") or ()):
        ((name, direction),) = member.items()
        found.sort(key=lambda row: str(row.get(name) or ""), reverse=direction == "DESC")
    begin = int(arguments.get("after") or 0)
    nodes = found[begin : begin + arguments["first"]]
    end = begin + len(nodes)
    info = {"hasNextPage": end < len(found), "endCursor": str(end)}
    return {"totalCount": len(found), "nodes": nodes, "pageInfo": info}


def matches(row: Row, where: Where) -> bool:
    """Whether a row passes a filter; comparisons with null are false, as in SQL."""
    return all(_passes(row, name, condition) for name, condition in where.items())


def _passes(row: Row, name: str, condition: Any) -> bool:
    if name in ("and", "or"):
        return (all if name == "and" else any)(matches(row, part) for part in condition)
    value = row.get(name)
    for operator, wanted in condition.items():
        if operator == "eq":
            fits = value == wanted
        elif value is None:
            fits = False
        elif operator in ("in", "nin"):
            fits = (value in wanted) is (operator == "in")
        else:
            fits = {"gte": value >= wanted, "gt": value > wanted, "lt": value < wanted, "lte": value <= wanted}[
                operator
            ]
        if not fits:
            return False
    return True


def restricted(rows: Sequence[Row]) -> Content:
    """A root with the grammar of `files`: refuses everything else (docs/reference/files.md, "List of files")."""

    def resolve(company: str, **arguments: Any) -> Any:
        del company
        where, order = arguments.get("where") or {}, arguments.get("order") or ()
        if not {"and", "or"}.isdisjoint(where):
            raise GraphQLError("Only AND at the root, each field once.")
        if any(len(condition.get("in", ())) > MOST_VALUES for condition in where.values()):
            raise GraphQLError("At most 10 values.")
        if [list(member) for member in order] not in ([], [["businessDate"]]):
            raise GraphQLError("Sort by businessDate only.")
        return page_of(rows, {**arguments, "first": min(arguments["first"], CHUNK)})

    return resolve


def streams(server: CompanyServer, resource: Resource) -> dict[str, Any]:
    """The stream of a resource as discover describes it."""
    source = SourceSageActive(resources=[resource])
    (stream,) = [stream.as_airbyte_stream() for stream in source.streams(server.config) if stream.name == resource.name]
    return {
        "schema": stream.json_schema["properties"],
        "modes": [mode.value for mode in stream.supported_sync_modes],
        "key": stream.source_defined_primary_key,
    }


def read(
    server: CompanyServer,
    resource: Resource,
    *,
    state: AirbyteStateMessage | None = None,
    is_incremental: bool = False,
    schema: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[list[Row], list[AirbyteMessage]]:
    """The rows of one resource that a source with nothing else reads, and all other messages. Raises what it raises."""
    server.calls.clear()
    modes = ["full_refresh", "incremental"] if is_incremental else ["full_refresh"]
    configured = {
        "stream": {"name": resource.name, "json_schema": schema or {}, "supported_sync_modes": modes},
        "sync_mode": modes[-1],
        "destination_sync_mode": "append",
    }
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [configured]})
    source = SourceSageActive(resources=[resource])
    messages = list(source.read({}, {**server.config, **options}, catalog, [state] if state else None))  # type: ignore[arg-type]
    rows = [dict(message.record.data) for message in messages if message.record]
    return rows, [message for message in messages if not message.record]


def last_state(messages: Sequence[AirbyteMessage]) -> AirbyteStateMessage:
    """The last state of a read."""
    states = [message.state for message in messages if message.type is Type.STATE and message.state]
    return states[-1]
