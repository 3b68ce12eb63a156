"""Estimates reads from Sage Active's own API: a count for each company, a few more for large ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from sage_active.auth.token_store import Tokens
from sage_active.client import NO_ROWS as NO_PAGE
from sage_active.client import Company, Counted, Finding, Reading, ReadRequest, Survey
from sage_active.config import ConnectionConfig
from sage_active.direct.answers import Answered, GraphQLRefusal
from sage_active.direct.census import Census, SurveyedReading
from sage_active.direct.client import DirectClient
from sage_active.direct.contract import Field
from sage_active.direct.delegating_fetcher import DelegatingFetcher
from sage_active.direct.filters import Where, all_of
from sage_active.direct.organizations import EMPTY_ID
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.query import PAGE, page_query
from sage_active.direct.reading import DirectReading
from sage_active.direct.recounting import Recounting
from sage_active.direct.rounds import ask_together
from sage_active.direct.stated_counts import counts_with_clock
from sage_active.direct.strategies.report import ReportReading
from sage_active.direct.strategies.without_parts import NoRows
from sage_active.direct.strategy import strategy_of
from sage_active.direct.surveyed_read import SURVEYED, SurveyedRead
from sage_active.direct.windows import EVERYTHING, UNDATED, Window
from sage_active.existing import Existing
from sage_active.faults import Action
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.limits import MostBytes
from sage_active.markets import DIRECT
from sage_active.moments import normalize_utc
from sage_active.resources.resource import Resource
from sage_active_cli.read_estimate import Meter, ReadEstimate, page_of

Result = TypeVar("Result")
# The server prices a query before it looks for rows: the answer is empty, a refusal of fields or costs is not.
NO_ROWS: Final[Where] = {"id": {"eq": EMPTY_ID}}
DATED: Final[Where] = {"creationDate": {"neq": None}}


class DirectEstimator(DirectClient):
    """A client that estimates reads instead of making them; everything else is done as always, and timed."""

    def __init__(
        self,
        config: ConnectionConfig,
        *,
        user_agent: str,
        publish: Callable[[Tokens], None],
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        super().__init__(config, user_agent=user_agent, publish=publish, retry_policy=retry_policy)
        self.meter = Meter()
        self.estimates: list[ReadEstimate] = []
        self.trials: dict[tuple[str, bool, str], GraphQLRefusal | None] = {}

    def survey(
        self,
        last: Mapping[Resource, Existing | None],
        now: datetime,
        requests: Mapping[Resource, ReadRequest],
        company: Company,
    ) -> Iterator[Survey]:
        """Counts as the connector does; the pages that it would ask for are priced, and taken for what was counted."""
        census = Census(self)
        recounting = Recounting(self.contract).recounts(last, now)
        recounts, (findings, groups) = ask_together(self.aliased, company, recounting, census.first(requests))
        yield Survey(recounts, findings)
        for group in groups:
            priced = [(replace(read, narrowed=NO_ROWS), rows) for read, rows in group]
            (answered,) = ask_together(self.page_questions, company, census.pages(priced))
            whole = [read for read, _ in group if read.request.resource in answered]
            yield Survey({}, {read.request.resource: _all_of(read, findings) for read in whole})

    def open(self, request: ReadRequest) -> Reading:
        """Plans a read as the connector does, and makes known to it what the API states of each window.

        What has no pages is asked for as always: that costs no more than to find out what it costs. Of reports, those
        of the first request; the others are counted.
        """
        estimate = ReadEstimate(request)
        self.estimates.append(estimate)
        if not isinstance(strategy_of(self.contract, request.resource.on(DIRECT)), SURVEYED):
            with _Counted(self.meter, estimate):
                opened = super().open(request)
            if isinstance(opened, ReportReading):
                estimate.requests += opened.requests_left
                # Its rest is counted, not read.
                opened = NoRows(opened.started_at)
            estimate.reading = opened
            return opened
        fetcher = _CountsOnly(self, estimate)
        reading = _Planned.plan(fetcher, replace(request, counted=None), self._waiting)
        if request.counted and reading.parts:
            # The census has seen the first row: windows are planned without a page.
            estimate.requests -= 1
        fetcher.known = reading.known(fetcher.stated)
        estimate.reading = reading
        return reading

    def post(
        self,
        company: Company,
        stream: str,
        body: bytes,
        decode: Callable[[Response], Result],
        *,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = True,
        most: MostBytes = MostBytes.WHOLE,
    ) -> Result:
        """As always, and timed."""
        with self.meter.timed():
            return super().post(company, stream, body, decode, headers=headers, idempotent=idempotent, most=most)


def _all_of(read: SurveyedRead, findings: Mapping[Resource, Finding]) -> Finding:
    """A read that is complete with one page, which did not come."""
    finding = findings[read.request.resource]
    if not isinstance(finding, Counted):
        raise TypeError("only what was counted is asked for")
    return SurveyedReading(read, FetchedPage(NO_PAGE, None, finding.stated, (), None, False, finding.date))


class _Planned(DirectReading):
    """A planned read that tells what was stated when it was planned."""

    def known(self, stated: Mapping[str, int]) -> dict[str, int]:
        """The number of rows by filter: of each window, of the rows without a date, of everything.

        `stated`: what was stated with the first page.
        """

        def text(window: Window) -> str:
            return repr(self._reader.where(window))

        counts = {text(counted.window): counted.count for counted in self._windows}
        if self._sequence:
            counts = {text(self._sequence.window): self._stated}
        dated = sum(counts.values())
        whole = max(stated.get(text(EVERYTHING), 0), dated)
        return {text(UNDATED): whole - dated, text(EVERYTHING): whole, **counts}


class _CountsOnly(DelegatingFetcher):
    """Implements `PageFetcher`: asks for counts while a read is planned, makes pages up from them afterwards."""

    def __init__(self, client: DirectEstimator, estimate: ReadEstimate) -> None:
        super().__init__(client)
        self.known: dict[str, int] | None = None
        # What was stated, by filter, with the first page.
        self.stated: dict[str, int] = {}
        self._client = client
        self._estimate = estimate
        self._asked_at = datetime.min

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
        """One page of made-up rows."""
        if self.known is None:
            return self._first(request, fields, where, ordered=ordered, guards=guards)
        self._estimate.requests += 1
        stated = self.known.get(repr(where), 0)
        return self._page(request, stated, int(after or 0), guarded=[self.known.get(repr(guard)) for guard in guards])

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        """The counts of several filters; what is known already is not asked for again."""
        if self.known is None:
            with _Counted(self._client.meter, self._estimate):
                return self._client.count(request, wheres)
        self._estimate.requests += 1
        return [self.known.get(repr(where), 0) for where in wheres]

    def _first(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        where: Where | None,
        *,
        ordered: bool,
        guards: Sequence[Where | None],
    ) -> FetchedPage:
        """What the first page would state; refused as the first page would be."""
        self._try(request, fields, where, ordered=ordered, guards=guards)
        (stated, *guarded), self._asked_at = counts_with_clock(self._client, request, [where, *guards])
        self.stated = dict(zip(map(repr, [where, *guards]), [stated, *guarded], strict=True))
        is_large = ordered and stated > self.page_size(request)
        earliest = self._earliest(request, where) if is_large else None
        return self._page(request, stated, 0, earliest=earliest, guarded=guarded)

    def _try(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        where: Where | None,
        *,
        ordered: bool,
        guards: Sequence[Where | None],
    ) -> None:
        """Asks for a page as the read will, but for no rows; once for each object, since companies do not differ."""
        trial = (request.resource.name, ordered, repr(where))
        if trial in self._client.trials:
            self._estimate.requests += 1
            if refusal := self._client.trials[trial]:
                raise refusal
            return
        try:
            with _Counted(self._client.meter, self._estimate):
                self._client.fetch(request, fields, all_of(where, NO_ROWS), after=None, ordered=ordered, guards=guards)
        except GraphQLRefusal as refusal:
            if refusal.fault.action is Action.CHANGE_FILTER:
                self._client.trials[trial] = refusal
            raise
        self._client.trials[trial] = None

    def _earliest(self, request: ReadRequest, where: Where | None) -> str | None:
        """The earliest creation date, which the first page would have shown."""
        query = page_query(self._root(request), "creationDate", all_of(where, DATED), first=1)

        def date(data: Answered, _: datetime) -> str | None:
            page = data.get(PAGE)
            rows: list[dict[str, Any]] = [msgspec.json.decode(row) for row in (page and page.nodes) or ()]
            return next((normalize_utc(row.get("creationDate")) for row in rows), None)

        return self._client.ask(query, request.company, request.resource.name, date)

    @staticmethod
    def _root(request: ReadRequest) -> str:
        return request.resource.on(DIRECT).root

    def _page(
        self,
        request: ReadRequest,
        stated: int,
        start: int,
        *,
        earliest: str | None = None,
        guarded: Sequence[int | None] = (),
    ) -> FetchedPage:
        rows = max(0, min(self.page_size(request), stated - start))
        return FetchedPage(
            page=page_of(start, rows),
            earliest=earliest,
            stated=stated,
            guarded=tuple(guarded),
            next=str(start + rows),
            more=start + rows < stated,
            date=self._asked_at,
        )


class _Counted:
    """Counts what is asked meanwhile as requests of the read: it will ask the same."""

    def __init__(self, meter: Meter, estimate: ReadEstimate) -> None:
        self._meter, self._estimate = meter, estimate

    def __enter__(self) -> None:
        self._before = self._meter.requests

    def __exit__(self, *_: object) -> None:
        self._estimate.requests += self._meter.requests - self._before
