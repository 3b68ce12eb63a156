"""The tax register that the server adds to an entry, where accounts, tax codes and amounts agree.

Source: docs/reference/accounting.md, "Creating entries".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.entries import Posting, invoice_part, open_item_part, tax_part
from sage_active_sandbox.data.totals import CENT, EXACT, ZERO, percent
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.target import Target


@dataclass(frozen=True)
class Register:
    """Sales or purchases: the register type, where treatments keep its accounts, and the side of a tax."""

    register_type: str
    accounts: str
    sign: int
    deductible: bool


REGISTERS: Final[Mapping[str, Register]] = {
    "CUSTOMER": Register("ISSUED", "_outputAccountingAccountIds", -1, deductible=False),
    "SUPPLIER": Register("RECEIVED", "_inputAccountingAccountIds", 1, deductible=True),
}
"""The register by the origin of the third party."""


@dataclass
class Rate:
    """What an entry says of one treatment: its tax and its base."""

    treatment: Row
    tax: Decimal = ZERO
    base: Decimal = ZERO


def with_register(
    lines: Sequence[Posting],
    books: Books,
    target: Target,
    document: Mapping[str, Any],
    sent: Sequence[Mapping[str, Any]],
) -> list[Posting]:
    """The lines, the one of the customer or supplier with its invoice and tax register if there is one.

    ``document`` is that of `invoice_part`; ``sent`` are the lines as they came.
    """
    parties = [line for line in lines if line.third_party is not None and line.third_party["origin"] in REGISTERS]
    if len(parties) != 1 or target.switches.entry_tax_registers == "never":
        return [*lines]
    (party,) = parties
    assert party.third_party is not None
    register = REGISTERS[party.third_party["origin"]]
    rates = _rates([line for line in lines if line is not party], register, books)
    if rates is None:
        return [*lines]
    sign = -register.sign if document["amends"] else register.sign
    stamp, taxes = target.stamped, []
    for rate, tax in rates:
        amounts = {"base": rate.base * sign, "tax": rate.tax * sign}
        taxes.append(tax_part(stamp, rate.treatment, tax, amounts, deductible=register.deductible))
    amount = -party.amount * sign
    grouping = next((line for line in sent if line["isGroupingInvoices"]), {})
    part = invoice_part(
        books,
        stamp,
        {**document, "register": register.register_type},
        amount=amount,
        openItems=[open_item_part(stamp, _open_item(amount, document["date"]))],
        accountingEntryTaxes=taxes,
        isGroupingInvoices=bool(grouping),
        startInvoiceNumber=grouping.get("startInvoiceNumber"),
        finishInvoiceNumber=grouping.get("finishInvoiceNumber"),
    )
    return [replace(line, invoice=part) if line is party else line for line in lines]


def _rates(lines: Sequence[Posting], register: Register, books: Books) -> list[tuple[Rate, Row]] | None:
    """The rates with their taxes, None if they are not consistent. Amounts are debits less credits."""
    rates = _taxes(lines, register, books)
    if not rates or not _add_bases(lines, rates, books):
        return None
    found = []
    for rate in rates.values():
        group = rate.treatment["taxGroupId"]
        tax = next((row for row in books.taxes.values() if row["groupId"] == group and not row["inactive"]), None)
        if tax is None or abs(EXACT.subtract(percent(rate.base, tax["percentage"]), rate.tax)) > CENT:
            return None
        found.append((rate, tax))
    return found


def _taxes(lines: Sequence[Posting], register: Register, books: Books) -> dict[str, Rate]:
    """The treatments by the tax accounts on which lines stand."""
    treatments = {
        account: row
        for row in books.treatments.values()
        if row["registerType"] in (register.register_type, "BOTH") and not row["isIntracomunity"]
        for account in row[register.accounts]
    }
    rates: dict[str, Rate] = {}
    for line in lines:
        treatment = treatments.get(line.account_id or "")
        if treatment is not None:
            rate = rates.setdefault(line.account_id or "", Rate(treatment))
            rate.tax = EXACT.add(rate.tax, line.amount)
    return rates


def _add_bases(lines: Sequence[Posting], rates: Mapping[str, Rate], books: Books) -> bool:
    """Add every other line to the rate that its account names, or to the only one; False if that cannot be said."""
    by_treatment = {rate.treatment["id"]: rate for rate in rates.values()}
    for line in lines:
        if line.account_id in rates:
            continue
        account = books.account_rows[line.account_id or ""]
        only = next(iter(rates.values())) if len(rates) == 1 else None
        named = by_treatment.get(account["taxTreatmentId"]) if account["taxTreatmentId"] else only
        if line.third_party is not None or not account["applyVat"] or named is None:
            return False
        named.base = EXACT.add(named.base, line.amount)
    return True


def _open_item(amount: Decimal, due: datetime) -> Row:
    return {
        "amount": amount,
        "paidAmountAccumulated": ZERO,
        "dueDate": due,
        "status": "NOT_SPECIFIED",
        "paymentMeanId": None,
    }
