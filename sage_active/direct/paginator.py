"""Follows the cursors of a list to its end, and proves by the counts that its pages state that nothing is missing."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from sage_active.direct.answers import GraphQLRefusal
from sage_active.faults import Action
from sage_active.limits import MOST_ROWS


class PagesMovedError(Exception):
    """The rows did not stand still while they were read. Its text is what the list has, as in "8 rows where …"."""


class PagesContradictError(PagesMovedError):
    """What the API sent is not what it says itself; rows that move do that once in a while."""


class PagesEndlessError(PagesContradictError):
    """A list has more rows than it can have, or pages that bring nothing: it would only be the same once more."""


class CursorPage(Protocol):
    """What must be known of a page."""

    @property
    def keys(self) -> Sequence[str]:
        """What tells its rows apart from all others of the list."""

    @property
    def stated(self) -> int | None:
        """How many rows the whole list has; None where the API does not state it, which proves nothing."""

    @property
    def guarded(self) -> Sequence[int | None]:
        """Further counts, which must be the same on every page."""

    @property
    def next(self) -> str | None:
        """The cursor of the next page."""

    @property
    def more(self) -> bool:
        """Whether the API announces another page."""


PageT = TypeVar("PageT", bound=CursorPage)


class CursorPaginator(Generic[PageT]):
    """One pass over a list; complete when the iteration ends by itself. It keeps keys, but no page.

    `fetch`: asks for the page after a cursor, None for the first one; `most_rows`: more are not believed. Pages are
    handed out before it shows whether the list holds together: the iteration raises `PagesMovedError` when it does
    not, and the earlier pages may need to be read again.
    """

    def __init__(self, fetch: Callable[[str | None], PageT], most_rows: int = MOST_ROWS) -> None:
        self._fetch = fetch
        self._most_rows = most_rows
        self._keys: set[str] = set()
        self._pages = 0

    @property
    def pages(self) -> int:
        """The number of pages so far."""
        return self._pages

    @property
    def distinct(self) -> int:
        """The number of different rows so far."""
        return len(self._keys)

    def __iter__(self) -> Iterator[PageT]:
        keys: set[str] = set()
        self._keys, self._pages = keys, 0
        cursors: set[str | None] = {None}
        after: str | None = None
        stated: int | None = None
        guarded: Sequence[int | None] | None = None
        more = True
        while more:
            page = self._page(after)
            self._pages += 1
            stated = page.stated if stated is None else stated
            if page.stated not in (None, stated):
                raise PagesMovedError(f"a page that states {stated} rows and one that states {page.stated}")
            guarded = page.guarded if guarded is None else guarded
            if page.guarded != guarded:
                raise PagesMovedError("rows that left while others came between two pages")
            known, more, after = len(keys), page.more, page.next
            keys.update(page.keys)
            handed_out = [page]
            # Nothing here holds a page's bytes while it waits to be written, nor while the next one is asked for.
            del page
            yield handed_out.pop()
            if more and after in cursors:
                raise PagesContradictError("a further page but a cursor does not move on")
            cursors.add(after)
            self._require_progress(known, stated, more=more)
        if stated not in (None, len(keys)):
            # Nothing has moved between the pages of one page.
            error = PagesMovedError if self._pages > 1 else PagesContradictError
            raise error(f"{len(keys):,} rows where it states {stated:,}")

    def _page(self, after: str | None) -> PageT:
        try:
            return self._fetch(after)
        except GraphQLRefusal as refused:
            if after is None or refused.fault.action is not Action.START_OVER:
                raise
            raise PagesMovedError("a cursor that the API itself refuses") from None

    def _require_progress(self, known: int, stated: int | None, *, more: bool) -> None:
        """Raises `PagesEndlessError` where a page on top of `known` different rows cannot be followed by another."""
        rows = len(self._keys)
        if max(stated or 0, rows) > self._most_rows:
            raise PagesEndlessError(f"{max(stated or 0, rows):,} rows, more than there can be")
        if stated is not None and rows > stated:
            raise PagesEndlessError(f"{rows:,} rows and goes on where it states {stated:,}")
        if more and rows == known:
            raise PagesEndlessError(f"a page with nothing new that is not the last one, after {rows:,} rows")
