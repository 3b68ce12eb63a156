"""What the inputs of reports mean: days, and the exercise that an id names."""

from datetime import date, datetime

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.days import day_of
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import refused


def input_day(call: Call, moment: datetime) -> date:
    """The day that a DateTime of an input names, in the zone in which the server shows its days (switch days)."""
    return day_of(moment, call.switches.days)


def named_exercise(call: Call, exercise_id: str) -> Row:
    """The exercise of an input; RefusedError if the company has none of this id."""
    found = call.scope.find("AccountingExercise", exercise_id)
    if found is None:
        raise refused("unknownReference", "exerciseId", value=exercise_id)
    return found


def preceding(call: Call, exercise: Row) -> Row | None:
    """The exercise that ends before this one starts, if there is one."""
    earlier = [row for row in call.scope.rows("AccountingExercise") if row["endDate"] < exercise["startDate"]]
    return max(earlier, key=_end, default=None)


def current_exercise(call: Call) -> Row | None:
    """The last exercise that has begun on the server's day, else the last one; None in a company without any."""
    rows = sorted(call.scope.rows("AccountingExercise"), key=_end)
    begun = [row for row in rows if row["startDate"] <= call.store.clock.now()]
    found = begun or rows
    return found[-1] if found else None


def _end(exercise: Row) -> datetime:
    end: datetime = exercise["endDate"]
    return end
