"""What wraps the fetcher of a read hands on, unless it says otherwise."""

from collections.abc import Sequence
from datetime import datetime

from sage_active.client import ReadRequest
from sage_active.direct.contract import Contract, Field
from sage_active.direct.filters import Where
from sage_active.direct.page_fetcher import PageFetcher
from sage_active.direct.query import Shape


class DelegatingFetcher:
    """Implements `PageFetcher` but for its pages, which are what a subclass is about."""

    def __init__(self, fetcher: PageFetcher) -> None:
        self._fetcher = fetcher
        self.errors = fetcher.errors

    @property
    def listed_at(self) -> datetime | None:
        """The server's clock when the companies were listed."""
        return self._fetcher.listed_at

    @property
    def contract(self) -> Contract:
        """The packaged contract."""
        return self._fetcher.contract

    def fields(self, request: ReadRequest) -> tuple[Field, ...]:
        """What is selected of the resource."""
        return self._fetcher.fields(request)

    def shape(self, request: ReadRequest) -> Shape:
        """What the server turned out not to have."""
        return self._fetcher.shape(request)

    def page_size(self, request: ReadRequest) -> int:
        """Rows that a page asks for at present."""
        return self._fetcher.page_size(request)

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        """Counts of several filters."""
        return self._fetcher.count(request, wheres)
