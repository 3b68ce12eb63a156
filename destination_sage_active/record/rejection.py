"""Why a record is not written."""

from collections.abc import Sequence


class Rejected(Exception):
    """A record that cannot be written. `field`: the member that is wrong; `reason`: words without its value."""

    def __init__(self, field: str | None, reason: str, code: str = "invalid") -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.code = code


class Held(Rejected):
    """A record that is deliberately left undone, wholly or in part, until a person has looked."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(field, reason, "held")


class Twice(Rejected):
    """A record that Sage Active has twice, and that nobody may remove. `ids`: those of the rows, the earliest first."""

    def __init__(self, ids: Sequence[str]) -> None:
        listed = " and ".join(ids)
        super().__init__(None, f"is there twice in Sage Active, as {listed}; neither was removed", "ambiguous")
        self.ids = tuple(ids)
