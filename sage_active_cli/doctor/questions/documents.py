"""What sales and purchase documents look like."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from graphql import GraphQLEnumType

from sage_active.client import Company
from sage_active.direct.contract import Contract
from sage_active.direct.query import RootField
from sage_active.resources.resource import Member
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts, Row
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.root_fields import DESCENDING, count, page, value

SAMPLE: Final = 50
ZERO: Final = Decimal(0)
TOLERANCE: Final = Decimal("0.01")
CREDIT_NOTE: Final = Member("CREDIT_NOTE")
MOST_SERIES: Final = 20
# Members of an organization that moved to `organizationDetail` in July 2026.
MOVED: Final = "documentId vatNumber currencyId"


def amount(row: Row, name: str) -> Decimal:
    """An amount of a row, exact, a number or text; 0 where there is none."""
    found = row.get(name)
    return ZERO if found is None else Decimal(found)


def _sign(_: DirectSubject, parts: Parts) -> Observation:
    totals = [amount(row, "totalLiquid") for row in parts.rows("notes")]
    signs = {total > ZERO for total in totals if total}
    if not signs:
        raise NotSeenError
    if len(signs) > 1:
        return Observation("mixed")
    return Observation("positive" if signs == {True} else "negative")


def _negative_bills(_: DirectSubject, parts: Parts) -> Observation:
    if not parts.count("negative"):
        raise NotSeenError
    return Observation("exist")


def _withholding(_: DirectSubject, parts: Parts) -> Observation:
    found = {_withheld(row) for row in parts.rows("invoices") if row.get("openItems")}
    if not found:
        raise NotSeenError
    return Observation(found.pop() if len(found) == 1 else "neither")


def _withheld(invoice: Row) -> str:
    due = abs(sum((amount(item, "amount") for item in invoice["openItems"]), ZERO))
    liquid, withheld = abs(amount(invoice, "totalLiquid")), abs(amount(invoice, "totalWithholding"))
    if abs(due - liquid) <= TOLERANCE:
        return "left_out"
    return "included" if abs(due - liquid - withheld) <= TOLERANCE else "neither"


def _withholding_field() -> dict[str, RootField]:
    selection = "totalLiquid totalWithholding openItems { amount }"
    return {"invoices": page("salesInvoices", selection, first=SAMPLE, where={"totalWithholding": {"neq": 0}})}


def _sources() -> Sequence[str]:
    kind = Contract().schema.type_map["PurchaseInvoiceSourceType"]
    return list(kind.values) if isinstance(kind, GraphQLEnumType) else []


def _bills(_: DirectSubject, parts: Parts) -> Observation:
    numbers = {name: parts.count(name) for name in (*_sources(), "by_hand")}
    if not any(numbers.values()):
        raise NotSeenError
    detail = ", ".join(f"{name} {number:,}" for name, number in numbers.items() if number)
    automatic = any(number for name, number in numbers.items() if "AP_AUTOMATION" in name)
    return Observation("some_automatic" if automatic else "none_automatic", detail)


def _bills_fields(_: Company) -> dict[str, RootField]:
    by_source = {name: count("purchaseInvoices", {"sourceType": {"eq": Member(name)}}) for name in _sources()}
    return {**by_source, "by_hand": count("purchaseInvoices", {"sourceType": {"eq": None}})}


def _series(subject: DirectSubject, parts: Parts) -> Observation:
    series = [row for row in parts.some_rows("series") if row.get("operation") == "INVOICE"][:MOST_SERIES]
    if not series:
        raise NotSeenError
    latest = subject.ask(
        {
            str(number): page(
                "salesInvoices",
                "documentDate",
                where={"operationalNumberPresetTextId": {"eq": row.get("id")}},
                order=({"documentDate": DESCENDING},),
            )
            for number, row in enumerate(series)
        }
    )
    dates = [
        (str(row.get("presetText")), next((str(invoice.get("documentDate")) for invoice in latest.rows(number)), ""))
        for number, row in zip(latest.outcomes, series, strict=True)
    ]
    detail = ", ".join(f"{text!r} {date[:10] or 'unused'}" for text, date in dates)
    used = sum(bool(date) for _, date in dates)
    return Observation("several" if used > 1 else "one" if used else "unused", detail)


def _codes(_: DirectSubject, parts: Parts) -> Observation:
    modes = {value for name, value in parts.member("settings").items() if isinstance(value, bool)}
    if not modes:
        raise NotSeenError
    if len(modes) > 1:
        return Observation("mixed")
    return Observation("manual" if modes == {True} else "automatic")


def _split(_: DirectSubject, parts: Parts) -> Observation:
    def is_filled(name: str) -> bool:
        return any(value is not None for row in parts.rows(name) for value in row.values())

    if is_filled("list"):
        return Observation("whole")
    if not is_filled("detail"):
        raise NotSeenError
    return Observation("split")


def _e_invoice(_: DirectSubject, parts: Parts) -> Observation:
    status = parts.member("setup").get("status")
    known: Mapping[object, str] = {"Accepted": "accepted", "InProgress": "in_progress", "Failed": "failed"}
    if status is None:
        raise NotSeenError
    return Observation(known.get(status, "another_status"))


_ASKS_FOR_BOTH: Final = "reads and delivers them as they come"
DOCUMENTS: Final = (
    Question(
        name="organization_members",
        fact="members of organizations",
        sources="some moved to organizationDetail in July 2026",
        outcomes={
            "split": Meaning("null in organizations", "reads them from organizationDetail"),
            "whole": Meaning("filled in organizations", "reads them from organizationDetail"),
        },
        unseen="company with these members",
        of_company=lambda company: {
            "list": page("organizations", MOVED, where={"id": {"eq": company.id}}),
            "detail": page("organizationDetail", MOVED),
        },
        ask=_split,
    ),
    Question(
        name="credit_note_sign",
        fact="sign of credit notes",
        sources="silent",
        outcomes={
            "positive": Meaning("positive amounts", "delivers them as they come; `type` tells"),
            "negative": Meaning("negative amounts", "delivers them as they come; `type` tells"),
            "mixed": Meaning("both signs", "delivers them as they come; please send this report"),
        },
        unseen="credit note with an amount",
        fields={"notes": page("salesInvoices", "totalLiquid", first=SAMPLE, where={"type": {"eq": CREDIT_NOTE}})},
        ask=_sign,
    ),
    Question(
        name="negative_bills",
        fact="bills with a negative total",
        sources="silent; vendor credits have no object of their own",
        outcomes={"exist": Meaning("there are some", _ASKS_FOR_BOTH)},
        unseen="bill below zero",
        fields={"negative": count("purchaseInvoices", {"totalLiquid": {"lt": 0}})},
        ask=_negative_bills,
    ),
    Question(
        name="withholding",
        fact="open items and IRPF",
        sources="silent: with or without what is withheld",
        outcomes={
            "left_out": Meaning("add up to totalLiquid", _ASKS_FOR_BOTH),
            "included": Meaning("add up to totalLiquid and IRPF", _ASKS_FOR_BOTH),
            "neither": Meaning("add up to something else", "delivers them; please send this report"),
        },
        unseen="invoice with IRPF and open items",
        fields=_withholding_field(),
        ask=_withholding,
        markets=frozenset({"ES"}),
    ),
    Question(
        name="third_party_codes",
        fact="codes of customers and suppliers",
        sources="by setting: automatic or manual; automatic in DE",
        outcomes={
            "automatic": Meaning("given by the server", "the destination may leave them out"),
            "manual": Meaning("must be given", "the destination needs `code` in each record"),
            "mixed": Meaning("differ by kind", "the destination needs `code` where they are manual"),
        },
        unseen="setting",
        fields={
            "settings": value(
                "thirdPartyCodeModeSettings", {}, "customerCodeIsManual supplierCodeIsManual employeeCodeIsManual"
            )
        },
        ask=_codes,
    ),
    Question(
        name="number_series",
        fact="number series of invoices",
        sources="several are possible",
        outcomes={
            "several": Meaning("several are in use", "delivers the number as it is"),
            "one": Meaning("one is in use", "delivers the number as it is"),
            "unused": Meaning("none is in use yet", "delivers the number as it is"),
        },
        unseen="series for invoices",
        fields={
            "series": page("operationalNumberPresetTexts", "id presetText operation", first=100),
        },
        ask=_series,
    ),
    Question(
        name="bills_by_source",
        fact="sources of bills",
        sources="by hand, API, or read from a document",
        outcomes={
            "some_automatic": Meaning("some were read from documents", "reads drafts again until they are final"),
            "none_automatic": Meaning("by hand or by API", "reads drafts again until they are final"),
        },
        unseen="bill",
        of_company=_bills_fields,
        ask=_bills,
    ),
    Question(
        name="e_invoice",
        fact="electronic invoices",
        sources="Accepted, InProgress or Failed",
        outcomes={
            "accepted": Meaning("the company is connected", "never submits one by itself"),
            "in_progress": Meaning("the connection is in progress", "never submits one by itself"),
            "failed": Meaning("the connection has failed", "never submits one by itself"),
            "another_status": Meaning("a status that is not published", "never submits one by itself"),
        },
        unseen="connection to a platform",
        of_company=lambda company: {"setup": value("organizationEInvoiceSetupByOrgId", {"id": company.id}, "status")},
        ask=_e_invoice,
        markets=frozenset({"FR"}),
    ),
)
