"""Why a record is not written."""


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
