"""What Maesn answers: data, a refusal, or nobody knows (docs/reference/maesn.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from sage_active.errors import Errors, SageActiveError
from sage_active.excerpt import excerpt
from sage_active.faults import (
    CONTRADICTION,
    CUT_SHORT,
    MUTATION,
    OBJECT_NOT_OFFERED,
    RECORD_REFUSED,
    REDIRECTED,
    UNEXPECTED,
    Concern,
    Effect,
    classify,
)
from sage_active.half_characters import decoded
from sage_active.http.response import UNREADABLE, Response
from sage_active.limited_warnings import LimitedWarnings
from sage_active.maesn.refusals import body_texts, named_member, refers
from sage_active.redaction import redacted
from sage_active.writing import Refused, Row, Unknown, Writable

Body = TypeVar("Body")
LONGEST_DETAIL: Final = 300
OK: Final = 200
CREATED: Final = 201
SUCCESSES: Final = range(200, 300)
NOT_FOUND: Final = 404


class Pagination(msgspec.Struct, frozen=True):
    """What a page states about the whole list."""

    total: float | None = None
    totalPages: float | None = None


class Meta(msgspec.Struct, frozen=True):
    """What stands beside the data."""

    warnings: list[str] | None = None
    pagination: Pagination | None = None


class RowsBody(msgspec.Struct, frozen=True):
    """A page of a list, its rows still bytes."""

    meta: Meta | None = None
    data: list[msgspec.Raw] | None = None
    errors: Any = None


class Subscription(msgspec.Struct, frozen=True):
    """A subscription of a company."""

    status: str | None = None
    active: bool | None = None


class CompanyRow(msgspec.Struct, frozen=True):
    """A company of the account key."""

    id: str | None = None
    name: str | None = None
    environmentId: str | None = None
    subscription: list[Subscription] | None = None


class CompaniesBody(msgspec.Struct, frozen=True):
    """The list of companies."""

    data: list[CompanyRow] | None = None


class RecordBody(msgspec.Struct, frozen=True):
    """A record, still bytes."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    meta: Meta | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The record as the API answers it, and its warnings, without values of the input."""

    row: bytes
    warnings: tuple[str, ...]


Outcome = Created | Refused | Unknown
ROWS_DECODER: Final = msgspec.json.Decoder(RowsBody)
COMPANIES_DECODER: Final = msgspec.json.Decoder(CompaniesBody)
RECORD_DECODER: Final = msgspec.json.Decoder(RecordBody)


@dataclass(frozen=True, slots=True)
class AnswerDecoder:
    """Turns answers into data, or raises what they amount to."""

    errors: Errors
    warnings: LimitedWarnings

    def body_or_raise(self, answer: Response, decoder: "msgspec.json.Decoder[Body]") -> Body:
        """The body of an answer to a read. Raises `SageActiveError` for every answer that is not whole."""
        if answer.status != OK:
            raise self._refusal(answer)
        try:
            return self._decoded(answer, decoder)
        except msgspec.ValidationError as exception:
            detail = f"an answer of another shape, {exception}"
            raise self.errors.of(CONTRADICTION, detail=detail) from None
        except UNREADABLE as exception:
            raise self.errors.of(CUT_SHORT, detail=str(exception)) from None

    def outcome(self, answer: Response, fields: Sequence[Writable], sent: Row) -> Outcome:
        """What became of a create. Raises `SageActiveError` for what concerns no single record and had no effect."""
        if answer.status in SUCCESSES:
            return self._created(answer, sent)
        text = answer.body[:LONGEST_DETAIL].decode(errors="replace")
        fault = classify(self.errors.api, answer.status, [MUTATION], text)
        if fault is OBJECT_NOT_OFFERED and answer.status == NOT_FOUND and refers(fields, sent):
            fault = RECORD_REFUSED
        if fault.concerns is Concern.RECORD:
            texts = list(dict.fromkeys(body_texts(answer.body)))
            detail = redacted("; ".join(texts), sent)[:LONGEST_DETAIL].rstrip(". ")
            return Refused(self.errors.of(fault, status=answer.status, detail=detail), named_member(texts, fields))
        error = self.errors.of(fault, status=answer.status, detail=answer.outline)
        if fault.effect is Effect.UNKNOWN:
            # Sage Active may go on with what Maesn no longer waits for.
            return Unknown(error, may_still=True)
        raise error

    def _created(self, answer: Response, sent: Row) -> Created | Unknown:
        may_still = answer.status != CREATED
        try:
            body = self._decoded(answer, RECORD_DECODER)
        except UNREADABLE as exception:
            return Unknown(self.errors.of(CUT_SHORT, detail=str(exception)), may_still)
        row = bytes(body.data)
        if not row.startswith(b"{"):
            detail = f"HTTP {answer.status} without a record"
            return Unknown(self.errors.of(CONTRADICTION, detail=detail), may_still)
        warnings = (body.meta and body.meta.warnings) or ()
        return Created(row, tuple(redacted(warning, sent) for warning in warnings))

    def _refusal(self, answer: Response) -> SageActiveError:
        fault = classify(self.errors.api, answer.status, text=excerpt(answer.body))
        detail = excerpt("; ".join(dict.fromkeys(body_texts(answer.body)))).strip().rstrip(". ")
        if not detail or fault in (REDIRECTED, UNEXPECTED):
            # Where the status says most: the text may be that of a proxy's page.
            detail = ": ".join(filter(None, (answer.outline, detail)))
        return self.errors.of(fault, status=answer.status, detail=detail)

    def _decoded(self, answer: Response, decoder: "msgspec.json.Decoder[Body]") -> Body:
        return decoded(decoder, answer.body, f"An answer of {self.errors.api.value}", self.warnings)
