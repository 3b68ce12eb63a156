"""The client of Maesn's unified API, for the Sage Active targets (docs/reference/maesn.md)."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from sage_active.auth.api_key import ApiKeyAuthenticator
from sage_active.client import Company, CompanyList, Page, ReadRequest, Survey, reason_or_raise
from sage_active.company_list import list_markets, market_placeholder
from sage_active.config import ConnectionConfig
from sage_active.credentials import MaesnCredentials
from sage_active.encoded_content import decoded_content
from sage_active.errors import Errors, SageActiveError
from sage_active.excerpt import excerpt
from sage_active.existing import Counting, Existing
from sage_active.faults import CONTRADICTION, TWO_KEYS, Api
from sage_active.first_pages import FirstPageCache
from sage_active.http.market_transports import MarketTransports
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active.limited_warnings import LimitedWarnings
from sage_active.limits import MostBytes
from sage_active.maesn.answers import (
    COMPANIES_DECODER,
    RECORD_DECODER,
    ROWS_DECODER,
    AnswerDecoder,
    CompaniesBody,
    CompanyRow,
    Pagination,
    RecordBody,
    RowsBody,
)
from sage_active.maesn.models import record_schema
from sage_active.maesn.omitted import without_omitted
from sage_active.maesn.page_limits import PageLimits
from sage_active.maesn.planned_probe import PlannedProbe
from sage_active.maesn.reading import ROWS_OF_A_PROBE, FetchedPage, MaesnReading
from sage_active.maesn.row_pages import TwoKeysError, row_pages
from sage_active.markets import MAESN
from sage_active.odd_rows import values_of
from sage_active.offer import Offer
from sage_active.resources.omission import schema_without
from sage_active.resources.resource import Resource

Body = TypeVar("Body")
Result = TypeVar("Result")
ACCEPT: Final = {"Accept": "application/json"}
# What requests for documents are for: not the stream, which goes on without them.
CONTENTS: Final = "contents"


class MaesnClient:
    """One API key with the account key of one market or several. Shared by all threads."""

    connection = MAESN

    def __init__(self, config: ConnectionConfig, *, user_agent: str, retry_policy: RetryPolicy | None = None) -> None:
        if not isinstance(config.credentials, MaesnCredentials):
            raise TypeError("the connection through Maesn needs its own credentials")
        self._credentials = config.credentials
        self._url = config.endpoints.maesn
        self._waiting = FirstPageCache()
        self._limits = PageLimits()
        self.listed_at: datetime | None = None
        self.errors = Errors(Api.MAESN, config.credentials.target_system)
        self.warnings = LimitedWarnings()
        self.answers = AnswerDecoder(self.errors, self.warnings)
        budget, api_key = budget_of(config.requests_per_minute), config.credentials.api_key
        slots = threading.Semaphore(config.num_workers)

        def opened(target_system: str, account_key: str) -> Transport:
            return Transport(
                Errors(Api.MAESN, target_system),
                user_agent=user_agent,
                connections=config.num_workers,
                authenticator=ApiKeyAuthenticator(api_key, account_key),
                retry_policy=retry_policy,
                budget=budget,
                slots=slots,
            )

        self._transports = MarketTransports(config.credentials.keys, opened)

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        self._transports.close()

    def companies(self) -> list[Company]:
        """All companies. Raises `SageActiveError` where an account does not list its own."""
        return self.company_list().whole()

    def company_list(self) -> CompanyList:
        """The companies of all accounts. Raises `SageActiveError` where none of them lists its own."""
        dates: list[datetime] = []

        def ask(target_system: str) -> list[Company]:
            companies, date = self.companies_of(target_system)
            dates.append(date)
            return companies

        self.listed_at = None
        found = list_markets(list(self._credentials.keys), ask)
        self.listed_at = min(dates)
        return found

    def companies_of(self, target_system: str) -> tuple[list[Company], datetime]:
        """The rows of GET /auth/companies for one account, and the server's clock.

        `id` is companyId, `environmentId` is environmentName. Source: docs/reference/maesn.md, "Companies". Raises
        `SageActiveError`.
        """
        account = market_placeholder(target_system)

        def listed(reply: CompaniesBody, date: datetime) -> tuple[list[Company], datetime]:
            if reply.data is None:
                raise self.errors.of(CONTRADICTION, detail="a list of companies that is null")
            return [self._company(row, account.market) for row in reply.data], date

        try:
            return self._get(account, "/auth/companies", {}, "companies", COMPANIES_DECODER, listed)
        except SageActiveError as error:
            raise error.located("companies", "") from None

    @staticmethod
    def _company(row: CompanyRow, market: str) -> Company:
        subscriptions = row.subscription or []
        ended = bool(subscriptions) and all(subscription.active is False for subscription in subscriptions)
        return Company(
            id=row.id or "",
            name=row.name or "",
            market=market,
            status=next((subscription.status for subscription in subscriptions if subscription.status), None),
            usable=bool(row.id) and not ended,
            environment_name=row.environmentId,
        )

    def schema(self, resource: Resource, *, ask_server: bool = True) -> Mapping[str, Any]:
        """The schema of the contract's records; Maesn has none that could be asked for."""
        del ask_server
        binding = resource.on(MAESN)
        return schema_without(record_schema(binding.record), binding.omit)

    def is_dated(self, resource: Resource) -> bool:
        """Whether the records have a date that tells changes."""
        return bool(resource.on(MAESN).dates)

    def counting(self, resource: Resource) -> Counting | None:
        """None: Maesn's lists have no filter by creation date."""
        return None

    def is_surveyed(self, resource: Resource) -> bool:
        """No: a request has one object, and a list states its count with its first page only."""
        return False

    def survey(
        self,
        last: Mapping[Resource, Existing | None],
        now: datetime,
        requests: Mapping[Resource, ReadRequest],
        company: Company,
    ) -> Iterator[Survey]:
        """Nothing: what a full read has counted is in its summary."""
        return iter(())

    def probe(self, resources: Sequence[Resource], company: Company) -> Mapping[str, SageActiveError | None]:
        """Reads the smallest page of each, one after the other: a request has one object."""
        return {resource.name: self._probed(resource, company) for resource in resources}

    def _probed(self, resource: Resource, company: Company) -> SageActiveError | None:
        try:
            self.fetch(ReadRequest(resource, company, {}), 1, {}, ROWS_OF_A_PROBE)
        except SageActiveError as error:
            return reason_or_raise(error, resource.name, company)
        return None

    def offer(self, resource: Resource, company: Company, *, once: bool = False) -> Offer:
        """See `PlannedProbe`; each of its requests is sent `once`, or as patiently as any other."""
        return PlannedProbe(self.answers, partial(self.first_page, company, once=once), company).offer(resource)

    def first_page(
        self,
        company: Company,
        resource: Resource,
        decode: Callable[[Response], Offer],
        limit: int | None,
        *,
        once: bool = False,
    ) -> Offer:
        """Asks for the first page of a list, and leaves to `decode` what its answer means."""
        parameters = {"page": "1", **({"limit": str(limit)} if limit else {}), **_pair(company)}
        request = self._request(f"/accounting/{resource.on(MAESN).path}", parameters, resource.name)
        if once:
            return self._transports.send_once(company, request, decode)
        return self._transports.send(company, request, decode)

    def fingerprint(self, request: ReadRequest) -> None:
        """None: pages are numbered and move with the rows, so that none of them is complete before all are."""

    def open(self, request: ReadRequest) -> MaesnReading:
        """Plans a read of one object in one company."""
        return MaesnReading.plan(self, request, request.resource.on(MAESN), self._waiting, self._limits)

    def fetch(self, request: ReadRequest, number: int, filters: Mapping[str, str], limit: int) -> FetchedPage:
        """One page by its number, from 1."""
        parameters = {"page": str(number), "limit": str(limit), **_pair(request.company), **filters}
        path = f"/accounting/{request.resource.on(MAESN).path}"

        def as_page(reply: RowsBody, date: datetime) -> FetchedPage:
            pagination = (reply.meta and reply.meta.pagination) or Pagination()
            # No rows may be stated by the total alone (docs/reference/maesn.md, "Paging").
            if reply.data is None and (pagination.total != 0 or reply.errors):
                raise self.errors.of(CONTRADICTION, detail="a page without rows")
            for warning in (reply.meta and reply.meta.warnings) or ():
                name = request.resource.name
                self.warnings.warn(name, f"Maesn, stream {name}", excerpt(warning))
            page = self._page(request.resource, reply.data or [], number)
            return FetchedPage(page, _whole(pagination.total), _whole(pagination.totalPages), date)

        # A few rows must come, however large they are.
        most = MostBytes.PAGE if limit > ROWS_OF_A_PROBE else MostBytes.WHOLE
        return self._get(request.company, path, parameters, request.resource.name, ROWS_DECODER, as_page, most)

    def pdf(self, resource: Resource, company: Company, row_id: str) -> bytes:
        """The PDF of a document (docs/reference/maesn.md, "Invoices"). Raises `SageActiveError`."""
        path = f"/accounting/{resource.on(MAESN).path}/{quote(row_id, safe='')}/document"

        def content(reply: RecordBody, _: datetime) -> bytes:
            document = values_of(reply.data)
            return decoded_content(self.errors, document.get("content") if document.get("base64Encoded") else None)

        return self._get(company, path, _pair(company), CONTENTS, RECORD_DECODER, content)

    def post(self, resource: Resource, company: Company, body: bytes, decode: Callable[[Response], Result]) -> Result:
        """Sends the body of a create; again only when that certainly had no effect (see `Transport.send`)."""
        request = Request(
            "POST",
            f"{self._url}/accounting/{resource.on(MAESN).path}",
            params=_pair(company),
            headers={**ACCEPT, "Content-Type": "application/json"},
            body=body,
            stream=resource.name,
            company=company.id,
            idempotent=False,
        )
        return self._transports.send(company, request, decode)

    def _page(self, resource: Resource, rows: list[msgspec.Raw], number: int) -> Page:
        binding = resource.on(MAESN)
        try:
            return without_omitted(row_pages(binding).page(rows, f"page {number}"), binding.omit)
        except TwoKeysError as error:
            raise self.errors.of(TWO_KEYS, detail=str(error)) from None

    def _get(
        self,
        company: Company,
        path: str,
        parameters: Mapping[str, str],
        stream: str,
        decoder: "msgspec.json.Decoder[Body]",
        interpret: Callable[[Body, datetime], Result],
        most: MostBytes = MostBytes.WHOLE,
    ) -> Result:
        """Asks until the answer is whole and `interpret` can make sense of it."""
        return self._transports.send(
            company,
            self._request(path, parameters, stream, most),
            lambda answer: interpret(self.answers.body_or_raise(answer, decoder), answer.date),
        )

    def _request(
        self, path: str, parameters: Mapping[str, str], stream: str, most: MostBytes = MostBytes.WHOLE
    ) -> Request:
        return Request(
            "GET",
            f"{self._url}{path}",
            params=parameters,
            headers=ACCEPT,
            stream=stream,
            company=parameters.get("companyId", ""),
            most=most,
        )


def _pair(company: Company) -> Mapping[str, str]:
    """What names a company in every call (docs/reference/maesn.md, "Companies")."""
    return {"companyId": company.id, "environmentName": company.environment_name or ""}


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
