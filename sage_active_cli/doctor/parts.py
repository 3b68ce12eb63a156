"""The answers to the root fields of one question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sage_active.direct.aliased import Ok, Outcome, Refused
from sage_active.errors import SageActiveError

Row = Mapping[str, Any]


class NotSeenError(Exception):
    """The data that is there does not show it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What each root field was answered, by the name that the question gave it."""

    outcomes: Mapping[str, Outcome[Any]]

    def error(self, name: str) -> SageActiveError | None:
        """The refusal of a root field; None if it was answered, or nobody knows."""
        outcome = self.outcomes[name]
        return outcome.error if isinstance(outcome, Refused) else None

    def value(self, name: str) -> Any:
        """What a root field was answered. Raises its refusal, and `NotSeenError` if there is no answer."""
        outcome = self.outcomes[name]
        if isinstance(outcome, Refused):
            raise outcome.error
        if not isinstance(outcome, Ok):
            raise NotSeenError
        return outcome.data

    def member(self, name: str) -> Row:
        """A root field that is one object."""
        value = self.value(name)
        if not isinstance(value, Mapping):
            raise NotSeenError
        return value

    def rows(self, name: str) -> list[Row]:
        """The rows of a root field, of a list or of a page; there may be none."""
        value = self.value(name)
        found = value.get("nodes") if isinstance(value, Mapping) else value
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []

    def some_rows(self, name: str) -> list[Row]:
        """The same, but raises `NotSeenError` where there are none."""
        found = self.rows(name)
        if not found:
            raise NotSeenError
        return found

    def count(self, name: str) -> int:
        """The number of rows that a page states."""
        number = self.member(name).get("totalCount")
        if not isinstance(number, int):
            raise NotSeenError
        return number

    def date(self) -> datetime:
        """The server's clock when it answered."""
        for outcome in self.outcomes.values():
            if isinstance(outcome, Ok):
                return outcome.date
        raise NotSeenError
