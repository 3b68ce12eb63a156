"""What an API said about a record, fit for logs: without the record's own values."""

from dataclasses import replace
from typing import Final

from sage_active.errors import SageActiveError
from sage_active.redaction import HIDDEN, redacted
from sage_active.writing import Row

# An answer may repeat a whole record.
LONGEST_DETAIL: Final = 500


def without_values(error: SageActiveError, values: Row) -> str:
    """The error's message; every text of `values` that it quotes is hidden."""
    detail = redacted(error.context.detail, values)
    if len(detail) > LONGEST_DETAIL:
        detail = detail[:LONGEST_DETAIL] + HIDDEN
    return str(SageActiveError(error.fault, replace(error.context, detail=detail)))
