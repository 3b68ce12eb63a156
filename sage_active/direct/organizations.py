"""The companies of a sign-in: Sage Active's organizations (docs/reference/authentication.md, "Companies")."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import msgspec

from sage_active.client import Company, CompanyList, ReadRequest
from sage_active.company_list import list_markets, market_placeholder
from sage_active.direct.answers import Answered, page_or_raise
from sage_active.direct.contract import Field
from sage_active.direct.paginator import CursorPaginator, PagesEndlessError, PagesMovedError
from sage_active.direct.query import Query, Shape, page_query, selection
from sage_active.direct.refusals import FieldName
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import CONTRADICTION
from sage_active.form import is_sendable
from sage_active.http.response import UNREADABLE
from sage_active.limits import MOST_COMPANIES, MostBytes
from sage_active.markets import MARKET_BY_TARGET
from sage_active.resources.resource import DirectResource, Resource, Scope

LOGGER = logging.getLogger("airbyte")
# More than three, so that three faults in a row cost nothing but time.
ATTEMPTS: Final = 5
EMPTY_ID: Final = "00000000-0000-0000-0000-000000000000"
TYPE: Final = "Organization"
# Without these nobody could tell which companies there are and which of them can be used.
REQUIRED: Final = ("id", "status", "onboardingCompleted")
# What a company is called and where it is: nothing depends on them.
LABELS: Final = ("legislationCode", "socialName")
FIELDS: Final = tuple(Field(TYPE, name, "String") for name in (*REQUIRED, *LABELS))
ORGANIZATIONS: Final = Resource(
    name="companies", direct=DirectResource(root="organizations", type=TYPE, scope=Scope.SIGN_IN)
)
DECODER: Final = msgspec.json.Decoder(dict[str, Any])
Result = TypeVar("Result")


class Sender(Protocol):
    """What the list needs of a client."""

    errors: Errors

    def adapted(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        query_of: Callable[[Shape, int], Query],
        send: Callable[[Query, MostBytes], Result],
        required: frozenset[FieldName] = frozenset(),
    ) -> Result:
        """Sends a query in a shape that the server accepts."""

    def ask(
        self,
        query: Query,
        company: Company,
        stream: str,
        interpret: Callable[[Answered, datetime], Result],
        most: MostBytes = MostBytes.WHOLE,
    ) -> Result:
        """Sends a query until its answer is whole and `interpret` can make sense of it."""


@dataclass(frozen=True, slots=True)
class _CompanyPage:
    """A page of the list; implements `CursorPage`."""

    companies: Sequence[Company]
    keys: Sequence[str]
    stated: int | None
    next: str | None
    more: bool
    date: datetime
    guarded: tuple[int | None, ...] = ()


class Organizations:
    """The list of one market. A company whose market the server does not state belongs to this one.

    `listed_at`: the server's clock when it was last asked for.
    """

    def __init__(self, sender: Sender, target_system: str) -> None:
        self._sender = sender
        self._market = MARKET_BY_TARGET[target_system].code
        self._request = ReadRequest(ORGANIZATIONS, market_placeholder(target_system), {})
        self.listed_at: datetime | None = None

    def companies(self) -> list[Company]:
        """All of them; usable are those that are READY and onboarded.

        Raises `SageActiveError` when the list contradicts itself: a short list would leave whole companies out.
        """
        for _ in range(ATTEMPTS):
            try:
                pages = list(CursorPaginator(self._page, MOST_COMPANIES))
                self.listed_at = min((page.date for page in pages), default=None)
                return [company for page in pages for company in page.companies]
            except PagesMovedError as moved:
                reason = f"a list of companies with {moved}"
                if isinstance(moved, PagesEndlessError):
                    break
                LOGGER.info("The API has %s; asking again.", reason)
            except SageActiveError as error:
                raise error.located(ORGANIZATIONS.name, "") from None
        raise self._sender.errors.of(CONTRADICTION, detail=reason).located(ORGANIZATIONS.name, "")

    def _page(self, after: str | None) -> _CompanyPage:
        def query_of(shape: Shape, first: int) -> Query:
            return page_query("organizations", selection(FIELDS, shape), None, first=first, after=after, ordered=False)

        required = frozenset((TYPE, name) for name in REQUIRED)

        def send(query: Query, most: MostBytes) -> _CompanyPage:
            return self._sender.ask(query, self._request.company, ORGANIZATIONS.name, self._listed, most)

        return self._sender.adapted(self._request, FIELDS, query_of, send, required)

    def _listed(self, data: Answered, date: datetime) -> _CompanyPage:
        connection = page_or_raise(self._sender.errors, data)
        if connection.nodes is None:
            raise self._sender.errors.of(CONTRADICTION, detail="a list of companies that is null")
        try:
            companies = [self._company(DECODER.decode(row)) for row in connection.nodes]
        except UNREADABLE as exception:
            detail = f"a company that is not an object, {exception}"
            raise self._sender.errors.of(CONTRADICTION, detail=detail) from None
        info = connection.pageInfo
        return _CompanyPage(
            companies,
            _keys_of([company.id for company in companies]),
            connection.totalCount,
            info.endCursor if info else None,
            bool(info and info.hasNextPage),
            date,
        )

    def _company(self, organization: Mapping[str, Any]) -> Company:
        identifier = organization.get("id")
        # It travels in a header.
        if not isinstance(identifier, str) or not identifier.strip() or not is_sendable(identifier):
            raise self._sender.errors.of(CONTRADICTION, detail="a company without an id")
        status = organization.get("status")
        usable = status == "READY" and bool(organization.get("onboardingCompleted")) and identifier != EMPTY_ID
        market = str(organization.get("legislationCode") or self._market)
        # Without the field, a name must be made up; a company without a name has none.
        name = str(organization.get("socialName", identifier) or "")
        return Company(identifier, name, market, str(status) if status else None, usable)


def organizations_of(sender: Sender, target_systems: Sequence[str]) -> tuple[CompanyList, datetime | None]:
    """The organizations of the sign-in in all markets, and the earliest of the servers' clocks.

    Raises `SageActiveError` where no market lists its own.
    """
    dates: list[datetime] = []

    def ask(target_system: str) -> list[Company]:
        organizations = Organizations(sender, target_system)
        listed = organizations.companies()
        dates.extend([organizations.listed_at] if organizations.listed_at else [])
        return listed

    return list_markets(target_systems, ask), min(dates, default=None)


def _keys_of(ids: Sequence[str]) -> list[str]:
    """The ids, and something of its own for a company that is on the page once more: the API counts it again."""
    seen: Counter[str] = Counter()
    keys = []
    for identifier in ids:
        keys.append(f"{identifier} {seen[identifier]}" if seen[identifier] else identifier)
        seen[identifier] += 1
    return keys
