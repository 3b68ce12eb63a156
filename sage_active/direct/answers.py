"""How answers of the GraphQL endpoint are decoded: the envelope in full, its rows as bytes, for reads and writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from sage_active.direct.query import PAGE
from sage_active.errors import Errors, SageActiveError
from sage_active.excerpt import excerpt
from sage_active.fault_table.any_api import RATE_LIMITED
from sage_active.fault_table.direct import GATEWAY
from sage_active.faults import CONTRADICTION, CUT_SHORT, GRAPHQL, MUTATION, UNEXPECTED, Action, Denial, Fault, classify
from sage_active.half_characters import decoded
from sage_active.http.response import UNREADABLE, Response
from sage_active.limited_warnings import LimitedWarnings
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

    def of_market(self, target_system: str) -> "GraphQLRefusal":
        """The same refusal, naming another market."""
        return GraphQLRefusal.of(super().of_market(target_system), self.errors)


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


OK = 200
# Bytes of a body in which the marks of a fault are looked for.
LONGEST_TEXT = 2000
# What the gateway decides before GraphQL is asked, whatever the body looks like.
GATEWAY_STATUSES = frozenset(status for fault in (*GATEWAY, RATE_LIMITED) for status in fault.statuses)
SEVERITY = (
    Action.FAIL,
    Action.SIGN_IN_AGAIN,
    Action.SMALLER_PAGE,
    Action.CHANGE_FILTER,
    Action.START_OVER,
    Action.RETRY,
    Action.DROP_FIELD,
)
# The data of queries for pages and counts, by alias.
Answered = Mapping[str, Connection | None]
PAGE_DECODER = msgspec.json.Decoder(Envelope[Connection])
PLAIN_DECODER = msgspec.json.Decoder(Envelope[Any])
_ANY_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class MutationAnswer:
    """A GraphQL answer to mutations: it has data or errors."""

    response: Response
    envelope: Envelope[Any]

    @property
    def data(self) -> Mapping[str, Any]:
        """The results by alias, empty where there are none."""
        return self.envelope.data or {}

    @property
    def errors(self) -> list[GraphQLError]:
        """The errors, empty where there are none."""
        return self.envelope.errors or []


@dataclass(frozen=True, slots=True)
class AnswerDecoder:
    """Turns answers into data, or raises what they amount to."""

    errors: Errors
    warnings: LimitedWarnings

    def data_or_raise(
        self, answer: Response, decoder: "msgspec.json.Decoder[Envelope[Part]]"
    ) -> dict[str, Part | None]:
        """The data of an answer that is whole. Raises `GraphQLRefusal` or another `SageActiveError` for every other.

        The body's `errors` are read before the status is judged: a 500 with a GraphQL body is not an outage.
        """
        is_unreadable = False
        try:
            envelope = self._envelope(answer, decoder)
        except UNREADABLE as exception:
            is_unreadable = True
            envelope = Envelope(errors=_odd_errors(answer.body))
            if answer.status == OK and not envelope.errors:
                if isinstance(exception, msgspec.ValidationError):
                    detail = f"an answer of another shape, {exception}"
                    raise self.errors.of(CONTRADICTION, detail=detail) from None
                raise self.errors.of(CUT_SHORT, detail=str(exception)) from None
        if envelope.errors:
            raise self.refusal(answer, envelope.errors)
        if answer.status != OK or envelope.data is None:
            # A refusal may be cut short as well as a page.
            raise self._without_errors(answer, may_be_cut=is_unreadable)
        return envelope.data

    def mutations(self, answer: Response) -> MutationAnswer:
        """What a write was answered, in part or in full: its errors tell of which command, and are not raised.

        Raises `SageActiveError` for what the gateway decides, and for what is not a GraphQL answer.
        """
        if answer.status in GATEWAY_STATUSES:
            self.data_or_raise(answer, PLAIN_DECODER)
        try:
            envelope = self._envelope(answer, PLAIN_DECODER)
        except UNREADABLE as exception:
            if answer.status == OK:
                raise self.errors.of(CUT_SHORT, detail=str(exception)) from None
            envelope = Envelope()
        if envelope.data is None and not envelope.errors:
            if answer.status == OK:
                raise self.errors.of(CUT_SHORT, status=OK, detail=answer.outline)
            raise self._without_errors(answer, may_be_cut=False)
        return MutationAnswer(answer, envelope)

    def refusal(self, answer: Response, errors: list[GraphQLError], *, is_write: bool = False) -> GraphQLRefusal:
        """The error that `errors` amount to; the table has rows of their own for answers to writes."""
        status = answer.status if answer.status in GATEWAY_STATUSES else None
        marks = [GRAPHQL, MUTATION] if is_write else [GRAPHQL]
        faults = [self._fault(status, error, marks) for error in errors]
        # One error that cannot be adapted to decides about all: fields are dropped only where that fixes the answer.
        fault = min(faults, key=lambda candidate: SEVERITY.index(candidate.action))
        if fault.denies is Denial.EDITION:
            # What is unclear is a right.
            fault = next((candidate for candidate in faults if candidate.denies is Denial.RIGHT), fault)
        detail = excerpt("; ".join(dict.fromkeys(_message_of(error) for error in errors)), LONGEST_ERRORS)
        return GraphQLRefusal.of(self.errors.of(fault, status=answer.status, detail=detail), errors)

    def _envelope(self, answer: Response, decoder: "msgspec.json.Decoder[Envelope[Part]]") -> Envelope[Part]:
        return decoded(decoder, answer.body, f"An answer of {self.errors.api.value}", self.warnings)

    def _without_errors(self, answer: Response, *, may_be_cut: bool) -> SageActiveError:
        """What an answer without data and GraphQL errors amounts to."""
        text = answer.body[:LONGEST_TEXT].decode(errors="replace")
        fault = classify(self.errors.api, answer.status, text=text)
        if fault is UNEXPECTED and (may_be_cut or answer.status == OK):
            fault = CUT_SHORT
        return self.errors.of(fault, status=answer.status, detail=answer.outline)

    def _fault(self, status: int | None, error: GraphQLError, marks: list[str]) -> Fault:
        code = str(error.details.get("code", ""))
        return classify(self.errors.api, status, [code, *marks], f"{error.message or ''} {code}")


def page_or_raise(errors: Errors, data: Answered) -> Connection:
    """The page that a `page_query` asked for. Raises `SageActiveError` where it is null."""
    connection = data.get(PAGE)
    if connection is None:
        raise errors.of(CONTRADICTION, detail="a page that is null")
    return connection


def _odd_errors(body: bytes | bytearray) -> list[GraphQLError]:
    """Errors of a shape that the GraphQL specification does not have: told as they are."""
    try:
        errors = _ANY_DECODER.decode(body).get("errors")
        text = excerpt(bytes(errors).decode()) if errors else "null"
    except UNREADABLE:
        return []
    return [] if text in ("null", "[]") else [GraphQLError(text)]


def _message_of(error: GraphQLError) -> str:
    explained, message = error.details.get("details"), (error.message or "an error without words").rstrip(".")
    return f"{message} ({explained})" if explained else message
