"""How stored values are shown where the sources leave it open: signs, numbers, days (switches)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.graphql_api.days import MOMENTS, shown_day
from sage_active_sandbox.store import Row
from sage_active_sandbox.switches import Switches

if TYPE_CHECKING:
    from sage_active_sandbox.graphql_api.rows import Scope

Reader = Callable[[Row, "Scope"], Any]
"""Value of a field, given the row and the scope in which references are resolved."""

NumberScope = Literal["company", "exercise", "journal", "exercise_and_journal"]

SCOPES: Final[Mapping[NumberScope, tuple[str, ...]]] = {
    "company": (),
    "exercise": ("accountingExerciseId",),
    "journal": ("journalTypeId",),
    "exercise_and_journal": ("accountingExerciseId", "journalTypeId"),
}
"""Members of an entry within which its number is unique."""

INVOICES: Final = frozenset({"SalesInvoice", "SalesInvoiceHeader"})
INVOICE_PARTS: Final[Mapping[str, str]] = {"SalesInvoiceLine": "lines", "SalesInvoiceOpenItem": "openItems"}
"""Types of the children of invoices, with the list in which an invoice holds them."""

ENTRIES: Final = frozenset({"AccountingEntry", "AccountingEntryCreateOutput"})
"""Types that show the number of an entry."""

ITEM_AMOUNTS: Final = frozenset({"amount", "paidAmountAccumulated"})


@dataclass(frozen=True)
class Presentation:
    """The settings that the reading of rows depends on."""

    account_code: str
    null_dates: str
    days: str
    credit_note_sign: str
    entry_numbers: NumberScope
    withholding: str
    negative_bills: str

    @classmethod
    def of(cls, switches: Switches) -> "Presentation":
        """As the switches stand now."""
        return cls(**{name: getattr(switches, name) for name in cls.__dataclass_fields__})

    def changed(self, type_name: str, name: str, kind: str, read: Reader) -> Reader | None:
        """The reader that shows the field as the settings want it; None if they leave it as it is."""
        if kind == "DateTime" and self.days == "local" and name not in MOMENTS:
            return lambda row, scope: shown_day(read(row, scope))
        if kind == "Decimal" and (name.startswith("total") or name in ITEM_AMOUNTS):
            return self._amount(type_name, name, read)
        if self.entry_numbers != "company" and kind == "Int":
            members = SCOPES[self.entry_numbers]
            if name == "number" and type_name in ENTRIES:
                return lambda row, scope: scope.entry_number(row, members)
            if name == "accountingEntryNumber":
                return lambda row, scope: scope.entry_number(
                    scope.find("AccountingEntry", row["accountingEntryId"]) or row, members
                )
        return None

    def _amount(self, type_name: str, name: str, read: Reader) -> Reader | None:
        changed = None
        if type_name == "SalesInvoiceOpenItem" and self.withholding == "outside":
            changed = read = _with_withholding(name, read)
        if self.credit_note_sign == "negative" and (type_name in INVOICES or type_name in INVOICE_PARTS):
            changed = _negated(type_name, read)
        return changed


def _negated(type_name: str, read: Reader) -> Reader:
    """The value with the other sign on credit notes; which sign theirs have is not documented."""
    member = INVOICE_PARTS.get(type_name)

    def read_changed(row: Row, scope: "Scope") -> Any:
        value = read(row, scope)
        invoice = row if member is None else scope.owner("SalesInvoice", member, row) or {}
        return EXACT.minus(value) if isinstance(value, Decimal) and invoice.get("type") == "CREDIT_NOTE" else value

    return read_changed


def _with_withholding(name: str, read: Reader) -> Reader:
    """The first item of an invoice with the amount that the customer withholds (ES), paid as soon as the item is."""

    def read_changed(row: Row, scope: "Scope") -> Any:
        value = read(row, scope)
        invoice = scope.owner("SalesInvoice", "openItems", row) or {}
        withheld = invoice.get("totalWithholding") or ZERO
        first = next((item["id"] for item in invoice.get("openItems") or ()), None)
        settled = name == "amount" or row.get("status") == "COLLECTED"
        applies = first == row["id"] and settled and isinstance(value, Decimal)
        return EXACT.add(value, withheld) if applies else value

    return read_changed
