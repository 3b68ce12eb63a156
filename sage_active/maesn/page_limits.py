"""How many rows a page asks for: fewer where rows are heavy, and only what the API takes."""

import logging
from typing import Final

from sage_active.client import Page, ReadRequest
from sage_active.errors import SageActiveError
from sage_active.faults import TOO_HEAVY
from sage_active.row_weights import RowKind, RowWeights

LOGGER = logging.getLogger("airbyte")
# What `limit` may be (docs/reference/maesn.md, "Paging").
LIMITS: Final = (5, 10, 20, 50, 100)
ROWS_PER_PAGE: Final = LIMITS[-1]


class PageLimits:
    """What has been learned of each object, in all companies; it holds from the next read on. Safe for all threads."""

    def __init__(self) -> None:
        self._weights = RowWeights()

    def of(self, request: ReadRequest) -> int:
        """The rows of a page of an object, from now on."""
        rows = self._weights.rows(_kind(request), ROWS_PER_PAGE)
        return next((limit for limit in reversed(LIMITS) if limit <= rows), LIMITS[0])

    def weigh(self, request: ReadRequest, page: Page, limit: int) -> None:
        """Takes the weight of a page's rows into account; `limit` rows were asked for."""
        self._weights.seen(_kind(request), len(page.rows), page.size, limit)

    def smaller(self, request: ReadRequest, limit: int, error: SageActiveError) -> int:
        """A page of `limit` rows was too large: returns the next lower limit.

        Raises `error` where it is about something else, or there is no lower one.
        """
        lower = [other for other in LIMITS if other < limit]
        if error.fault is not TOO_HEAVY or not lower:
            raise error
        self._weights.exceeded(_kind(request), limit)
        name = request.resource.name
        LOGGER.info("Stream %s: a page of %d rows is too large; asking for %d.", name, limit, lower[-1])
        return lower[-1]


def _kind(request: ReadRequest) -> RowKind:
    return RowKind(request.company.market, request.resource.name)
