"""Records of every object that can be written directly, and what is needed to find them in the sandbox again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration_tests import bills, credit_records, file_records, master_records, order_records
from integration_tests.entry_records import EntryRecords
from integration_tests.master_records import MasterRecords
from integration_tests.payment_records import METHODS, SIDES, PaymentRecords
from integration_tests.rich_records import RichRecords
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

Data = dict[str, Any]
Make = Callable[[Sandbox, Company, str, int], Sequence[Data]]


def _rich(sandbox: Sandbox, company: Company, stream: str, count: int) -> Sequence[Data]:
    return RichRecords(sandbox, company).of(stream, count)


def _suppliers(sandbox: Sandbox, company: Company, stream: str, count: int) -> Sequence[Data]:
    """Suppliers whose bills come to what their lines do: nothing is withheld."""
    return [{**row, "personalIncomeTax": False} for row in _rich(sandbox, company, stream, count)]


def _bills(_: Sandbox, company: Company, __: str, count: int) -> Sequence[Data]:
    return bills.bills(company.market, count)


def _masters(sandbox: Sandbox, company: Company, stream: str, count: int) -> Sequence[Data]:
    return MasterRecords(sandbox, company).of(stream, count)


def _entries(sandbox: Sandbox, company: Company, _: str, count: int) -> Sequence[Data]:
    return EntryRecords(sandbox, company).of(count)


def _credit_notes(sandbox: Sandbox, company: Company, _: str, count: int) -> Sequence[Data]:
    return credit_records.of(sandbox, company, count)


def _payments(sandbox: Sandbox, company: Company, stream: str, count: int) -> Sequence[Data]:
    """Payments of documents that are posted here."""
    return PaymentRecords(sandbox, company, SIDES[stream]).of(count)


@dataclass(frozen=True)
class Written:
    """One object. `member`: what identifies its rows; `needs`: the streams that its records refer to."""

    make: Make
    member: str
    needs: tuple[str, ...] = ()


SALES_DOCUMENT: Final = Written(order_records.of, "externalReference", ("customers", "items"))
WRITTEN: Final[Mapping[str, Written]] = {
    "customers": Written(_rich, "code"),
    "suppliers": Written(_suppliers, "code"),
    "items": Written(_rich, "code"),
    "invoices": Written(_rich, "externalReference", ("customers", "items")),
    "credit_notes": Written(_credit_notes, "comments"),
    **dict.fromkeys(order_records.OPERATIONS, SALES_DOCUMENT),
    "bills": Written(_bills, "invoiceNumber", ("suppliers",)),
    **{stream: Written(_masters, member) for stream, member in master_records.MEMBERS.items()},
    "journal_entries": Written(_entries, "documentNumber"),
    "files": Written(file_records.of, "fileName"),
    **dict.fromkeys(SIDES, Written(_payments, "documentNumber")),
}
# What these records need of the configuration.
OPTIONS: Final[Mapping[str, Any]] = {
    "final_acts": {"objects": ["journal_entries", *SIDES], "pilot": 0},
    "allow_payments": {"methods": METHODS},
}


def stored(sandbox: Sandbox, company: Company, stream: str) -> Sequence[Row]:
    """The rows that the sandbox has of a stream."""
    is_credit = stream == "credit_notes"
    rows = sandbox.store.table(company.id, type_of(stream)).values()
    return [row for row in rows if (row.get("type") == credit_records.CREDIT_NOTE) is is_credit]


def type_of(stream: str) -> str:
    """What the sandbox calls the rows of a stream."""
    direct = RESOURCE_BY_NAME[stream].direct
    assert direct
    return direct.type
