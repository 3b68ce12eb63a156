"""In which days something can be booked (docs/reference/accounting.md, "Creating entries")."""

from datetime import datetime

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.writing.refusals import Problems


def check_open(date: datetime, member: str, books: Books, problems: Problems) -> None:
    """Note a day without an exercise, and one whose exercise or period is closed."""
    exercise, period = books.exercise(date), books.period(date)
    if exercise is None or period is None:
        problems.add("noExercise", member, value=date.date())
    elif exercise["status"] == "CLOSED" or period["isClosed"]:
        problems.add("periodClosed", member, value=date.date())
