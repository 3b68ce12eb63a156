"""How answers of the GraphQL endpoint are decoded: the envelope in full, its rows as bytes."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from sage_active.errors import SageActiveError
from sage_active.excerpt import excerpt
from sage_active.faults import CONTRADICTION, CUT_SHORT, GRAPHQL, MUTATION, UNEXPECTED, Action, Fault, classify
from sage_active.half_characters import decoded
from sage_active.http.transport import UNREADABLE, Response, Transport
from sage_active.limits import LONGEST_ERRORS

Part = TypeVar("Part")


class Location(msgspec.Struct, frozen=True):
    """A place in the document of the request, counted from 1."""

    line: int = 0
    column: int = 0


class GraphQLError(msgspec.Struct, frozen=True):
    """One element of `errors`."""

    message: str | None = None
    path: list[str | int] | None = None
    extensions: Mapping[str, Any] | None = None
    locations: list[Location] | None = None

    @property
    def details(self) -> Mapping[str, Any]:
        """The extensions, empty where there are none."""
        return self.extensions or {}


class GraphQLRefusal(SageActiveError):
    """An answer with GraphQL errors; `errors` tells which fields, filters or costs they are about."""

    errors: "list[GraphQLError]"

    @classmethod
    def of(cls, error: SageActiveError, errors: "list[GraphQLError]") -> "GraphQLRefusal":
        """`error` with the elements it was made from."""
        result = cls(error.fault, error.context)
        result.errors = errors
        return result


class Envelope(msgspec.Struct, Generic[Part], frozen=True):
    """The body of every answer: aliases of root fields, and errors."""

    data: dict[str, Part | None] | None = None
    errors: list[GraphQLError] | None = None


class PageInfo(msgspec.Struct, frozen=True):
    """The Relay page information that reading needs."""

    hasNextPage: bool = False
    endCursor: str | None = None


class Connection(msgspec.Struct, frozen=True):
    """A Relay connection, its rows still bytes."""

    totalCount: int | None = None
    nodes: list[msgspec.Raw] | None = None
    pageInfo: PageInfo | None = None


# What the gateway decides before GraphQL is asked, whatever the body looks like.
GATEWAY_STATUSES = frozenset({401, 403, 429})
SEVERITY = (
    Action.FAIL,
    Action.SIGN_IN_AGAIN,
    Action.SMALLER_PAGE,
    Action.CHANGE_FILTER,
    Action.START_OVER,
    Action.RETRY,
    Action.DROP_FIELD,
)
PAGE_DECODER = msgspec.json.Decoder(Envelope[Connection])
PLAIN_DECODER = msgspec.json.Decoder(Envelope[Any])
_ANY_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])


def data_or_raise(
    transport: Transport, answer: Response, decoder: "msgspec.json.Decoder[Envelope[Part]]"
) -> dict[str, Part | None]:
    """The data of an answer that is whole. Raises `GraphQLRefusal` or another `SageActiveError` for every other one.

    The body's `errors` are read before the status is judged: a 500 with a GraphQL body is not an outage.
    """
    unreadable = False
    try:
        envelope = decoded(decoder, answer.body, f"An answer of {transport.api.value}", transport.warnings)
    except UNREADABLE as exception:
        unreadable = True
        envelope = Envelope(errors=_odd_errors(answer.body))
        if answer.status == 200 and not envelope.errors:
            if isinstance(exception, msgspec.ValidationError):
                detail = f"an answer of another shape, {exception}"
                raise transport.error(CONTRADICTION, detail=detail) from None
            raise transport.error(CUT_SHORT, detail=str(exception)) from None
    if envelope.errors:
        raise refusal(transport, answer, envelope.errors)
    if answer.status != 200 or envelope.data is None:
        text = answer.body[:2000].decode(errors="replace")
        fault = classify(transport.api, answer.status, text=text)
        # A refusal may be cut short as well as a page.
        fault = CUT_SHORT if fault is UNEXPECTED and (unreadable or answer.status == 200) else fault
        raise transport.error(fault, status=answer.status, detail=answer.outline)
    return envelope.data


def _odd_errors(body: bytes | bytearray) -> list[GraphQLError]:
    """Errors of a shape that the GraphQL specification does not have: told as they are."""
    try:
        errors = _ANY_DECODER.decode(body).get("errors")
        text = excerpt(bytes(errors).decode()) if errors else "null"
    except UNREADABLE:
        return []
    return [] if text in ("null", "[]") else [GraphQLError(text)]


def refusal(
    transport: Transport, answer: Response, errors: list[GraphQLError], *, is_write: bool = False
) -> "GraphQLRefusal":
    """The error that `errors` amount to; the table has rows of their own for answers to writes."""
    status = answer.status if answer.status in GATEWAY_STATUSES else None
    # One error that cannot be adapted to decides about all: fields are dropped only where that fixes the answer.
    marks = [GRAPHQL, MUTATION] if is_write else [GRAPHQL]
    faults = (_fault(transport, status, error, marks) for error in errors)
    fault = min(faults, key=lambda candidate: SEVERITY.index(candidate.action))
    detail = excerpt("; ".join(dict.fromkeys(_text(error) for error in errors)), LONGEST_ERRORS)
    return GraphQLRefusal.of(transport.error(fault, status=answer.status, detail=detail), errors)


def _fault(transport: Transport, status: int | None, error: GraphQLError, marks: list[str]) -> Fault:
    code = str(error.details.get("code", ""))
    return classify(transport.api, status, [code, *marks], f"{error.message or ''} {code}")


def _text(error: GraphQLError) -> str:
    explained, message = error.details.get("details"), (error.message or "an error without words").rstrip(".")
    return f"{message} ({explained})" if explained else message
