"""`sage-active query`: a GraphQL query of the user's own, which cannot change anything."""

import sys
from typing import Any, Final

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    parse,
    validate,
    visit,
)

from sage_active.arguments import json_object
from sage_active.companies import resolve_companies
from sage_active.config import CompanySelection, ConnectionConfig, validated
from sage_active.direct.answers import PLAIN_DECODER
from sage_active.direct.client import DirectClient
from sage_active.errors import SageActiveError, configuration_error
from sage_active.http.response import Response
from sage_active.resources.schema import packaged_schema
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import connection, keeper, shared_part
from sage_active_cli.console import show_json

# Root fields of queries that send or make something (docs/reference/files.md, "Queries that act").
ACTING: Final = frozenset({"documentPdfEmail", "filesExport"})
STDIN: Final = "-"
# How the request is called, as a stream is.
PURPOSE: Final = "query"
ON_ONE_LINE, INDENT = 0, 2
MOST_PROBLEMS: Final = 5


def run(query: str, config: str, company: str | None, variables: str | None, as_json: bool) -> None:
    """Prints the reply. Raises `SageActiveError` for a query that is refused here or by the service."""
    text = sys.stdin.read() if query == STDIN else query
    require_reading(text)
    body = msgspec.json.encode({"query": text, "variables": json_object(variables, "--variables") if variables else {}})
    file = ConfigurationFile(config, "--config")
    content = file.read()
    settings = validated(ConnectionConfig, shared_part(content))
    with connection(settings, content, keeper(file, settings)) as client:
        if not isinstance(client, DirectClient):
            raise configuration_error(
                "A query needs the direct connection: Maesn has no GraphQL.",
                "Use the configuration of a sign-in to Sage Active itself.",
            )
        reply = _reply(client, body, company)
    show_json(reply, indent=ON_ONE_LINE if as_json else INDENT)


def require_reading(text: str) -> None:
    """Raises a configuration error for what is not one query of the contract, or could change something."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise _wrong(error.message) from None
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if any(operation.operation is not OperationType.QUERY for operation in operations):
        raise configuration_error("Only queries are sent: this document has another operation.", "Send a query.")
    if len(operations) != 1:
        raise _wrong(f"it has {len(operations)} operations instead of one")
    if acting := sorted(_fields(document) & ACTING):
        raise configuration_error(
            f"{', '.join(acting)} has side effects, although it is a query: it was not sent.", "Leave it out."
        )
    if errors := validate(packaged_schema(), document, max_errors=MOST_PROBLEMS):
        raise _wrong("; ".join(error.message.rstrip(".") for error in errors))


def _fields(document: DocumentNode) -> set[str]:
    """The names of all fields, at any depth and in fragments; aliases do not hide them."""
    names = set()

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            names.add(node.name.value)

    visit(document, Fields())
    return names


def _wrong(problem: str) -> SageActiveError:
    end = "" if problem.endswith("?") else "."
    return configuration_error(f"The query does not fit the contract: {problem}{end}", "Correct the query.")


def _reply(client: DirectClient, body: bytes, company: str | None) -> bytes:
    """The data, byte for byte as the service wrote it."""
    target = client.nobody()
    if company:
        found = client.company_list()
        (target,) = resolve_companies([CompanySelection(company_id=company)], found.companies, found.unlisted)

    def decode(response: Response) -> bytes:
        client.answers.data_or_raise(response, PLAIN_DECODER)
        return bytes(response.body)

    return client.post(target, PURPOSE, body, decode)
