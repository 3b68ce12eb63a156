"""What a run may take at most, by the requests that it sends."""

from dataclasses import dataclass
from typing import Final

SHARE_OVER: Final = 1.2
SECONDS_TO_START: Final = 2.0
SECONDS_PER_MINUTE: Final = 60.0


@dataclass(frozen=True)
class Pace:
    """How fast requests can be sent: the latency of each, how many are under way at once, how many fit a minute."""

    latency_seconds: float
    workers: int
    budget: int

    def seconds(self, requests: int) -> float:
        """The least that so many requests take: waiting for answers, or for the budget beyond the first minute's."""
        waiting = requests * self.latency_seconds / self.workers
        budgeted = max(0, requests - self.budget) / self.budget * SECONDS_PER_MINUTE
        return max(waiting, budgeted)

    def most_seconds(self, requests: int) -> float:
        """The bound of the wall clock: a fifth more than the least, and the time to start."""
        return SHARE_OVER * self.seconds(requests) + SECONDS_TO_START
