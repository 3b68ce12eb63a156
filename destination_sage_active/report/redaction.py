"""What an API said about a record, fit for logs: without the record's own values."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from sage_active.errors import SageActiveError
from sage_active.masking import masked
from sage_active.writing import Row

HIDDEN: Final = "…"
# Shorter texts are parts of other words and tell nothing.
SHORTEST_HIDDEN: Final = 2
# An answer may repeat a whole record.
LONGEST_DETAIL: Final = 500


def without_values(error: SageActiveError, values: Row) -> str:
    """The error's message; every text of `values` that it quotes is hidden."""
    # Secrets first: a value of the record may be a part of one, and half of one is no longer recognised.
    detail = masked(error.context.detail)
    for text in sorted(set(_texts(values)), key=len, reverse=True):
        for form in (text, json.dumps(text, ensure_ascii=False)[1:-1]):
            if form.casefold() in detail.casefold():
                detail = _whole(form).sub(HIDDEN, detail)
    if len(detail) > LONGEST_DETAIL:
        detail = detail[:LONGEST_DETAIL] + HIDDEN
    return str(SageActiveError(error.fault, replace(error.context, detail=detail)))


def _whole(text: str) -> re.Pattern[str]:
    """The text where it is not part of a longer word."""
    before, after = (r"(?<!\w)" if text[0].isalnum() else ""), (r"(?!\w)" if text[-1].isalnum() else "")
    return re.compile(f"{before}{re.escape(text)}{after}", re.IGNORECASE)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(text := value.strip()) >= SHORTEST_HIDDEN:
            yield text
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
