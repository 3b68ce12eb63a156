"""The counts of several filters of one object."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from sage_active.client import Company, ReadRequest
from sage_active.direct.answers import Answered, GraphQLRefusal
from sage_active.direct.filters import Where
from sage_active.direct.query import Query, count_query
from sage_active.errors import Errors
from sage_active.faults import CONTRADICTION, Action
from sage_active.markets import DIRECT

Result = TypeVar("Result")


class Sender(Protocol):
    """What is needed of a client: see `DirectClient`."""

    errors: Errors

    def ask(
        self, query: Query, company: Company, stream: str, interpret: Callable[[Answered, datetime], Result]
    ) -> Result:
        """Sends a query until its answer is whole and `interpret` can make sense of it."""


def stated_counts(sender: Sender, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
    """The rows that the API states for each filter, asked for in one request; in more if that is too expensive."""
    try:
        return counts_with_clock(sender, request, wheres)[0]
    except GraphQLRefusal as refused:
        if refused.fault.action is not Action.SMALLER_PAGE or len(wheres) == 1:
            raise
    half = len(wheres) // 2
    return stated_counts(sender, request, wheres[:half]) + stated_counts(sender, request, wheres[half:])


def counts_with_clock(
    sender: Sender, request: ReadRequest, wheres: Sequence[Where | None]
) -> tuple[list[int], datetime]:
    """The rows that the API states for each filter, in one request, and the server's clock."""
    aliases = {f"c{index}": where for index, where in enumerate(wheres)}
    query = count_query(request.resource.on(DIRECT).root, aliases)

    def counts(data: Answered, date: datetime) -> tuple[list[int], datetime]:
        stated = [part.totalCount if (part := data.get(alias)) else None for alias in aliases]
        known = [count for count in stated if count is not None]
        if len(known) < len(stated):
            raise sender.errors.of(CONTRADICTION, detail="a count that is null")
        return known, date

    return sender.ask(query, request.company, request.resource.name, counts)
