"""What a reading needs of its client: pages with what stands beside them, and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sage_active.client import Page, ReadRequest
from sage_active.direct.contract import Contract, Field
from sage_active.direct.filters import Where
from sage_active.direct.query import Shape
from sage_active.errors import Errors


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One page: its rows, the counts stated beside it, the cursor of the next page and the server's clock."""

    page: Page
    earliest: str | None
    stated: int
    guarded: tuple[int | None, ...]
    next: str | None
    more: bool
    date: datetime

    @property
    def keys(self) -> Sequence[str]:
        """What stands for its rows in counts."""
        return self.page.keys


class PageFetcher(Protocol):
    """What a reading needs of its client."""

    errors: Errors

    @property
    def listed_at(self) -> datetime | None:
        """The server's clock when the companies were listed; None where nobody has listed them."""

    @property
    def contract(self) -> Contract:
        """The packaged contract."""

    def fields(self, request: ReadRequest) -> tuple[Field, ...]:
        """What is selected of the object."""

    def shape(self, request: ReadRequest) -> Shape:
        """What the server turned out not to have."""

    def page_size(self, request: ReadRequest) -> int:
        """Rows that a page asks for at present."""

    def fetch(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        where: Where | None,
        *,
        after: str | None,
        ordered: bool,
        guards: Sequence[Where | None] = (),
    ) -> FetchedPage:
        """One page."""

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        """Counts of several filters."""
