"""Questions of several askers in the same requests, round by round.

An asker is a generator: it yields what it wants to know, receives the outcomes, and asks again or returns its result.
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
# Parts are bytes still: each asker knows what its own must look like.
Outcomes: TypeAlias = Mapping[Any, Outcome[msgspec.Raw]]
Asker: TypeAlias = Generator[Questions, Outcomes, Result]
PURPOSE: Final = "census"
DECODER: Final = msgspec.json.Decoder(msgspec.Raw)


def ask_together(aliased: AliasedQuery, company: Company, *askers: Asker[Any]) -> Sequence[Any]:
    """The result of each asker in one company.

    Raises `SageActiveError` when the API cannot be reached or does not accept the sign-in.
    """
    results: list[Any] = [None] * len(askers)
    questions: dict[int, Questions] = {}

    def resume(number: int, outcomes: Outcomes | None) -> None:
        try:
            # A generator that has not begun takes None.
            questions[number] = askers[number].send(outcomes)  # type: ignore[arg-type]
        except StopIteration as end:
            questions.pop(number, None)
            results[number] = end.value

    for number in range(len(askers)):
        resume(number, None)
    while questions:
        fields: dict[Hashable, RootField | WrittenField] = {
            (number, key): field for number, wanted in questions.items() for key, field in wanted.items()
        }
        outcomes = aliased.ask(fields, company, PURPOSE, DECODER) if fields else {}
        for number, wanted in list(questions.items()):
            resume(number, {key: outcomes[number, key] for key in wanted})
    return results


def outcome_as(decoder: "msgspec.json.Decoder[Part]", outcome: Outcome[msgspec.Raw]) -> Outcome[Part]:
    """The outcome, its part decoded; unknown where it has another shape."""
    if not isinstance(outcome, Ok):
        return outcome
    try:
        return Ok(decoded(decoder, bytes(outcome.data), "An answer"), outcome.date)
    except UNREADABLE:
        return Unknown()
