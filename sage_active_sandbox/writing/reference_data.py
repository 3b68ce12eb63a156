"""Rules for the small reference tables that can be written (docs/reference/objects.md, "Reference data")."""

from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.payment_terms import complete_terms


def complete(attempt: Attempt) -> None:
    """Areas and payment terms: nothing but the lines of payment terms has rules."""
    if "lines" in attempt.row:
        complete_terms(attempt.row["lines"], attempt.problems, "lines")


def complete_payment_mean(attempt: Attempt) -> None:
    """Payment means: the description is unique."""
    attempt.row.update(type="UNDEFINED", inactive=False)
    description = attempt.row.get("description")
    if any(other.get("description") == description for other in attempt.others()):
        attempt.problems.add("codeTaken", "description", value=description)
