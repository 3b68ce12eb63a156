"""How far the read of one company has come that is not finished: the member `resume` of its entry in the state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from sage_active.attempts import Attempt, Span, merged
from sage_active.client import ReadRequest
from sage_active.moments import format_utc, parse_utc

# Smaller reads are begun anew: what a checkpoint would save is not worth its STATE.
FEWEST_WINDOWS: Final = 4


class ResumeMember(msgspec.Struct):
    """The member as it stands in a state; `done`: pairs of moments."""

    request: str
    started_at: str
    done: list[tuple[str, str]]
    since: str | None = None
    latest: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the attempts at a read have delivered so far.

    `request`: the fingerprint of the read; `started_at`: the server's clock when the first attempt began; `since`: the
    moment since which changes are read, None for everything; `latest`: the latest date delivered, in the common
    notation; `done`: the creation dates whose rows were all delivered, in order.
    """

    request: str
    started_at: datetime
    since: datetime | None = None
    latest: str | None = None
    done: Sequence[Span] = ()

    @classmethod
    def of(cls, member: ResumeMember) -> "Checkpoint":
        """What the member says. Raises `ValueError` for one that cannot have been written."""
        spans = [(parse_utc(lower), parse_utc(upper)) for lower, upper in member.done]
        if any(upper <= lower for lower, upper in spans):
            raise ValueError("creation dates that end before they begin")
        return cls(
            member.request,
            parse_utc(member.started_at),
            parse_utc(member.since) if member.since else None,
            format_utc(parse_utc(member.latest)) if member.latest else None,
            merged(spans),
        )

    def member(self) -> dict[str, Any]:
        """The member for the state."""
        return {
            "request": self.request,
            "since": format_utc(self.since) if self.since else None,
            "started_at": format_utc(self.started_at),
            "latest": self.latest,
            "done": [[format_utc(lower), format_utc(upper)] for lower, upper in self.done],
        }

    def with_window(self, window: Span, latest: str | None) -> "Checkpoint":
        """The same after a further window, when `latest` is the latest date delivered in this run."""
        reached = max(filter(None, (self.latest, latest)), default=None)
        return replace(self, done=merged([*self.done, window]), latest=reached)

    def covers(self, since: datetime | None) -> bool:
        """Whether the attempt reads all that a read of the changes since a moment would."""
        return self.since is None or (since is not None and self.since <= since)

    def rest_of(self, request: ReadRequest, lookback: timedelta) -> ReadRequest:
        """A request for what the attempt has left of a read."""
        attempt = Attempt(self.started_at, self.done, self.started_at - lookback)
        return replace(request, since=self.since, attempt=attempt)
