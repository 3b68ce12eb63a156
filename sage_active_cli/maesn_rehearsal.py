"""Rehearses reads through Maesn: one page of five rows for each company, which states the total."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sage_active.client import Company, ReadRequest
from sage_active.config import ConnectionConfig
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.page_limits import PageLimits
from sage_active.maesn.reading import ROWS_OF_A_PROBE, FetchedPage, MaesnReading
from sage_active.offer import Offer, Verdict
from sage_active.resources.resource import Resource
from sage_active_cli.rehearsal import CompanyRehearsal, Meter, page_of

Filters = Mapping[str, str]


class MaesnRehearsal(MaesnClient):
    """A client whose reads are rehearsals; everything else is done as always, and timed."""

    def __init__(self, config: ConnectionConfig, *, user_agent: str, retry_policy: RetryPolicy | None = None) -> None:
        super().__init__(config, user_agent=user_agent, retry_policy=retry_policy)
        self.meter = Meter()
        self.rehearsals: list[CompanyRehearsal] = []
        # What has rows and is about to be read, by stream and company.
        self._asked: dict[tuple[str, str], CompanyRehearsal] = {}

    def companies(self) -> list[Company]:
        """As always, and timed."""
        with self.meter.timed():
            return super().companies()

    def open(self, request: ReadRequest) -> MaesnReading:
        """Plans a read as the connector does."""
        place = request.resource.maesn
        if place is None:
            raise KeyError(f"Maesn does not offer {request.resource.name}")
        rehearsal = self._asked.pop((request.resource.name, request.company.id), None) or self._begun(request)
        reading = MaesnReading.planned(_TotalsOnly(self, rehearsal), request, place, self._waiting, PageLimits())
        rehearsal.reading = reading
        return reading

    def offer(self, resource: Resource, company: Company, *, once: bool = False) -> Offer:
        """As always: a read asks the same."""
        rehearsal = self._begun(ReadRequest(resource, company, {}))
        before = self.meter.requests
        try:
            offer = super().offer(resource, company, once=once)
        finally:
            rehearsal.requests = self.meter.requests - before
        if offer.verdict is Verdict.ROWS:
            self._asked[resource.name, company.id] = rehearsal
        else:
            rehearsal.stated = 0
        return offer

    def first_page(
        self,
        company: Company,
        resource: Resource,
        decode: Callable[[Response], Offer],
        limit: int | None,
        *,
        once: bool = False,
    ) -> Offer:
        """As always, and timed."""
        with self.meter.timed():
            return super().first_page(company, resource, decode, limit, once=once)

    def _begun(self, request: ReadRequest) -> CompanyRehearsal:
        rehearsal = CompanyRehearsal(request)
        self.rehearsals.append(rehearsal)
        return rehearsal

    def fetch(self, request: ReadRequest, number: int, filters: Filters, limit: int) -> FetchedPage:
        """As always, and timed."""
        with self.meter.timed():
            return super().fetch(request, number, filters, limit)


class _TotalsOnly:
    """Implements `PageFetcher`: the smallest page tells the total, all others are made up from it."""

    def __init__(self, client: MaesnRehearsal, rehearsal: CompanyRehearsal) -> None:
        self.errors = client.errors
        self._client = client
        self._rehearsal = rehearsal
        self._known: dict[str, FetchedPage] = {}

    def fetch(self, request: ReadRequest, number: int, filters: Filters, limit: int) -> FetchedPage:
        """One page of made-up rows; probes are made as they are."""
        self._rehearsal.requests += 1
        if limit == ROWS_OF_A_PROBE:
            return self._client.fetch(request, number, filters, limit)
        key = repr(sorted(filters.items()))
        if key not in self._known:
            self._known[key] = self._client.fetch(request, number, filters, ROWS_OF_A_PROBE)
        probe = self._known[key]
        if probe.total is None:
            # Without a total nobody knows: the rows of the probe are all that is certain.
            return probe
        start = (number - 1) * limit
        rows = max(0, min(limit, probe.total - start))
        return replace(probe, page=page_of(start, rows), pages=-(-probe.total // limit))
