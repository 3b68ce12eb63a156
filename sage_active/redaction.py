"""What an API says about a record, without the record's own values, because it ends up in logs."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sage_active.masking import masked

HIDDEN: Final = "…"
# Shorter texts are parts of other words and tell nothing.
SHORTEST_HIDDEN: Final = 2


def redacted(text: str, values: Mapping[str, Any]) -> str:
    """`text` without secrets, and without every text of `values`, at any depth, that it quotes."""
    # Secrets first: a value of the record may be a part of one, and half of one is no longer recognised.
    text = masked(text)
    for value in sorted(set(_texts(values)), key=len, reverse=True):
        for form in (value, json.dumps(value, ensure_ascii=False)[1:-1]):
            if form.casefold() in text.casefold():
                text = _whole(form).sub(HIDDEN, text)
    return text


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
