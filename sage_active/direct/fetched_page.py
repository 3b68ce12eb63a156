"""What an answer to the query of a page holds."""

from datetime import datetime

from sage_active.direct.answers import Answered, page_or_raise
from sage_active.direct.heads import Heads
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.query import guard_name
from sage_active.direct.strategies.day_heads import DayHeads
from sage_active.errors import Errors
from sage_active.faults import CONTRADICTION


def fetched_page(
    errors: Errors, heads: Heads | DayHeads, data: Answered, date: datetime, after: str, guards: int = 0
) -> FetchedPage:
    """The page, decoded with `heads`; `date`: the server's clock; `after`: the cursor of the request.

    `guards`: how many counts were asked for beside it.

    Raises `SageActiveError` for an answer without rows.
    """
    connection = page_or_raise(errors, data)
    if connection.nodes is None or connection.totalCount is None:
        raise errors.of(CONTRADICTION, detail="a page without rows")
    page, earliest = heads.page(connection.nodes, after)
    return FetchedPage(
        page=page,
        earliest=earliest,
        stated=connection.totalCount,
        guarded=tuple(part.totalCount if (part := data.get(guard_name(number))) else None for number in range(guards)),
        next=connection.pageInfo.endCursor if connection.pageInfo else None,
        more=bool(connection.pageInfo and connection.pageInfo.hasNextPage),
        date=date,
    )
