"""The times for which reports are made: exercises, and periods of those that are still open."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sage_active.resources.resource import Row

EXERCISES: Final = "accountingExercises"
CLOSED: Final = "CLOSED"
# ThirdPartyOriginType of the schema file.
THIRD_PARTY_TYPES: Final = ("CUSTOMER", "SUPPLIER", "EMPLOYEE")

Rows = Mapping[str, Sequence[Row]]
Arguments = Mapping[str, Any]


def exercises(rows: Rows) -> Iterator[Arguments]:
    """Each exercise from its first to its last day."""
    for exercise in rows[EXERCISES]:
        yield _between(exercise, exercise)


def exercises_or_periods(rows: Rows) -> Iterator[Arguments]:
    """Each closed exercise as a whole, of an open one each period: what is closed no longer moves."""
    for exercise in rows[EXERCISES]:
        periods = exercise.get("periods") or ()
        spans = periods if periods and exercise.get("status") != CLOSED else (exercise,)
        for span in spans:
            yield _between(exercise, span)


def for_each_third_party_type(rows: Rows) -> Iterator[Arguments]:
    """The same, for customers, suppliers and employees."""
    for arguments in exercises_or_periods(rows):
        for kind in THIRD_PARTY_TYPES:
            yield {**arguments, "thirdPartyType": kind}


def _between(exercise: Row, span: Row) -> Arguments:
    return {"exerciseId": exercise["id"], "startDate": span.get("startDate"), "endDate": span.get("endDate")}
