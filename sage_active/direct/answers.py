"""How answers of the GraphQL endpoint are decoded: the envelope in full, each row only as far as its key and dates."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from sage_active.client import Page
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION, CUT_SHORT, classify
from sage_active.moments import normalised
from sage_active.transport import Answer, Transport

Part = TypeVar("Part")


class GraphQLError(msgspec.Struct, frozen=True):
    """One element of `errors`."""

    message: str = ""
    path: list[str | int] | None = None
    extensions: Mapping[str, Any] | None = None

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
        made = cls(error.fault, error.circumstances)
        made.errors = errors
        return made


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


class Head(msgspec.Struct):
    """What is decoded of a row."""

    id: str
    creationDate: str | None = None
    modificationDate: str | None = None


PAGE_DECODER = msgspec.json.Decoder(Envelope[Connection])
PLAIN_DECODER = msgspec.json.Decoder(Envelope[Any])
HEAD_DECODER = msgspec.json.Decoder(Head)


def page_of(transport: Transport, nodes: list[msgspec.Raw]) -> tuple[Page, str | None]:
    """Rows with their keys and dates, and the earliest creation date among them (they are ordered by it).

    Raises a retryable error when a row has no id or no readable date.
    """
    try:
        heads = [HEAD_DECODER.decode(node) for node in nodes]
        dates = [normalised(head.modificationDate) or normalised(head.creationDate) for head in heads]
        earliest = next((date for head in heads if (date := normalised(head.creationDate))), None)
    except (msgspec.DecodeError, ValueError) as exception:
        raise transport.error(CONTRADICTION, detail=f"a row without a usable key or date, {exception}") from None
    return Page([bytes(node) for node in nodes], [head.id for head in heads], dates), earliest


def judged(
    transport: Transport, answer: Answer, decoder: "msgspec.json.Decoder[Envelope[Part]]"
) -> dict[str, Part | None]:
    """The data of an answer that is whole. Raises `GraphQLRefusal` or another `SageActiveError` for every other one.

    The body's `errors` are read before the status is judged: a 500 with a GraphQL body is not an outage.
    """
    try:
        envelope = decoder.decode(answer.body)
    except msgspec.DecodeError as exception:
        if answer.status == 200:
            raise transport.error(CUT_SHORT, detail=str(exception)) from None
        envelope = Envelope()
    if envelope.errors:
        raise refusal(transport, answer, envelope.errors)
    if answer.status != 200 or envelope.data is None:
        text = answer.body[:2000].decode(errors="replace")
        fault = classify(transport.api, answer.status, text=text) if answer.status != 200 else CUT_SHORT
        raise transport.error(fault, status=answer.status, detail=f"HTTP {answer.status}")
    return envelope.data


def refusal(transport: Transport, answer: Answer, errors: list[GraphQLError]) -> "GraphQLRefusal":
    """The error that `errors` amount to."""
    codes = [str(error.details.get("code")) for error in errors]
    text = "\n".join(f"{error.message} {error.details.get('code', '')}" for error in errors)
    # Marks the answer as one that has GraphQL errors, for the row that catches all others.
    fault = classify(transport.api, None, [*codes, "GRAPHQL"], text)
    detail = "; ".join(dict.fromkeys(_words(error) for error in errors))
    return GraphQLRefusal.of(transport.error(fault, status=answer.status, detail=detail), errors)


def _words(error: GraphQLError) -> str:
    explained = error.details.get("details")
    return f"{error.message.rstrip('.')} ({explained})" if explained else error.message.rstrip(".")
