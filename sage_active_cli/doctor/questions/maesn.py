"""What Maesn really answers (docs/reference/maesn.md)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from sage_active.client import ReadRequest
from sage_active.errors import SageActiveError
from sage_active.faults import Action, Kind
from sage_active.markets import MAESN
from sage_active.offer import Verdict
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from sage_active_cli.doctor.maesn_subject import MaesnSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation, Question

CUSTOMERS: Final = RESOURCE_BY_NAME["customers"]
ITEMS: Final = RESOURCE_BY_NAME["items"]
INVOICES: Final = RESOURCE_BY_NAME["invoices"]
FEW: Final = 5
MANY: Final = 50
SMALL_PAGE: Final = {"page": "1", "limit": str(FEW)}
# Nothing was changed after it.
FUTURE: Final = {"lastModifiedAt": "2100-01-01T00:00:00Z"}
MOST_COMPANIES: Final = 10
# Least share of the rows that have a date.
SHARES: Final = {1.0: "all", 0.8: "most", 0.01: "some", 0.0: "none"}
KEYS: Final = ("id", "invoiceId")


def _records(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    data = body.get("data")
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def _companies(subject: MaesnSubject, _: Parts) -> Observation:
    usable = [company for company in subject.listed if company.usable][:MOST_COMPANIES]
    refused = 0
    for company in usable:
        try:
            subject.client.fetch(ReadRequest(CUSTOMERS, company, {}), 1, {}, FEW)
        except SageActiveError as error:
            if error.fault.kind is Kind.TRANSIENT or error.fault.action is Action.RETRY:
                raise
            refused += 1
    if not usable:
        raise NotSeenError
    return Observation("some_unusable" if refused else "all_usable", f"{refused} of {len(usable)} refused")


def _totals(subject: MaesnSubject, _: Parts) -> Observation:
    return Observation("missing" if subject.fetch_page(CUSTOMERS, FEW).total is None else "there")


def _filter(subject: MaesnSubject, _: Parts) -> Observation:
    if not subject.fetch_page(CUSTOMERS, FEW).page.rows:
        raise NotSeenError
    return Observation("ignored" if subject.fetch_page(CUSTOMERS, FEW, FUTURE).page.rows else "honoured")


def _dates(subject: MaesnSubject, _: Parts) -> Observation:
    dates = [date for resource in (CUSTOMERS, ITEMS) for date in subject.fetch_page(resource, MANY).page.dates]
    if not dates:
        raise NotSeenError
    share = sum(date is not None for date in dates) / len(dates)
    return Observation(next(outcome for least, outcome in SHARES.items() if share >= least))


def _one_record(subject: MaesnSubject, _: Parts) -> Observation:
    rows = _records(subject.body(ITEMS, SMALL_PAGE))
    key = rows[0].get("id") if rows else None
    if not isinstance(key, str):
        raise NotSeenError
    return Observation(
        "list" if isinstance(subject.body(ITEMS, {}, quote(key, safe="")).get("data"), list) else "object"
    )


def _invoice_key(subject: MaesnSubject, _: Parts) -> Observation:
    rows = _records(subject.body(INVOICES, SMALL_PAGE))
    if not rows:
        raise NotSeenError
    members = tuple(name for name in KEYS if any(row.get(name) for row in rows))
    if len(members) == 1:
        return Observation("id" if members == ("id",) else "invoice_id")
    return Observation("both" if members else "neither")


def _planned_question(resource: Resource) -> Any:
    by_status = {404: "absent", 405: "refused_by_method"}

    def ask(subject: MaesnSubject, _: Parts) -> Observation:
        offer = subject.client.offer(resource, subject.company, once=True)
        if offer.verdict is Verdict.NOT_OFFERED:
            return Observation(by_status.get(offer.status or 0, "another_status"))
        return Observation("rows" if offer.verdict is Verdict.ROWS else "empty")

    return ask


_TRY: Final = "reads it with `planned_objects: try`"
PLANNED: Final = tuple(
    Question(
        name=f"plans{resource.name}",
        fact=f"planned: {resource.name}",
        sources="planned for Sage Active",
        outcomes={
            "absent": Meaning("not there (404)", "refuses the stream"),
            "refused_by_method": Meaning("not there (405)", "refuses the stream"),
            "another_status": Meaning("not there", "refuses the stream"),
            "empty": Meaning("answers, with no rows", _TRY),
            "rows": Meaning("answers, with rows", _TRY),
        },
        ask=_planned_question(resource),
    )
    for resource in offered(MAESN)
    if is_planned(resource, MAESN)
)
MAESN_QUESTIONS: Final = (
    Question(
        name="listed_companies",
        fact="list of companies",
        sources="rows tell no status",
        outcomes={
            "all_usable": Meaning("all can be read", "reads them all"),
            "some_unusable": Meaning("some refuse to be read", "their streams fail by name; name the others"),
        },
        unseen="company",
        ask=_companies,
    ),
    Question(
        name="totals",
        fact="totals of lists",
        sources="meta.pagination may be null or missing",
        outcomes={
            "there": Meaning("stated", "proves each read by them"),
            "missing": Meaning("not stated", "reads until a page is short"),
        },
        ask=_totals,
    ),
    Question(
        name="filter",
        fact="lastModifiedAt",
        sources="on all lists; whether it is honoured is unknown",
        outcomes={
            "honoured": Meaning("filters", "reads what has changed"),
            "ignored": Meaning("is ignored", "notices it, and reads the list whole"),
        },
        unseen="customer",
        ask=_filter,
    ),
    Question(
        name="dates",
        fact="dates of change",
        sources="in the contract; whether they are filled is unknown",
        outcomes={
            "all": Meaning("in every row", "reads what has changed"),
            "most": Meaning("in most rows", "reads the list whole, with a warning"),
            "some": Meaning("in some rows", "reads the list whole, with a warning"),
            "none": Meaning("in no row", "reads the list whole, with a warning"),
        },
        unseen="customer or item",
        ask=_dates,
    ),
    Question(
        name="one_record",
        fact="answer with one item",
        sources="a list of one, or an object",
        outcomes={
            "list": Meaning("a list of one", "understands both"),
            "object": Meaning("an object", "understands both"),
        },
        unseen="item",
        ask=_one_record,
    ),
    Question(
        name="invoice_key",
        fact="key of invoices",
        sources="invoiceId in the contract, id on newer pages",
        outcomes={
            "invoice_id": Meaning("invoiceId", "takes it as it is"),
            "id": Meaning("id", "appends it as invoiceId"),
            "both": Meaning("both", "takes invoiceId; the stream fails if they differ"),
            "neither": Meaning("neither", "the stream fails by name"),
        },
        unseen="invoice",
        ask=_invoice_key,
    ),
    *PLANNED,
)
