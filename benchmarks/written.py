"""What is written when writing is measured: invented records, and how their streams are configured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

Record = Mapping[str, Any]
# How long a run waits for what an earlier one may have sent is a setting, and no measure of speed.
AT_ONCE: Final = {"settle_seconds": 0}
VAT_PERCENTAGE: Final = 19


@dataclass(frozen=True)
class Written:
    """Records of one stream. `root`: where the store keeps them; `first`: records that they refer to, by stream.

    `closes`: they become final at the end of the run.
    """

    stream: str
    root: str
    label: str
    record: Callable[[int], Record]
    first: Mapping[str, Record] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    closes: bool = False


def _customer(number: int) -> Record:
    address = {
        "name": "Zentrale",
        "firstLine": f"Hauptstraße {number % 200}",
        "zipCode": f"{10000 + number % 80000}",
        "city": "Musterstadt",
        "countryIsoCodeAlpha2": "DE",
    }
    contact = {
        "name": "Erika",
        "surname": f"Muster {number}",
        "emails": [{"emailAddress": f"erika{number}@example.com", "usage": "INVOICES"}],
    }
    return {
        "code": f"C-{number:07d}",
        "socialName": f"Kunde {number} GmbH",
        "comments": "angelegt zur Messung",
        "discount": 2.50,
        "addresses": [address],
        "contacts": [contact],
    }


def _draft(number: int, lines: int = 3) -> Record:
    price = 10 + number % 90
    return {
        "id": number,
        "externalReference": f"R-{number:07d}",
        "customer": {"code": "C-1"},
        "documentDate": f"2026-0{number % 9 + 1}-15",
        "lines": [{"product": {"code": "P-1"}, "totalQuantity": 1, "unitPrice": price}] * lines,
        "totalNet": price * lines,
    }


def _closed(number: int) -> Record:
    """A draft with all of its amounts, without which nothing becomes final."""
    draft = _draft(number)
    vat = round(draft["totalNet"] * VAT_PERCENTAGE / 100, 2)
    return {**draft, "totalVat": vat, "totalLiquid": round(draft["totalNet"] + vat, 2)}


def _entry(number: int) -> Record:
    amount = 1 + number % 900
    return {
        "id": number,
        "date": f"2026-0{number % 9 + 1}-{number % 28 + 1:02}",
        "journalTypeCode": "SO",
        "documentNumber": f"L-{number:07d}",
        "description": f"Lohn {number}",
        "accountingEntryLines": [
            {"subAccountCode": "4930", "debitAmount": amount, "creditAmount": 0},
            {"subAccountCode": "1200", "debitAmount": 0, "creditAmount": amount},
        ],
    }


CUSTOMERS: Final = Written("customers", "customers", "new customers", _customer)
DRAFTS: Final = Written(
    "invoices",
    "salesInvoices",
    "invoice drafts of 3 lines",
    _draft,
    {"customers": {"code": "C-1", "socialName": "Kunde", "addresses": []}, "items": {"code": "P-1", "name": "Teil"}},
    {"document_key": "externalReference", **AT_ONCE},
)
CLOSED: Final = replace(
    DRAFTS,
    label="invoices of 3 lines, closed",
    record=_closed,
    options={
        "document_key": "externalReference",
        "streams": [{"stream": "invoices", "object": "invoices", "target_state": "closed"}],
        "final_acts": {"objects": ["invoices"], "pilot": 0},
        **AT_ONCE,
    },
    closes=True,
)
ENTRIES: Final = Written(
    "journal_entries",
    "accountingEntries",
    "journal entries",
    _entry,
    options={"final_acts": {"objects": ["journal_entries"], "pilot": 0}, **AT_ONCE},
)
# By the name that the table of targets has for it.
WRITTEN: Final = {"customers": CUSTOMERS, "drafts": DRAFTS, "entries": ENTRIES, "closing": CLOSED}
