"""Rules for exercises and their periods (docs/reference/accounting.md, "Journals and exercises")."""

import calendar
from datetime import UTC, datetime, timedelta

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.attempt import Attempt

MONTHS_OF_A_YEAR = 12
ONE_DAY = timedelta(days=1)


def complete(attempt: Attempt) -> None:
    """Divide the exercise into its periods; note days that another exercise has, and numbers that do not fit."""
    row, target, problems = attempt.row, attempt.target, attempt.problems
    start, count = row["startDate"], row["numberPeriods"]
    if not 1 <= count <= MONTHS_OF_A_YEAR:
        problems.add("outOfRange", "numberPeriods", allowed=f"1-{MONTHS_OF_A_YEAR}")
        return
    # Without a last day a period is a month; with one, the months are shared out evenly.
    end = row.get("endDate") or month_after(start, count) - ONE_DAY
    months = (end.year - start.year) * MONTHS_OF_A_YEAR + end.month - start.month + 1
    row.update(endDate=end, periods=[])
    if end < start or months % count:
        problems.add("outOfRange", "endDate", allowed=f"{count} periods of whole months")
        return
    if any(other["startDate"] <= end and start <= other["endDate"] for other in attempt.others()):
        problems.add("codeTaken", "startDate", value=start.date())
    first = start
    for position in range(1, count + 1):
        following = month_after(start, position * (months // count))
        last = end if position == count else following - ONE_DAY
        row["periods"].append(target.stamped(_period(first, last)))
        first = following


def month_after(moment: datetime, months: int) -> datetime:
    """The first day of the month so many months later."""
    years, month = divmod(moment.month - 1 + months, MONTHS_OF_A_YEAR)
    return datetime(moment.year + years, month + 1, 1, tzinfo=UTC)


def _period(first: datetime, last: datetime) -> Row:
    name = calendar.month_name[first.month].upper()
    return {"startDate": first, "endDate": last, "month": name, "isClosed": False}
