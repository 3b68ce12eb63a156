"""What trial balances and third-party balances share: sums of a period and since the start of the exercise."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports.inputs import input_day, named_exercise, preceding
from sage_active_sandbox.graphql_api.reports.postings import Posting, Selection, Sums, postings
from sage_active_sandbox.store import Row

Input = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What a line counts for: an account or a third party, its code, and the members that describe it."""

    key: str
    code: str
    members: Row


SubjectOf = Callable[[Posting], Subject | None]


@dataclass
class Turnover:
    """The sums of one subject."""

    subject: Subject
    period: Sums = field(default_factory=Sums)
    accumulated: Sums = field(default_factory=Sums)

    def row(self) -> Row:
        """The row of the report."""
        return {**self.subject.members, **self.period.members(), **self.accumulated.members(accumulated=True)}


@dataclass(frozen=True, kw_only=True)
class Options:
    """The members of a report's input under names that both reports share."""

    comparative: bool
    first_code: str | None
    last_code: str | None
    without_zero_balance: bool


def turnovers(call: Call, sent: Input, options: Options, subject_of: SubjectOf) -> list[Row]:
    """The rows of a report in the order of their codes.

    `accumulated…` counts from the start of the exercise to the end of the report, or the same days of the exercise
    before, if the report is comparative (switch comparative_reports).
    """
    exercise = named_exercise(call, sent["exerciseId"])
    first, last = input_day(call, sent["startDate"]), input_day(call, sent["endDate"])
    found: dict[str, Turnover] = {}
    compared = options.comparative and call.switches.comparative_reports == "year_before"
    for posting in _postings(call, sent, exercise, exercise["startDate"].date(), last):
        turnover = _turnover(found, subject_of(posting))
        if turnover is not None and posting.day >= first:
            turnover.period.add(posting.line)
        if turnover is not None and not compared:
            turnover.accumulated.add(posting.line)
    for posting in _year_before(call, sent, exercise, first, last) if compared else ():
        turnover = _turnover(found, subject_of(posting))
        if turnover is not None:
            turnover.accumulated.add(posting.line)
    return [
        turnover.row()
        for turnover in sorted(found.values(), key=lambda turnover: turnover.subject.code)
        if _within(turnover.subject.code, options.first_code, options.last_code)
        and not (options.without_zero_balance and turnover.accumulated.balance == 0 == turnover.period.balance)
    ]


def _turnover(found: dict[str, Turnover], subject: Subject | None) -> Turnover | None:
    return None if subject is None else found.setdefault(subject.key, Turnover(subject))


def _within(code: str, first: str | None, last: str | None) -> bool:
    """Is the code between two others; one that begins with the last belongs to it."""
    return (not first or code >= first) and (not last or code[: len(last)] <= last)


def _postings(call: Call, sent: Input, exercise: Row, first: date, last: date) -> Iterable[Posting]:
    optional = call.company is not None and call.company.market == "ES"
    selection = Selection(
        first=first,
        last=last,
        exercise=exercise,
        carry_forward=bool(sent.get("showTemporaryCarryForward")),
        # Only ES has the option; elsewhere nothing is hidden.
        closing=bool(sent.get("showClosingEntries")) or not optional,
    )
    return postings(call, selection)


def _year_before(call: Call, sent: Input, exercise: Row, first: date, last: date) -> Iterable[Posting]:
    earlier = preceding(call, exercise)
    if earlier is None:
        return ()
    distance = timedelta(days=(exercise["startDate"] - earlier["startDate"]).days)
    return _postings(call, sent, earlier, first - distance, min(last - distance, earlier["endDate"].date()))
