"""The schema that the server shows of itself, where it does: as a file, else by introspection.

Source: docs/reference/server-behaviour.md, "Schema at run time".
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from graphql import GraphQLError, GraphQLSchema, build_ast_schema, build_client_schema, get_introspection_query, parse

from sage_active.direct.answers import PLAIN_DECODER, AnswerDecoder
from sage_active.direct.contract import Contract, Field
from sage_active.direct.query import Query
from sage_active.errors import SageActiveError
from sage_active.faults import CUT_SHORT
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.transport import Transport

LOGGER = logging.getLogger("airbyte")


def served_contract(
    transport: Transport, answers: AnswerDecoder, url: str, headers: Mapping[str, str]
) -> Contract | None:
    """The contract that the server shows; None where it shows none."""

    def from_file(answer: Response) -> GraphQLSchema:
        if answer.status != 200 or b"type Query" not in answer.body:
            raise transport.errors.of(CUT_SHORT, detail="no schema")
        return build_ast_schema(parse(answer.body.decode(), no_location=True), assume_valid=True)

    def from_introspection(answer: Response) -> GraphQLSchema:
        data = answers.data_or_raise(answer, PLAIN_DECODER)
        return build_client_schema({"__schema": data["__schema"]}, assume_valid=True)  # type: ignore[typeddict-item]

    question = Query(get_introspection_query(descriptions=False), {}).body()
    attempts: tuple[tuple[str, str, bytes | None, Callable[[Response], GraphQLSchema]], ...] = (
        ("GET", f"{url}?sdl", None, from_file),
        ("GET", f"{url}/schema.graphql", None, from_file),
        ("POST", url, question, from_introspection),
    )
    for method, address, body, decode in attempts:
        try:
            request = Request(method, address, headers=headers, body=body)
            return Contract(transport.send_once(request, decode))
        except (SageActiveError, GraphQLError, KeyError, ValueError, TypeError) as reason:
            LOGGER.debug("The server shows no schema (%s %s): %s", method, address, reason)
    return None


def with_additions(known: tuple[Field, ...], served: tuple[Field, ...]) -> tuple[Field, ...]:
    """The packaged fields, and the leaves that only the server knows."""
    by_name = {field.name: field for field in served}
    deepened = tuple(
        replace(field, children=with_additions(field.children, by_name[field.name].children))
        if field.children and field.name in by_name
        else field
        for field in known
    )
    names = {field.name for field in known}
    return deepened + tuple(field for field in served if field.name not in names and not field.children)
