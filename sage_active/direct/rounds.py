"""Questions of several inquiries in the same requests, round by round.

An inquiry is a generator: it yields its questions, receives the outcomes, and asks again or returns its result.
"""

from collections.abc import Generator, Hashable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from sage_active.client import Company
from sage_active.direct.aliased import AliasedQuery, Ok, Outcome, Unknown
from sage_active.direct.query import RootField, WrittenField
from sage_active.half_characters import decoded
from sage_active.http.response import UNREADABLE

Part = TypeVar("Part")
Result = TypeVar("Result")
Questions: TypeAlias = Mapping[Any, RootField | WrittenField]
# Parts are bytes still: each inquiry knows what its own must look like.
Outcomes: TypeAlias = Mapping[Any, Outcome[msgspec.Raw]]
Inquiry: TypeAlias = Generator[Questions, Outcomes, Result]
PURPOSE: Final = "census"
DECODER: Final = msgspec.json.Decoder(msgspec.Raw)


def ask_together(aliased: AliasedQuery, company: Company, *inquiries: Inquiry[Any]) -> Sequence[Any]:
    """The result of each inquiry in one company.

    Raises `SageActiveError` when the API cannot be reached or does not accept the sign-in.
    """
    results: list[Any] = [None] * len(inquiries)
    questions: dict[int, Questions] = {}

    def resume(number: int, outcomes: Outcomes | None) -> None:
        try:
            # A generator that has not begun takes None.
            questions[number] = inquiries[number].send(outcomes)  # type: ignore[arg-type]
        except StopIteration as end:
            questions.pop(number, None)
            results[number] = end.value

    for number in range(len(inquiries)):
        resume(number, None)
    while questions:
        fields: dict[Hashable, RootField | WrittenField] = {
            (number, key): field for number, fields_of in questions.items() for key, field in fields_of.items()
        }
        outcomes = aliased.ask(fields, company, PURPOSE, DECODER) if fields else {}
        for number, fields_of in list(questions.items()):
            resume(number, {key: outcomes[number, key] for key in fields_of})
    return results


def outcome_as(decoder: "msgspec.json.Decoder[Part]", outcome: Outcome[msgspec.Raw]) -> Outcome[Part]:
    """The outcome, its part decoded; unknown where it has another shape."""
    if not isinstance(outcome, Ok):
        return outcome
    try:
        return Ok(decoded(decoder, bytes(outcome.data), "An answer"), outcome.date)
    except UNREADABLE:
        return Unknown()
