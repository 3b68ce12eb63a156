"""Rules for the small reference tables that can be written (docs/reference/objects.md, "Reference data")."""

from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.payment_terms import complete_terms


def complete(attempt: Attempt) -> None:
    """Areas, payment means and terms: nothing but the lines of payment terms has rules of its own."""
    if "lines" in attempt.row:
        complete_terms(attempt.row["lines"], attempt.problems, "lines")
