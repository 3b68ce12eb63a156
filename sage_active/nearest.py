"""What a misspelt name may have been meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

# How alike two names must be for one to be meant by the other.
LIKENESS: Final = 0.6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, whatever the case of either; None where none is.

    >>> nearest("Custmers", ["customers", "items"])
    'customers'
    """
    by_fold = {candidate.casefold(): candidate for candidate in known}
    alike = get_close_matches(name.casefold(), by_fold, 1, LIKENESS)
    return by_fold[alike[0]] if alike else None
