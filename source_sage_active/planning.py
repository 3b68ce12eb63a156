"""Plans companies side by side, a few ahead of the one whose turn it is: planning is mostly all that one costs."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# Enough to keep many workers busy; what is planned waits in memory until its turn.
PLANNED_AHEAD: Final = 8


def planned_ahead(
    plan: Callable[[Item], Result], items: Iterable[Item], planners: Executor | None
) -> Iterator[tuple[Item, Result]]:
    """Each item with what `plan` makes of it, in their order; one at a time where there are no `planners`.

    The first one is planned alone: what it finds out about the server, the others need not find out as well.
    Raises what `plan` raises when it is the item's turn. What was not begun when the iteration is left is not planned.
    """
    remaining = iter(items)
    for item in remaining if planners is None else islice(remaining, 1):
        yield item, plan(item)
    if planners is None:
        return
    pending: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in remaining:
            pending.append((item, planners.submit(plan, item)))
            if len(pending) >= PLANNED_AHEAD:
                yield _next(pending)
        while pending:
            yield _next(pending)
    finally:
        for _, future in pending:
            future.cancel()


def _next(pending: deque[tuple[Item, Future[Result]]]) -> tuple[Item, Result]:
    item, future = pending.popleft()
    return item, future.result()
