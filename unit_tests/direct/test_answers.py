"""Answers of the GraphQL endpoint: errors before statuses, whole data or none, rows decoded no further than needed."""

import json
from typing import Any

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from sage_active.direct.answers import PAGE_DECODER, AnswerDecoder, GraphQLRefusal
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api
from sage_active.http.response import Response
from sage_active.limited_warnings import LimitedWarnings

ANSWERS = AnswerDecoder(Errors(Api.DIRECT, "sage-active-de"), LimitedWarnings())
DATA = {"page": {"totalCount": 1, "nodes": [{"id": "1"}], "pageInfo": {"hasNextPage": False, "endCursor": None}}}


def answer(content: Any, status: int = 200) -> Response:
    """An answer with a JSON body."""
    return Response(status, {}, content if isinstance(content, bytes) else json.dumps(content).encode())


def fault_of(received: Response) -> str:
    """The name of the fault that an answer is judged to be."""
    with pytest.raises(SageActiveError) as raised:
        ANSWERS.data_or_raise(received, PAGE_DECODER)
    return raised.value.fault.name


def test_whole_data() -> None:
    page = ANSWERS.data_or_raise(answer({"data": DATA}), PAGE_DECODER)["page"]
    assert page
    assert (page.totalCount, len(page.nodes or ())) == (1, 1)


@pytest.mark.parametrize("errors", [None, []])
def test_no_errors_are_none(errors: Any) -> None:
    assert ANSWERS.data_or_raise(answer({"data": DATA, "errors": errors}), PAGE_DECODER)["page"]


@pytest.mark.parametrize("status", [200, 400, 500])
def test_errors_are_read_before_the_status(status: int) -> None:
    error = {"message": "The field `x` does not exist on the type `Customer`."}
    assert fault_of(answer({"errors": [error]}, status)) == "field-unknown"


def test_partial_data_is_never_whole() -> None:
    error = {"message": "refused", "path": ["page", "nodes", 0, "x"], "extensions": {"code": "AUTH_NOT_AUTHORIZED"}}
    with pytest.raises(GraphQLRefusal) as raised:
        ANSWERS.data_or_raise(answer({"data": DATA, "errors": [error]}), PAGE_DECODER)
    assert raised.value.fault.name == "right-missing"
    assert raised.value.errors[0].path == ["page", "nodes", 0, "x"]
    assert raised.value.errors[0].details["code"] == "AUTH_NOT_AUTHORIZED"


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (b"", 200, "cut-short"),
        (b"<html>", 200, "cut-short"),
        (b'{"data":{"page":', 200, "cut-short"),
        (b'{"data":null}', 200, "cut-short"),
        (b"{}", 200, "cut-short"),
        (b"[]", 200, "contradiction"),
        (b'{"data":{"page":{"totalCount":"1"}}}', 200, "contradiction"),
        (b'{"data":{"page":{"nodes":[{"id":"1","name":"\xff"}]}}}', 200, "cut-short"),
        (b'{"data":{"page":{"nodes":[{"id":"1","name":"\xed\xa0\xbd"}]}}}', 200, "cut-short"),
        (b'{"data":{"page":{"nodes":[{"id":"1"', 200, "cut-short"),
        (b"oops", 500, "server-error"),
        (b"<html>", 502, "server-error"),
        (b'{"data":null}', 500, "server-error"),
        (b'{"statusCode":401,"message":"JWT not present."}', 401, "access-token-refused"),
        (
            b'{"statusCode":401,"message":"Access denied due to invalid subscription key. Make sure to"}',
            401,
            "wrong-subscription-key",
        ),
        (b'{"statusCode":429}', 429, "rate-limited"),
        (b"", 403, "never-signed-in"),
        (b'{"errors":{"X-OrganizationId":["wrong"]}}', 400, "organization-missing"),
        (b'{"errors":[{"message":"\xff"}]}', 200, "cut-short"),
        (b'{"errors":[{"message":"\xff"}]}', 500, "server-error"),
    ],
)
def test_everything_else_has_a_fault(content: bytes, status: int, expected: str) -> None:
    assert fault_of(answer(content, status)) == expected


@pytest.mark.parametrize(
    "error",
    [
        {"message": None},
        {"message": "x", "path": None, "extensions": None},
        {"message": "x", "path": ["a", 1], "locations": [{"line": 1, "column": 1}]},
        {},
    ],
)
def test_odd_errors_are_still_errors(error: dict[str, Any]) -> None:
    assert fault_of(answer({"data": DATA, "errors": [error]})) == "graphql-error"


def test_odd_errors_are_masked_before_they_are_cut() -> None:
    add_to_secrets("canary-of-odd-errors")
    with pytest.raises(SageActiveError) as raised:
        ANSWERS.data_or_raise(
            answer(f'{{"errors":{{"told":"{"xü" * 95}canary-of-odd-errors"}}}}'.encode()), PAGE_DECODER
        )
    assert "xü" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_all_errors_are_reported_once() -> None:
    errors = [
        {"message": "one.", "extensions": {"details": "more"}},
        {"message": "two"},
        {"message": "two"},
    ]
    with pytest.raises(SageActiveError) as raised:
        ANSWERS.data_or_raise(answer({"errors": errors}), PAGE_DECODER)
    assert raised.value.context.detail == "one (more); two"
