"""Parts of a company: what a worker holds while it asks for the next page."""

import weakref
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository

from sage_active.client import Company, Page, ReadRequest
from sage_active.direct.contract import Contract, Field
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.query import Shape
from sage_active.direct.reading import DirectReading
from sage_active.errors import Errors
from sage_active.faults import Api
from sage_active.first_pages import FirstPageCache
from sage_active.resources.table import RESOURCE_BY_NAME
from source_sage_active.announcement import Announcement
from source_sage_active.cursor import CompanyCursor
from source_sage_active.odd_records import OddRecords
from source_sage_active.partitions import CompanyRead

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
COMPANY = Company("c1", "Muster GmbH", "DE", "READY", True)
PAGES = 5


class Rows(list[bytes]):
    """Rows that can be watched."""


class Watching:
    """An API with one window of five pages, which notes what is still held of earlier pages when one is asked for."""

    errors = Errors(Api.DIRECT, "t")
    contract = Contract()
    listed_at = NOW

    def __init__(self) -> None:
        self.sent: list[weakref.ref[Rows]] = []
        self.held: list[int] = []

    def fields(self, request: ReadRequest) -> tuple[Field, ...]:
        return ()

    def shape(self, request: ReadRequest) -> Shape:
        return Shape()

    def page_size(self, request: ReadRequest) -> int:
        return 2 * PAGES - 1

    def fetch(self, *arguments: Any, after: str | None, guards: Any = (), **how: Any) -> FetchedPage:
        self.held.append(sum(reference() is not None for reference in self.sent))
        number = int(after or 0)
        keys = [f"r{number}a", f"r{number}b"]
        rows = Rows(f'{{"id":"{key}"}}'.encode() for key in keys)
        self.sent.append(weakref.ref(rows))
        page = Page(rows, keys, [None, None])
        earliest = (NOW - timedelta(days=1)).isoformat()
        return FetchedPage(
            page, earliest, 2 * PAGES, (2 * PAGES,) * len(guards), str(number + 1), number + 1 < PAGES, NOW
        )

    def count(self, request: ReadRequest, wheres: Any) -> list[int]:
        return [2 * PAGES] * len(wheres)


@pytest.mark.parametrize("window_pages", [None, 1], ids=["sequence", "window"])
def test_neither_pages_nor_their_lines_are_held_while_the_next_page_is_asked_for(window_pages: int | None) -> None:
    fetcher = Watching()
    request = ReadRequest(RESOURCE_BY_NAME["customers"], COMPANY, {}, window_pages=window_pages)
    reading = DirectReading.plan(fetcher, request, FirstPageCache())
    assert bool(reading.parts) is bool(window_pages)
    repository = InMemoryMessageRepository()
    cursor = CompanyCursor("customers", "direct", {}, repository, timedelta())
    read = CompanyRead(reading, COMPANY, cursor, Announcement("customers", repository), OddRecords("customers"))
    begun = len(fetcher.sent)
    parts = read.part("customers", 0)
    lines = [weakref.ref(next(parts)) for _ in range(PAGES)]
    assert len(fetcher.held) >= PAGES
    assert not any(fetcher.held[begun:])
    assert [line() for line in lines] == [None] * PAGES
