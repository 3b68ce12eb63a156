"""Reading of Maesn's request bodies and parameters: typed members, refusals in words, members that nobody read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


class RefusalError(Exception):
    """The request is answered with this status and these words; ``member`` names the part that is wrong.

    Where several parts are wrong, ``validation`` has the member and words of each.
    """

    def __init__(
        self,
        status: int,
        message: str,
        member: str | None = None,
        *,
        validation: Sequence[tuple[str | None, str]] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.validation = validation or ([(member, message)] if member is not None else [])


@dataclass
class Draft:
    """A part of a request body with the members read so far."""

    body: Mapping[str, Any]
    path: str = ""
    used: set[str] = field(default_factory=set)
    parts: list["Draft"] = field(default_factory=list)

    def _get(self, name: str, kinds: tuple[type, ...], expected: str, *, required: bool) -> Any:
        self.used.add(name)
        value = self.body.get(name)
        if value is None:
            if required:
                raise RefusalError(400, f"{self.path}{name} is required", f"{self.path}{name}")
            return None
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise RefusalError(400, f"{self.path}{name} must be {expected}", f"{self.path}{name}")
        return value

    def text(self, name: str, *, required: bool = False) -> str | None:
        """A text member, an empty one counts as missing."""
        value: str | None = self._get(name, (str,), "a string", required=required)
        if required and not value:
            raise RefusalError(400, f"{self.path}{name} is required", f"{self.path}{name}")
        return value or None

    def choice(self, name: str, choices: Mapping[str, str], *, required: bool = False) -> str | None:
        """The translation of an enum member."""
        value = self.text(name, required=required)
        if value is not None and value not in choices:
            raise RefusalError(400, f"{self.path}{name} must be one of {', '.join(choices)}", f"{self.path}{name}")
        return None if value is None else choices[value]

    def number(self, name: str, *, required: bool = False) -> Decimal | None:
        """A numeric member, exact."""
        value = self._get(name, (int, Decimal), "a number", required=required)
        return None if value is None else Decimal(value)

    def day(self, name: str, *, required: bool = False) -> datetime | None:
        """A date or timestamp, cut to its day."""
        value = self.text(name, required=required)
        if value is None:
            return None
        moment = parsed_moment(value)
        if moment is None:
            raise RefusalError(400, f"{self.path}{name} must be an ISO 8601 date", f"{self.path}{name}")
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)

    def drafts(self, name: str, *, required: bool = False) -> list["Draft"]:
        """The elements of a list of objects."""
        values = self._get(name, (list,), "a list", required=required) or []
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise RefusalError(400, f"{self.path}{name}[{index}] must be an object", f"{self.path}{name}")
        drafts = [Draft(value, f"{self.path}{name}[{index}].") for index, value in enumerate(values)]
        self.parts += drafts
        return drafts

    def channels(self, name: str, member: str) -> list[tuple[str, str | None]]:
        """Addresses or numbers with their type; texts, or objects that hold them in ``member``: both are documented."""
        values = self._get(name, (list,), "a list", required=False) or []
        found: list[tuple[str, str | None]] = []
        for value in values:
            text, kind = (value.get(member), value.get("type")) if isinstance(value, dict) else (value, None)
            if not isinstance(text, str):
                raise RefusalError(
                    400, f"{self.path}{name} must hold strings or objects with {member}", f"{self.path}{name}"
                )
            found.append((text, kind))
        return found

    def unused(self) -> list[str]:
        """Names of the members that were sent and not read, with those of the parts."""
        direct = [f"{self.path}{name}" for name in self.body if name not in self.used]
        return direct + [name for part in self.parts for name in part.unused()]


def parsed_moment(text: str) -> datetime | None:
    """An ISO 8601 text as an aware UTC moment (a bare one counts as UTC), None when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
