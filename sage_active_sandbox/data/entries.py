"""Accounting entries as rows: header, lines, third party, invoice part (docs/reference/accounting.md, "Entries")."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row

Stamp = Callable[[Mapping[str, Any]], Row]
"""Gives values an id and dates."""

CLOSING_DAY = (6, 30)
"""Day of the following year on which an exercise is closed."""


@dataclass(frozen=True)
class Posting:
    """A line to be: ``amount`` is a debit if positive, a credit if negative, unless ``on_credit`` says the side."""

    account_id: str | None
    amount: Decimal
    third_party: Row | None = None
    invoice: Row | None = None
    description: str | None = None
    on_credit: bool | None = None

    @property
    def is_credit(self) -> bool:
        """Does the amount stand on the credit side."""
        return self.amount < 0 if self.on_credit is None else self.on_credit


@dataclass(frozen=True)
class Heading:
    """What an entry says about itself."""

    date: datetime
    journal: str
    description: str | None
    document_number: str | None
    source: str
    kind: str = "GENERAL"
    document_date: datetime | None = None
    sales_invoice_id: str | None = None
    source_entity_id: str | None = None


def entry_row(books: Books, stamp: Stamp, heading: Heading, postings: Sequence[Posting]) -> Row:
    """The entry without its number; lines keep the order of the postings. ``heading.journal`` is an id."""
    exercise, period = books.exercise(heading.date), books.period(heading.date)
    closed = bool(period and period["isClosed"])
    description = heading.description[:200] if heading.description else None
    entry = stamp(
        {
            "sourceType": heading.source,
            "date": heading.date,
            "documentDate": heading.document_date or heading.date,
            "accountingExerciseId": exercise["id"] if exercise else None,
            "accountingPeriodId": period["id"] if period else None,
            "journalTypeId": heading.journal,
            "sessionId": books.session_id,
            "currencyId": books.currency_id,
            "entryType": heading.kind,
            "number": None,
            "documentNumber": heading.document_number,
            "tanNumber": None,
            "description": description,
            "closeDate": datetime(heading.date.year + 1, *CLOSING_DAY, tzinfo=UTC) if closed else None,
            "isClosed": closed,
            "salesInvoiceId": heading.sales_invoice_id,
            "sourceEntityId": heading.source_entity_id,
        }
    )
    contra = _contra_accounts(books, postings)
    entry["accountingEntryLines"] = [
        _line(stamp, entry, order, posting, contra.get(not posting.is_credit))
        for order, posting in enumerate(postings, start=1)
    ]
    return entry


def _line(stamp: Stamp, entry: Row, order: int, posting: Posting, contra: str | None) -> Row:
    amount = posting.amount
    return stamp(
        {
            "accountingEntryId": entry["id"],
            "subAccountId": posting.account_id,
            "order": order,
            "documentNumber": entry["documentNumber"],
            "contraAccount": contra,
            "description": posting.description or entry["description"],
            "debitAmount": ZERO if posting.is_credit else amount,
            "creditAmount": -amount if posting.is_credit else ZERO,
            "accountingEntryThirdParty": posting.third_party,
            "accountingEntryPayment": None,
            "accountingEntryDimensionTags": [],
            "accountingEntryInvoice": posting.invoice,
        }
    )


def _contra_accounts(books: Books, postings: Iterable[Posting]) -> dict[bool, str]:
    """The account that stands against a debit (True) and against a credit, in DE only."""
    contra: dict[bool, str] = {}
    if books.market.code == "DE":
        for posting in postings:
            contra.setdefault(posting.is_credit, books.account_code(posting.account_id))
    return contra


def third_party_part(stamp: Stamp, party: Row, origin: str) -> Row:
    """A customer, supplier or employee as the line of a collective account holds it."""
    return stamp(
        {
            "thirdPartyId": party["id"],
            "socialName": (party.get("socialName") or party.get("name") or "")[:70],
            "code": party.get("code"),
            "origin": origin,
            "identificationTypeId": party.get("documentTypeId"),
            "documentId": party.get("documentId"),
            "vatNumber": party.get("vatNumber"),
            "countryAcronym": party.get("countryAcronym"),
            "viesCode": party.get("viesCode"),
        }
    )


def open_item_part(stamp: Stamp, item: Row, sign: int = 1) -> Row:
    """An open item of a document as its entry holds it."""
    return stamp(
        {
            "amount": item["amount"] * sign,
            "paidAmountAccumulated": item["paidAmountAccumulated"] * sign,
            "dueDate": item["dueDate"],
            "status": item["status"],
            "paymentMeanId": item["paymentMeanId"],
        }
    )


def tax_part(stamp: Stamp, treatment: Row | None, tax: Row | None, amounts: Row, *, deductible: bool) -> Row:
    """One rate of an entry's tax register; ``amounts`` are base, tax, surcharge and its percentage."""
    percentage = amounts.get("surchargePercentage")
    return stamp(
        {
            "taxTreatmentId": treatment["id"] if treatment else None,
            "taxGroupId": tax["groupId"] if tax else None,
            "taxType": tax["taxType"] if tax else None,
            "taxId": tax["id"] if tax else None,
            "taxPercentage": tax["percentage"] if tax else None,
            "taxBase": amounts["base"],
            "taxAmount": amounts["tax"],
            "deductible": deductible,
            "regimeType": "GENERAL",
            "hasEquivalenceSurcharge": percentage is not None,
            "equivalenceSurchargePercentage": percentage,
            "equivalenceSurchargeQuota": amounts.get("surcharge", ZERO),
        }
    )


def invoice_part(books: Books, stamp: Stamp, document: Mapping[str, Any], **values: Any) -> Row:
    """The invoice part of a third-party line: number, dates, amount, open items and tax register.

    ``document`` has "number", "date", "operationDate", "register" (ISSUED or RECEIVED) and "amends".
    """
    spanish = books.market.code == "ES"
    amends = bool(document["amends"])
    return stamp(
        {
            "documentDate": document["date"],
            "operationDate": document["operationDate"],
            "externalInvoiceNumber": document["number"],
            "isCashVat": False,
            "isGroupingInvoices": False,
            "startInvoiceNumber": None,
            "finishInvoiceNumber": None,
            "invoiceTypeId": books.invoice_types.get((document["register"], amends)),
            "creditNoteType": ("BY_DIFFERENCES" if amends else "UNDEFINED") if spanish else None,
            "creditNoteReason": ("R4" if amends else "UNDEFINED") if spanish else None,
            "originalEntryInvoiceTaxesBaseSum": None,
            "originalEntryInvoiceTaxesSurchargeAmountSum": None,
            "originalEntryInvoiceTaxesTaxAmountSum": None,
            "originalAccountingEntryInvoiceId": None,
            "originalInvoiceDate": None,
            "originalInvoiceNumber": None,
            **values,
        }
    )
