"""Estimates reads through Maesn: one page of five rows for each company, which states the total."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sage_active.client import Company, ReadRequest
from sage_active.config import ConnectionConfig
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.page_limits import PageLimits
from sage_active.maesn.reading import ROWS_OF_A_PROBE, FetchedPage, MaesnReading
from sage_active.offer import Offer, Verdict
from sage_active.resources.resource import Resource
from sage_active_cli.read_estimate import Meter, ReadEstimate, page_of

Filters = Mapping[str, str]


class MaesnEstimator(MaesnClient):
    """A client that estimates reads instead of making them; everything else is done as always, and timed."""

    def __init__(self, config: ConnectionConfig, *, user_agent: str, retry_policy: RetryPolicy | None = None) -> None:
        super().__init__(config, user_agent=user_agent, retry_policy=retry_policy)
        self.meter = Meter()
        self.estimates: list[ReadEstimate] = []
        # What has rows and is about to be read, by stream and company.
        self._having_rows: dict[tuple[str, str], ReadEstimate] = {}

    def companies_of(self, target_system: str) -> tuple[list[Company], datetime]:
        """As always, and timed."""
        with self.meter.timed():
            return super().companies_of(target_system)

    def open(self, request: ReadRequest) -> MaesnReading:
        """Plans a read as the connector does."""
        binding = request.resource.maesn
        if binding is None:
            raise KeyError(f"Maesn does not offer {request.resource.name}")
        estimate = self._having_rows.pop((request.resource.name, request.company.id), None) or self._begun(request)
        reading = MaesnReading.plan(_TotalsOnly(self, estimate), request, binding, self._waiting, PageLimits())
        estimate.reading = reading
        return reading

    def offer(self, resource: Resource, company: Company, *, once: bool = False) -> Offer:
        """As always: a read asks the same."""
        estimate = self._begun(ReadRequest(resource, company, {}))
        before = self.meter.requests
        try:
            offer = super().offer(resource, company, once=once)
        finally:
            estimate.requests = self.meter.requests - before
        if offer.verdict is Verdict.ROWS:
            self._having_rows[resource.name, company.id] = estimate
        else:
            estimate.stated = 0
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

    def _begun(self, request: ReadRequest) -> ReadEstimate:
        estimate = ReadEstimate(request)
        self.estimates.append(estimate)
        return estimate

    def fetch(self, request: ReadRequest, number: int, filters: Filters, limit: int) -> FetchedPage:
        """As always, and timed."""
        with self.meter.timed():
            return super().fetch(request, number, filters, limit)


class _TotalsOnly:
    """Implements `PageFetcher`: the smallest page tells the total, all others are made up from it."""

    def __init__(self, client: MaesnEstimator, estimate: ReadEstimate) -> None:
        self.errors = client.errors
        self._client = client
        self._estimate = estimate
        self._known: dict[str, FetchedPage] = {}

    def fetch(self, request: ReadRequest, number: int, filters: Filters, limit: int) -> FetchedPage:
        """One page of made-up rows; probes are made as they are."""
        self._estimate.requests += 1
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
