"""When two names are the same one in different spellings."""

from collections.abc import Iterable
from functools import lru_cache


def folded(name: str) -> str | None:
    """A name without case and underscores; None for a platform's own, which begin with one (`_airbyte_raw_id`)."""
    return None if name.startswith("_") else name.replace("_", "").casefold()


@lru_cache(maxsize=4096)
def letters(name: str) -> str:
    """A name, or a value of a list of choices, without case, blanks, hyphens and underscores."""
    return "".join(character for character in name if character.isalnum()).casefold()


def same_name(name: str, names: Iterable[str]) -> str:
    """The one of `names` that `name` is, or is in another spelling; else the name itself."""
    candidates = list(names)
    if name in candidates:
        return name
    found = [candidate for candidate in candidates if folded(candidate) == folded(name) is not None]
    return found[0] if len(found) == 1 else name
