"""Query parameters of Maesn's calls."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from sage_active_sandbox.maesn.body import RefusalError, parsed_moment

PAGE_SIZES = (5, 10, 20, 50, 100)
DEFAULT_PAGE_SIZE = 20

Query = Mapping[str, list[str]]


class Parameters:
    """Query parameters by name; of a repeated one the last counts. A wrong value raises RefusalError."""

    def __init__(self, query: Query) -> None:
        self._values = {name: values[-1] for name, values in query.items() if values}

    def text(self, name: str) -> str | None:
        """The text of a parameter, None if it is missing or empty."""
        return self._values.get(name) or None

    def choice(self, name: str, choices: Iterable[str]) -> str | None:
        """One of the choices, or None."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise RefusalError(400, f"{name} must be one of {', '.join(choices)}", name)
        return value

    def moment(self, name: str) -> datetime | None:
        """An aware moment, or None."""
        value = self.text(name)
        moment = None if value is None else parsed_moment(value)
        if value is not None and moment is None:
            raise RefusalError(400, f"{name} must be an ISO 8601 timestamp", name)
        return moment

    def page(self) -> int:
        """The number of the page, from 1."""
        value = self.text("page") or "1"
        if not re.fullmatch(r"0*[1-9]\d{0,8}", value, re.ASCII):
            raise RefusalError(400, "page must be a number from 1", "page")
        return int(value)

    def page_size(self) -> int:
        """How many rows a page has."""
        return int(self.choice("limit", [str(size) for size in PAGE_SIZES]) or DEFAULT_PAGE_SIZE)
