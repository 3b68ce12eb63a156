"""Executes GraphQL requests on the store, in the dialect of the vendor's server."""

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    get_operation_ast,
    parse,
    print_ast,
    validate,
)

from sage_active_sandbox.faults import Fault
from sage_active_sandbox.graphql_api import errors as dialect
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.cost import CostAnalysis
from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.file_links import FileLinks
from sage_active_sandbox.graphql_api.mutations import roll_back
from sage_active_sandbox.graphql_api.resolvers import attach, default_resolver
from sage_active_sandbox.graphql_api.schema import ServedSchema, schema_key, serve
from sage_active_sandbox.graphql_api.variable_errors import variable_errors
from sage_active_sandbox.mutation_counts import MutationCounts
from sage_active_sandbox.request_log import RootField
from sage_active_sandbox.rights import ADMINISTRATOR, Rights
from sage_active_sandbox.store import Company, Store
from sage_active_sandbox.switches import Switches

INTROSPECTION = frozenset({"__schema", "__type"})
CACHED_DOCUMENTS = 256
CACHED_SCHEMAS = 8


@dataclass(frozen=True)
class GraphQLRequest:
    """The decoded body of a request, with the company of the header (None without one), the key's market, and the user.

    ``user`` is the address of who signed in.
    """

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    market: str
    company: Company | None
    user: str = ADMINISTRATOR
    report_cost: bool = False
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """The answer's JSON object; ``executed`` is False if the request was refused before (syntax, validation, cost)."""

    payload: dict[str, Any]
    executed: bool


@dataclass
class Prepared:
    """A parsed query: its validation errors in the server's words, and its operations' prices."""

    document: DocumentNode | None
    errors: list[dict[str, Any]]
    cost: CostAnalysis | None = None


class GraphQLEngine:
    """One endpoint over a store; switches and drift are looked at with every request."""

    def __init__(
        self,
        store: Store,
        switches: Switches,
        drift: Drift,
        rights: Rights,
        counts: MutationCounts,
        links: FileLinks,
    ) -> None:
        self._store = store
        self._links = links
        self._switches = switches
        self._drift = drift
        self._rights = rights
        self._counts = counts
        self._schemas: OrderedDict[tuple[Any, ...], ServedSchema] = OrderedDict()
        self._documents: OrderedDict[tuple[int, bool, str], Prepared] = OrderedDict()

    def served(self) -> ServedSchema:
        """The schema as the switches and the drift now want it."""
        key = schema_key(self._switches, self._drift)
        if key not in self._schemas:
            served = serve(self._switches, self._drift)
            attach(served)
            _remember(self._schemas, key, served, CACHED_SCHEMAS)
            self._documents.clear()
        return self._schemas[key]

    def execute(self, request: GraphQLRequest) -> Outcome:
        """The answer to a request; only a defect of the sandbox raises."""
        with self._store.lock:
            served = self.served()
            prepared_call = self._prepare(served, request.query)
            if prepared_call.errors or prepared_call.document is None or prepared_call.cost is None:
                return Outcome({"errors": prepared_call.errors}, executed=False)
            operation = get_operation_ast(prepared_call.document, request.operation_name)
            if operation is None:
                return Outcome({"errors": [{"message": "The operation to execute was not found."}]}, executed=False)
            cost = prepared_call.cost.field_cost(operation)
            if cost > self._switches.max_field_cost:
                return Outcome({"errors": [self._cost_error(cost)]}, executed=False)
            return self._run(served, prepared_call.document, request, cost)

    def _run(
        self,
        served: ServedSchema,
        document: DocumentNode,
        request: GraphQLRequest,
        cost: int,
    ) -> Outcome:
        call = Call(
            store=self._store,
            switches=self._switches,
            served=served,
            market=request.market,
            company=request.company,
            rights=self._rights,
            counts=self._counts,
            user=self._rights.users[request.user],
            links=self._links,
            faults=request.faults,
        )
        result = execute_sync(
            served.schema,
            document,
            root_value={},
            context_value=call,
            variable_values=request.variables,
            operation_name=request.operation_name,
            field_resolver=default_resolver,
            hide_suggestions=True,
        )
        errors = result.errors or []
        if result.data is None and errors and all(error.path is None for error in errors):
            return Outcome({"errors": variable_errors(errors)}, executed=False)
        if call.run.timed_out:
            return Outcome({"errors": [dialect.timeout(self._switches.execution_seconds)]}, executed=True)
        payload: dict[str, Any] = {}
        if errors:
            payload["errors"] = [entry for error in errors for entry in dialect.execution_errors(error, self._switches)]
        payload["data"] = result.data
        if call.run.failed:
            self._undo_refused(call, payload)
        if request.report_cost:
            payload["extensions"] = {"operationCost": {"fieldCost": cost}}
        return Outcome(payload, executed=True)

    def _undo_refused(self, call: Call, payload: dict[str, Any]) -> None:
        """What a refused mutation does to the rest of its answer, and to the other mutations."""
        if self._switches.mutation_transaction:
            roll_back(call.run, self._store)
        if self._switches.mutation_transaction or self._switches.mutation_errors != "own_field":
            payload["data"] = None
        if not self._switches.error_paths:
            for error in payload["errors"]:
                error.pop("path", None)
                error.pop("locations", None)

    def _prepare(self, served: ServedSchema, query: str) -> Prepared:
        key = (id(served), self._switches.introspection, query)
        if key not in self._documents:
            _remember(self._documents, key, self._checked(served, query), CACHED_DOCUMENTS)
        return self._documents[key]

    def _checked(self, served: ServedSchema, query: str) -> Prepared:
        try:
            document = parse(query)
        except GraphQLSyntaxError as error:
            return Prepared(None, [dialect.syntax_error(error)])
        except RecursionError:
            return Prepared(None, [dialect.too_deep()])
        errors = [] if self._switches.introspection else [*_introspection_errors(document)]
        found = validate(served.schema, document, hide_suggestions=True)
        errors += [dialect.validation_error(error, document) for error in found]
        cost = None if errors else CostAnalysis(served.schema, served.facts, document)
        return Prepared(document, errors[: dialect.MAX_ERRORS], cost)

    def _cost_error(self, cost: int) -> dict[str, Any]:
        allowed = self._switches.max_field_cost
        if self._switches.cost_error_shape == "complexity":
            extensions = {"complexity": cost, "allowedComplexity": allowed, "code": "HC0047"}
            return {"message": "The maximum allowed operation complexity was exceeded.", "extensions": extensions}
        extensions = {"fieldCost": cost, "maxFieldCost": allowed, "code": "HC0047"}
        return {"message": "The maximum allowed field cost was exceeded.", "extensions": extensions}


def decode_body(body: bytes) -> dict[str, Any]:
    """A JSON object with exact decimals; ValueError if the body is anything else."""
    try:
        decoded = json.loads(body, parse_float=Decimal)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    if not isinstance(decoded, dict):
        raise ValueError("the body is not a JSON object")
    return decoded


def root_fields(query: str) -> tuple[str | None, list[RootField]]:
    """Kind and root fields of the first operation; (None, []) for a text that cannot be parsed."""
    try:
        document = parse(query)
    except (GraphQLSyntaxError, RecursionError):
        return None, []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            roots = [_root_field(member) for member in _members(document, node.selection_set)]
            return node.operation.value, roots
    return None, []


def _root_field(node: FieldNode) -> RootField:
    arguments = ", ".join(print_ast(argument) for argument in node.arguments or ())
    return RootField(node.name.value, node.alias.value if node.alias else None, arguments)


def _members(document: DocumentNode, selection_set: SelectionSetNode | None) -> Iterable[FieldNode]:
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _members(document, node.selection_set)
        elif isinstance(node, FragmentSpreadNode):
            for definition in document.definitions:
                if isinstance(definition, FragmentDefinitionNode) and definition.name.value == node.name.value:
                    yield from _members(document, definition.selection_set)


def _introspection_errors(document: DocumentNode) -> Iterable[dict[str, Any]]:
    for definition in document.definitions:
        if isinstance(definition, (OperationDefinitionNode, FragmentDefinitionNode)):
            for node in definition.selection_set.selections:
                if isinstance(node, FieldNode) and node.name.value in INTROSPECTION:
                    yield dialect.introspection_refused(node)


def _remember(cache: "OrderedDict[Any, Any]", key: Any, value: Any, size: int) -> None:
    cache[key] = value
    if len(cache) > size:
        cache.popitem(last=False)
