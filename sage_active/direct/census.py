"""The census of a company: what many reads would bring, found out in a few requests before any of them begins.

A first question for each read: its first row and the count of exactly what it would read. No row, and none announced,
is the same evidence as an empty page of the read itself. Of changes, a few whole rows are asked for: the lookback
brings the latest ones on every run, and a question of ids would cost every idle company one request more. What is
small enough then travels in common requests, each page proved by its own count. Whatever was refused, unclear or late
is left to the read of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from sage_active.client import Company, Counted, Finding, Page, ReadRequest, Summary, Survey
from sage_active.direct.aliased import AliasedQuery, Ok, Outcome
from sage_active.direct.answers import Connection
from sage_active.direct.contract import Contract
from sage_active.direct.fetched_page import fetched_page
from sage_active.direct.field_selection import FieldSelection
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.query import PAGE, Shape
from sage_active.direct.rounds import Inquiry, ask_together, outcome_as
from sage_active.direct.strategies.without_parts import WithoutParts
from sage_active.direct.surveyed_read import SurveyedRead, surveyed_read
from sage_active.errors import Errors, SageActiveError
from sage_active.existing import Recount
from sage_active.http.response import UNREADABLE
from sage_active.limits import MOST_ROWS
from sage_active.moments import format_utc, normalize_utc
from sage_active.resources.resource import Resource

# Rows beyond those that were counted, in case some arrive meanwhile.
MARGIN: Final = 2
DECODER: Final = msgspec.json.Decoder(Connection)


class _Identity(msgspec.Struct):
    creationDate: str | None = None


IDENTITY_DECODER: Final = msgspec.json.Decoder(_Identity)


class Surveyor(Protocol):
    """What a census needs of its client."""

    errors: Errors
    # For small questions, and for pages: too many of these say nothing of how many of those a request may have.
    aliased: AliasedQuery
    page_questions: AliasedQuery

    @property
    def contract(self) -> Contract:
        """The packaged contract."""

    def selection(self, request: ReadRequest) -> FieldSelection:
        """What is selected of the object."""

    def shape(self, request: ReadRequest) -> Shape:
        """What the server turned out not to have."""

    def page_size(self, request: ReadRequest) -> int:
        """Rows that a page asks for at present."""

    def weigh(self, request: ReadRequest, page: Page) -> None:
        """Takes the weight of a page's rows into account."""


# Reads whose rows fit together into one answer, and how many rows each of them asks for.
Group = Sequence[tuple[SurveyedRead, int]]


class SurveyedReading(WithoutParts):
    """Implements `Reading`: all rows have come already."""

    def __init__(self, read: SurveyedRead, page: FetchedPage) -> None:
        since = read.request.since
        self.started_at = page.date
        self._pages = [page.page] if page.keys else []
        self._summary = Summary(
            stated=page.stated,
            delivered=page.stated,
            changed_since=format_utc(since) if since else None,
            dropped=read.shape.dropped_names,
        )

    def rest(self) -> Iterator[Page]:
        """The page, if there are rows."""
        while self._pages:
            yield self._pages.pop()

    def summary(self) -> Summary:
        """What was stated and delivered."""
        return self._summary


class Census:
    """Asks for a company's reads, whose pages all come with a count; see the module."""

    def __init__(self, surveyor: Surveyor) -> None:
        self._surveyor = surveyor

    def first(
        self, requests: Mapping[Resource, ReadRequest]
    ) -> Inquiry[tuple[dict[Resource, Finding], Sequence[Group]]]:
        """What the first question of each read tells, and what is worth asking for together."""
        reads = {resource: read for resource, request in requests.items() if (read := self._read(request))}
        outcomes = yield {resource: read.first() for resource, read in reads.items()}
        findings = {
            resource: finding
            for resource, read in reads.items()
            if (finding := self._finding(read, outcome_as(DECODER, outcomes[resource]))) is not None
        }
        counted = [
            (reads[resource], finding.stated) for resource, finding in findings.items() if isinstance(finding, Counted)
        ]
        return findings, groups_of(counted)

    def pages(self, group: Group) -> Inquiry[dict[Resource, Finding]]:
        """Those reads of a group that are complete with one page."""
        outcomes = yield {read.request.resource: read.page(rows) for read, rows in group}
        findings: dict[Resource, Finding] = {}
        for read, _ in group:
            resource = read.request.resource
            page = self._page(read, outcome_as(DECODER, outcomes[resource]))
            if page and _is_all(page):
                findings[resource] = SurveyedReading(read, page)
        return findings

    def _read(self, request: ReadRequest) -> SurveyedRead | None:
        surveyor = self._surveyor
        shape, size = surveyor.shape(request), surveyor.page_size(request)
        return surveyed_read(request, surveyor.contract, surveyor.selection(request), shape, size)

    def _finding(self, read: SurveyedRead, outcome: Outcome[Connection]) -> Finding | None:
        if not read.asks_for_rows:
            return _identity(read, outcome)
        page = self._page(read, outcome)
        if page is None:
            return None
        return SurveyedReading(read, page) if _is_all(page) else _counted(page)

    def _page(self, read: SurveyedRead, outcome: Outcome[Connection]) -> FetchedPage | None:
        """The page, as the read itself would understand it."""
        if not isinstance(outcome, Ok):
            return None
        heads = read.selection.heads
        try:
            page = fetched_page(self._surveyor.errors, heads, {PAGE: outcome.data}, outcome.date, "")
        except SageActiveError:
            return None
        self._surveyor.weigh(read.request, page.page)
        return page


def surveys(
    surveyor: Surveyor,
    recounting: Inquiry[dict[Resource, Recount]],
    requests: Mapping[Resource, ReadRequest],
    company: Company,
) -> Iterator[Survey]:
    """What the census of a company finds, step by step; the counts of roots travel with its first questions.

    Raises `SageActiveError` when the API cannot be reached or does not accept the sign-in.
    """
    census = Census(surveyor)
    recounts, (findings, groups) = ask_together(surveyor.aliased, company, recounting, census.first(requests))
    yield Survey(recounts, findings)
    # What it has found must not be held while the next group is under way.
    del findings
    for group in groups:
        yield Survey({}, *ask_together(surveyor.page_questions, company, census.pages(group)))


def groups_of(counted: Sequence[tuple[SurveyedRead, int]]) -> Sequence[Group]:
    """Reads that fit together into one answer; what would be alone is left to its own read.

    A page of as many rows as the read asks for at present is as much as one answer may weigh and cost: so the shares of
    such pages add up to one at most.
    """
    groups: list[list[tuple[SurveyedRead, int]]] = []
    left = 0.0
    small = [(read, stated) for read, stated in counted if stated <= read.page_size]
    for read, stated in sorted(small, key=lambda pair: pair[1] / pair[0].page_size):
        rows = min(stated + MARGIN, read.page_size)
        share = rows / read.page_size
        if share > left:
            groups.append([])
            left = 1.0
        groups[-1].append((read, rows))
        left -= share
    return [group for group in groups if len(group) > 1]


def _is_all(page: FetchedPage) -> bool:
    return not page.more and len(set(page.keys)) == page.stated


def _counted(page: FetchedPage) -> Counted | None:
    is_plausible = 0 < page.stated <= MOST_ROWS
    return Counted(page.stated, page.earliest, page.date) if is_plausible else None


def _identity(read: SurveyedRead, outcome: Outcome[Connection]) -> Finding | None:
    """What the first row and the count tell; None where they contradict each other."""
    if not isinstance(outcome, Ok):
        return None
    stated, nodes = outcome.data.totalCount, outcome.data.nodes
    more = bool(outcome.data.pageInfo and outcome.data.pageInfo.hasNextPage)
    if stated is None or nodes is None or bool(stated) is not bool(nodes) or (more and not nodes):
        return None
    try:
        earliest = normalize_utc(IDENTITY_DECODER.decode(nodes[0]).creationDate) if nodes else None
    except (*UNREADABLE, ValueError):
        return None
    page = FetchedPage(Page((), (), ()), earliest, stated, (), None, more, outcome.date)
    return _counted(page) if stated else SurveyedReading(read, page)
