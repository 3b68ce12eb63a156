"""What the server has of the contract, and how it says no."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sage_active.client import Company
from sage_active.direct.answers import PLAIN_DECODER, GraphQLError
from sage_active.direct.organizations import EMPTY_ID
from sage_active.direct.query import RootField, Shape, aliased_query, selection
from sage_active.direct.strategies.selection import row_fields
from sage_active.http.response import UNREADABLE, Response
from sage_active.markets import DIRECT
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active_cli.doctor.census import taken
from sage_active_cli.doctor.direct_subject import PURPOSE, DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.root_fields import page, value

# So many of the heaviest lists are asked for at once that any published limit is exceeded.
HEAVY: Final = RESOURCE_BY_NAME["invoices"]
HEAVY_ALIASES: Final = 12
PAGE_ROWS: Final = 500
PUBLISHED_LIMITS: Final = {650_000: "latest", 400_000: "earlier", 100_000: "first"}
LIMITS: Final = {"maxFieldCost": "field_cost", "allowedComplexity": "complexity"}
CODE: Final = "HC0047"
SDL_PATHS: Final = ("?sdl", "/schema.graphql")


def _contract(subject: DirectSubject, _: Parts) -> Observation:
    census = taken(subject)
    if census.roots:
        return Observation("lacks_roots", names=(*sorted(census.roots), *sorted(census.fields)))
    return Observation("lacks_fields", names=tuple(sorted(census.fields))) if census.fields else Observation("complete")


def _account_code(_: DirectSubject, parts: Parts) -> Observation:
    if parts.error("object") is None:
        parts.value("object")
        return Observation("object")
    if parts.error("flat") is None:
        parts.value("flat")
        return Observation("flat")
    raise parts.error("flat") or NotSeenError


@dataclass(frozen=True, slots=True)
class _CostRefusal:
    """The number that the server names, and what it calls it; None where it refuses nothing."""

    limit: int | None = None
    name: str | None = None


def _cost(subject: DirectSubject) -> _CostRefusal:
    """Asks for far too much of rows that no filter lets through: refused before anything is looked up, or empty."""
    binding = HEAVY.on(DIRECT)
    selection_text = selection(row_fields(subject.client.contract, binding), Shape())
    fields = {
        f"q{number}": RootField(
            binding.root, {"first": PAGE_ROWS, "where": {"id": {"eq": EMPTY_ID}}}, f"nodes {{ {selection_text} }}"
        )
        for number in range(HEAVY_ALIASES)
    }

    def decode(answer: Response) -> _CostRefusal:
        for error in _errors(answer):
            for member, name in LIMITS.items():
                if error.details.get("code") == CODE and isinstance(limit := error.details.get(member), int):
                    return _CostRefusal(limit, name)
        subject.client.answers.data_or_raise(answer, PLAIN_DECODER)
        return _CostRefusal()

    return subject.client.post(subject.company, PURPOSE, aliased_query(fields).body(), decode)


def _errors(answer: Response) -> list[GraphQLError]:
    try:
        return PLAIN_DECODER.decode(answer.body).errors or []
    except UNREADABLE:
        return []


def _cost_limit(subject: DirectSubject, _: Parts) -> Observation:
    limit = _cost(subject).limit
    if limit is None:
        raise NotSeenError
    other = "lower" if limit < max(PUBLISHED_LIMITS) else "higher"
    return Observation(PUBLISHED_LIMITS.get(limit, other), f"{limit:,}")


def _cost_names(subject: DirectSubject, _: Parts) -> Observation:
    name = _cost(subject).name
    if name is None:
        raise NotSeenError
    return Observation(name)


def _introspection(_: DirectSubject, parts: Parts) -> Observation:
    if parts.error("type"):
        return Observation("refused_here")
    parts.value("type")
    return Observation("answered")


def _sdl(subject: DirectSubject, _: Parts) -> Observation:
    for path in SDL_PATHS:
        if subject.client.shows_schema(subject.company, path):
            return Observation("served")
    return Observation("not_served")


def _aggregate(_: DirectSubject, parts: Parts) -> Observation:
    found = parts.member("invoices").get("aggregate")
    if found is None:
        raise NotSeenError
    return Observation("list" if isinstance(found, list) else "object")


def _line_types(_: DirectSubject, parts: Parts) -> Observation:
    kinds = {text for row in parts.some_rows("sheet") if isinstance(text := row.get("lineType"), str)}
    if not kinds:
        raise NotSeenError
    return Observation("numbers" if all(text.isdigit() for text in kinds) else "names")


def _sheet(_: Company) -> Mapping[str, RootField]:
    year = date.today().year
    period: Mapping[str, Any] = {"startDate": f"{year - 1}-01-01T00:00:00Z", "endDate": f"{year - 1}-12-31T00:00:00Z"}
    return {"sheet": value("accountingBalanceSheet", {"input": period}, "lineType")}


SCHEMA: Final = (
    Question(
        name="contract",
        fact="roots and fields of the contract",
        sources="the contract is put together from documentation",
        outcomes={
            "complete": Meaning("has all of them", "reads all of them"),
            "lacks_fields": Meaning("lacks some fields", "drops them, with one warning"),
            "lacks_roots": Meaning("lacks some roots", "their streams fail by name"),
        },
        ask=_contract,
    ),
    Question(
        name="account_code",
        fact="code of accounts",
        sources="`{value}` or plain: pages disagree",
        outcomes={
            "object": Meaning("code { value }", "reads and filters it so"),
            "flat": Meaning("a plain code", "is refused once, then reads and filters it so"),
        },
        unseen="answer about accounts",
        fields={
            "object": page("accountingAccounts", "code { value }"),
            "flat": page("accountingAccounts", "code"),
        },
        ask=_account_code,
    ),
    Question(
        name="cost_limit",
        fact="most that a query may cost",
        sources="100,000, then 400,000, 650,000 since",
        outcomes={
            "latest": Meaning("650,000", "asks for full pages"),
            "earlier": Meaning("400,000, as in 2025", "makes pages smaller where they are refused"),
            "first": Meaning("100,000, as before", "makes pages smaller where they are refused"),
            "lower": Meaning("another number, below 650,000", "makes pages smaller where they are refused"),
            "higher": Meaning("more than 650,000", "asks for full pages"),
        },
        unseen="refusal of a heavy query",
        ask=_cost_limit,
    ),
    Question(
        name="cost_names",
        fact="numbers in a refusal by cost",
        sources="fieldCost, or complexity",
        outcomes={
            "field_cost": Meaning("fieldCost, maxFieldCost", "shrinks the page by their ratio"),
            "complexity": Meaning("complexity, allowedComplexity", "shrinks the page by their ratio"),
        },
        unseen="refusal of a heavy query",
        ask=_cost_names,
    ),
    Question(
        name="introspection",
        fact="introspection",
        sources="off in production by default; not stated",
        outcomes={
            "answered": Meaning("answered", "discover offers fields that only the server knows"),
            "refused_here": Meaning("refused", "goes by the packaged contract"),
        },
        fields={"type": value("__type", {"name": "Query"}, "name")},
        ask=_introspection,
    ),
    Question(
        name="sdl",
        fact="schema as a file",
        sources="may be served even so; not stated",
        outcomes={
            "served": Meaning("served", "discover offers fields that only the server knows"),
            "not_served": Meaning("not served", "goes by the packaged contract"),
        },
        ask=_sdl,
    ),
    Question(
        name="aggregate",
        fact="aggregate beside a list",
        sources="a list or one object: examples show both",
        outcomes={
            "list": Meaning("a list", "does not use it"),
            "object": Meaning("one object", "does not use it"),
        },
        unseen="answer with an aggregate",
        fields={
            "invoices": RootField(
                "salesInvoices",
                {"first": 1},
                'nodes { id } aggregate(aggregateFields: ["__count"]) { aggregates { name } }',
            )
        },
        ask=_aggregate,
    ),
    Question(
        name="line_types",
        fact="lineType of statements",
        sources="an enum in the table, numbers as text in examples",
        outcomes={
            "numbers": Meaning("a number as text", "delivers it as it comes"),
            "names": Meaning("a name", "delivers it as it comes"),
        },
        unseen="line of a balance sheet",
        of_company=_sheet,
        ask=_line_types,
    ),
)
