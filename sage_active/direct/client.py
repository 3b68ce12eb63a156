"""The client of Sage Active's own API: signs requests, asks, and adapts to what this server does not know or allow."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from sage_active.auth.token_store import Tokens
from sage_active.client import Company, CompanyList, Page, Reading, ReadRequest, Survey
from sage_active.company_list import market_placeholder
from sage_active.config import ConnectionConfig
from sage_active.credentials import DirectCredentials
from sage_active.direct.adaptation import Adaptation
from sage_active.direct.aliased import AliasedQuery
from sage_active.direct.answers import PAGE_DECODER, AnswerDecoder, Answered, GraphQLRefusal
from sage_active.direct.census import surveys
from sage_active.direct.contract import Contract, Field
from sage_active.direct.downloads import Downloads
from sage_active.direct.fetched_page import fetched_page
from sage_active.direct.field_selection import FieldSelection, Selections
from sage_active.direct.filters import Where
from sage_active.direct.fingerprint import fingerprint
from sage_active.direct.market_apis import MarketApis
from sage_active.direct.organizations import organizations_of
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.probing import probed, require_value
from sage_active.direct.query import Query, Shape, page_query
from sage_active.direct.recounting import Recounting, counting_of
from sage_active.direct.refusals import FieldName
from sage_active.direct.served_schema import with_additions
from sage_active.direct.stated_counts import stated_counts
from sage_active.direct.strategies.opening import open_reading
from sage_active.direct.strategies.selection import (
    is_dated,
    order_of,
    row_fields,
    row_schema,
    without_omitted,
)
from sage_active.direct.strategies.smallest import is_optional, smallest
from sage_active.direct.strategy import strategy_of
from sage_active.direct.surveyed_read import SURVEYED
from sage_active.errors import Errors, SageActiveError
from sage_active.existing import Counting, Existing
from sage_active.faults import CONTRADICTION, Api
from sage_active.first_pages import FirstPageCache
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.limited_warnings import LimitedWarnings
from sage_active.limits import MostBytes
from sage_active.markets import DIRECT
from sage_active.offer import Offer, Verdict
from sage_active.resources.resource import Resource

# Each round drops at least one field; a reply names at most five (docs/reference/server-behaviour.md, "Unknown
# fields").
MOST_ROUNDS: Final = 40
Result = TypeVar("Result")


class DirectClient:
    """One sign-in, for one market or several.

    Shared by all threads; what it learns about the servers is kept under a lock.
    """

    connection = DIRECT

    def __init__(
        self,
        config: ConnectionConfig,
        *,
        user_agent: str,
        publish: Callable[[Tokens], None],
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        if not isinstance(config.credentials, DirectCredentials):
            raise TypeError("the direct connection needs its own credentials")
        self._credentials = config.credentials
        self._apis = MarketApis(
            config, config.credentials, user_agent=user_agent, publish=publish, retry_policy=retry_policy
        )
        self.errors = Errors(Api.DIRECT, config.credentials.target_system)
        self.answers = AnswerDecoder(self.errors, LimitedWarnings())
        self._adaptation = Adaptation()
        self._selections = Selections()
        self._fetched_streams: set[tuple[str, str]] = set()
        self._waiting = FirstPageCache()
        self.aliased = AliasedQuery(self)
        self.downloads = Downloads(self.aliased, self._apis.contents, self.errors, self.url)
        # Too many pages for one request says nothing of how many small questions it may have.
        self.page_questions = AliasedQuery(self)
        self.listed_at: datetime | None = None

    @cached_property
    def contract(self) -> Contract:
        """The packaged contract; parsing it takes a while, which signing in and listing companies can do without."""
        return Contract()

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        self._apis.close()

    def companies(self) -> list[Company]:
        """All companies. Raises `SageActiveError` where a market does not list its own."""
        return self.company_list().whole()

    def company_list(self) -> CompanyList:
        """The organizations of the sign-in, as each market lists its own. Raises `SageActiveError`."""
        found, self.listed_at = organizations_of(self, list(self._credentials.keys))
        return found

    def nobody(self) -> Company:
        """Stands for the first market in what belongs to no company."""
        return market_placeholder(self._credentials.target_system)

    def url(self, company: Company) -> str:
        """Where the API of a company's market is."""
        return self._apis.url(company)

    def schema(self, resource: Resource, *, ask_server: bool = True) -> Mapping[str, Any]:
        """The packaged contract's schema; with the server's additions where its own schema can be had without harm.

        Nothing is asked when that would rotate a refresh token that nobody would keep.
        """
        binding = resource.on(DIRECT)
        fields = row_fields(self.contract, binding)
        served = self._served_contract if ask_server else None
        if served and binding.type in served.schema.type_map:
            fields = with_additions(fields, without_omitted(served.fields(binding.type), binding))
        return row_schema(self.contract, binding, fields)

    def is_dated(self, resource: Resource) -> bool:
        """Whether the contract or the declaration has dates to filter the rows by."""
        return is_dated(self.contract, resource.on(DIRECT))

    def counting(self, resource: Resource) -> Counting | None:
        """How rows can be counted: by their creation dates, or by days."""
        return counting_of(self.contract, resource.on(DIRECT))

    def is_surveyed(self, resource: Resource) -> bool:
        """Whether its pages come with a count of all rows."""
        return isinstance(strategy_of(self.contract, resource.on(DIRECT)), SURVEYED)

    def survey(
        self,
        last: Mapping[Resource, Existing | None],
        now: datetime,
        requests: Mapping[Resource, ReadRequest],
        company: Company,
    ) -> Iterator[Survey]:
        """Counts rows and asks about reads, many in one request; see `Recounting` and `Census`."""
        return surveys(self, Recounting(self.contract).recounts(last, now), requests, company)

    @cached_property
    def _served_contract(self) -> Contract | None:
        return self._apis.served_contract(self.answers)

    def probe(self, resources: Sequence[Resource], company: Company) -> Mapping[str, SageActiveError | None]:
        """Reads the identity of at most one row of each; many of them in one request."""
        bindings = {resource.name: resource.on(DIRECT) for resource in resources}
        there = {name: binding for name, binding in bindings.items() if binding.is_in(company.market)}
        fields = {name: smallest(self.contract, binding, company.id) for name, binding in there.items()}
        may_be_null = {name for name, binding in there.items() if is_optional(self.contract, binding)}
        return probed(self.aliased, fields, company, partial(require_value, self, may_be_null))

    def offer(self, resource: Resource, company: Company, *, once: bool = False) -> Offer:
        """Nothing is only planned here: what has a place can be read."""
        return Offer(Verdict.ROWS)

    def fingerprint(self, request: ReadRequest) -> str | None:
        """A hash of what the read asks for; see `fingerprint`."""
        return fingerprint(self.contract, request)

    def open(self, request: ReadRequest) -> Reading:
        """Plans a read of one object in one company."""
        return open_reading(self, request, self._waiting)

    # --- what a reading asks ---

    def fields(self, request: ReadRequest) -> tuple[Field, ...]:
        """What the catalog selects of the object, dates and key always included."""
        return self._selections.fields(self.contract, request.resource.on(DIRECT), request.schema)

    def selection(self, request: ReadRequest) -> FieldSelection:
        """The same as text, with what decodes its rows."""
        return self._selections.of(self.fields(request), request.resource.on(DIRECT))

    def has_fetched(self, request: ReadRequest) -> bool:
        """Whether a page of the stream has come from this market in this run."""
        return (request.resource.name, request.company.market) in self._fetched_streams

    def weigh(self, request: ReadRequest, page: Page) -> None:
        """Takes the weight of a page's rows into account."""
        self._adaptation.weigh(request, request.resource.on(DIRECT), self.selection(request).row_bytes, page)

    def shape(self, request: ReadRequest) -> Shape:
        """What this server turned out not to have of the object."""
        return self._adaptation.shape(request)

    def page_size(self, request: ReadRequest) -> int:
        """How many rows a page asks for at present."""
        binding = request.resource.on(DIRECT)
        return self._adaptation.page_size(
            request, binding, self._selections.of(self.fields(request), binding).row_bytes
        )

    def fetch(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        where: Where | Callable[[Shape], Where | None] | None,
        *,
        after: str | None,
        ordered: bool,
        guards: Sequence[Where | None] = (),
        required: frozenset[FieldName] = frozenset(),
    ) -> FetchedPage:
        """One page. Fields that the server refuses are left out with a warning; too expensive pages become smaller.

        `where`: the filter, or what makes it for what the server has; `guards`: filters whose counts are asked for
        beside the page; `required`: fields that it needs.
        Raises `GraphQLRefusal` for refused filters and for a required field that is refused.
        """
        binding = request.resource.on(DIRECT)
        selection = self._selections.of(fields, binding)

        def query_of(shape: Shape, first: int) -> Query:
            text = selection.text(shape)
            return page_query(
                binding.root,
                text,
                where(shape) if callable(where) else where,
                first=first,
                after=after,
                ordered=ordered,
                order=order_of(binding),
                guards=guards,
            )

        def as_page(data: Answered, date: datetime) -> FetchedPage:
            return fetched_page(self.errors, selection.heads, data, date, after or "", len(guards))

        def send(query: Query, most: MostBytes) -> FetchedPage:
            return self.ask(query, request.company, request.resource.name, as_page, most)

        page = self.adapted(request, fields, query_of, send, required)
        self._adaptation.weigh(request, binding, selection.row_bytes, page.page, is_full=page.more)
        self._fetched_streams.add((request.resource.name, request.company.market))
        return page

    def adapted(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        query_of: Callable[[Shape, int], Query],
        send: Callable[[Query, MostBytes], Result],
        required: frozenset[FieldName] = frozenset(),
        *,
        has_pages: bool = True,
    ) -> Result:
        """Sends a query in a shape, and for a number of rows, that the server accepts, and remembers both.

        `query_of`: the query for `fields` in such a shape; `send`: sends it, for an answer of so many bytes at most;
        `has_pages`: fewer rows can be asked for. Raises `GraphQLRefusal` for what is not about either, and for a
        `required` field that is refused.
        """
        binding = request.resource.on(DIRECT)
        row_bytes = self._selections.of(fields, binding).row_bytes if has_pages else 0
        # Others may find rows lighter meanwhile: what was too large is not asked for again.
        most_rows = binding.rows_of_a_page if has_pages else 1
        for _ in range(MOST_ROUNDS):
            shape, first = self.shape(request), min(most_rows, self._adaptation.page_size(request, binding, row_bytes))
            query = query_of(shape, first)
            # One row must come, however large it is.
            most = MostBytes.PAGE if first > 1 else MostBytes.WHOLE
            try:
                return send(query, most)
            except GraphQLRefusal as refused:
                self._adaptation.learn(
                    request,
                    binding,
                    fields,
                    first,
                    query.text,
                    refused,
                    requested_shape=shape,
                    required=required,
                )
            except SageActiveError as error:
                most_rows = self._adaptation.lighten(request, row_bytes, first, error)
        raise self.errors.of(CONTRADICTION, detail="the server refuses ever more fields")

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        """The rows that the API states for each filter."""
        return stated_counts(self, request, wheres)

    def ask(
        self,
        query: Query,
        company: Company,
        stream: str,
        interpret: Callable[[Answered, datetime], Result],
        most: MostBytes = MostBytes.WHOLE,
    ) -> Result:
        """Sends a query until its answer is whole and `interpret` can make sense of it; see `Transport.send`."""

        def decode(answer: Response) -> Result:
            data = self.answers.data_or_raise(answer, PAGE_DECODER)
            return interpret(data, answer.date)

        return self.post(company, stream, query.body(), decode, most=most)

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
        """Sends a document, signed, until `decode` accepts the answer; see `Transport.send`."""
        return self._apis.post(company, stream, body, decode, headers=headers, idempotent=idempotent, most=most)
