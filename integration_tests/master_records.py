"""Records of accounts, journals and small reference tables with every member that can be written, and what is held.

References are natural keys. Works with the sandbox's data alone.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration_tests.rich_records import differing
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

Data = dict[str, Any]
TYPES: Mapping[str, str] = {
    "accounts": "AccountingAccount",
    "journals": "JournalType",
    "payment_terms": "PaymentTerm",
    "payment_means": "PaymentMean",
    "business_areas": "BusinessArea",
}
# The member that identifies a record of each stream.
MEMBERS: Mapping[str, str] = {
    "accounts": "code",
    "journals": "code",
    "payment_terms": "name",
    "payment_means": "description",
    "business_areas": "name",
}
# By market: codes of accounts that no company of the sandbox has, and what such accounts are.
CODES = {"DE": "{:04}", "ES": "{:09}", "FR": "{:06}B"}
FIRST_CODE = {"DE": 5000, "ES": 629_000_100, "FR": 627_100}
JOURNALS = ("GENERAL", "FINANCIAL", "CARRY_FORWARD", "PURCHASE_INVOICE", "SALES_INVOICE")
WITH_ACCOUNT = 3


class MasterRecords:
    """Makes records for a company of the sandbox."""

    def __init__(self, sandbox: Sandbox, company: Company) -> None:
        self._sandbox = sandbox
        self._company = company
        self._market = company.market

    def of(self, stream: str, count: int) -> list[Data]:
        """The first `count` records of a stream."""
        make: Mapping[str, Callable[[int], Data]] = {
            "accounts": self._account,
            "journals": self._journal,
            "payment_terms": self._payment_term,
            "payment_means": lambda number: {"description": f"Überweisung {number}"},
            "business_areas": lambda number: {"name": f"Größe “{number}”"},
        }
        return [make[stream](number) for number in range(count)]

    def existing_account(self) -> str:
        """The code of an account that the company has from the beginning."""
        rows = self._sandbox.store.table(self._company.id, "AccountingAccount").values()
        return next(str(row["code"]) for row in rows if row["accountLevel"] == "SUB_ACCOUNT")

    def code(self, number: int) -> str:
        """The code of an account."""
        return CODES[self._market].format(FIRST_CODE[self._market] + number)

    def _account(self, number: int) -> Data:
        treatments = sorted(
            row["taxCode"] for row in self._sandbox.store.table(self._company.id, "TaxTreatment").values()
        )
        account = {
            "code": self.code(number),
            "name": f"Kosten “{number}” für Müller & Söhne",
            "deactivated": number % 7 == 0,
            "accountLevel": "SUB_ACCOUNT",
            "subAccountType": ("CHARGE", "UNDEFINED", "REVENUE")[number % 3],
            "accountType": "INCOME_STATEMENT",
            "applyVat": number % 2 == 0,
            "taxTreatment": {"taxCode": treatments[number % len(treatments)]},
        }
        if self._market == "DE":
            account |= {"datevAutomaticAccount": False, "datevAccountNumber": f"{number:04}"}
        if self._market == "FR":
            account["transitionalPrepaymentAccount"] = {"code": self.existing_account()}
        if self._market == "ES":
            account["yearEndClosingAccount"] = {"code": self.existing_account()}
            if number % 4 == 0:
                account |= {"code": f"{FIRST_CODE['ES'] + number + 200_000_000:09}", "accountType": "ECPN"}
        return account

    def _journal(self, number: int) -> Data:
        kind = JOURNALS[number % len(JOURNALS)]
        is_credit = self._market == "ES" and kind == "SALES_INVOICE"
        journal = {
            "code": f"J-{number:03}",
            "name": f"Journal “{number}”",
            "deactivated": number % 7 == 0,
            "type": kind,
            "isCreditNote": is_credit,
        }
        if self._market == "ES":
            journal["creditNoteReason"] = f"R{number % 5 + 1}" if is_credit else "UNDEFINED"
        if kind in JOURNALS[:WITH_ACCOUNT]:
            journal["accountingAccount"] = {"code": self.existing_account()}
        return journal

    def _payment_term(self, number: int) -> Data:
        means = sorted(
            row["description"] for row in self._sandbox.store.table(self._company.id, "PaymentMean").values()
        )
        first = {
            "order": 0,
            "paymentMean": {"description": means[number % len(means)]},
            "type": "PERCENTAGE",
            "value": Decimal(f"{number % 90 + 1}.50"),
            "condition": "DAY_OF_PAYMENT",
            "day": number % 28,
            "payDays": [5, 25],
        }
        rest = {**first, "order": 9999, "type": "REMAINING_AMOUNT", "value": Decimal(0), "condition": "END_OF_MONTH"}
        return {"name": f"Bedingung “{number}”", "lines": [first, rest][-(number % 2) - 1 :]}


def held(sandbox: Sandbox, company: Company, stream: str) -> dict[str, Row]:
    """The rows of a stream by their keys. Fails for a key that two rows have."""
    rows = list(sandbox.store.table(company.id, TYPES[stream]).values())
    found = {str(row[MEMBERS[stream]]): row for row in rows}
    assert len(found) == len(rows), f"{len(rows) - len(found)} of {len(rows)} {stream} are there twice"
    return found


def unlike(sandbox: Sandbox, company: Company, stream: str, rows: Sequence[Data]) -> list[str]:
    """Where what is held differs from records, field by field."""
    found = held(sandbox, company, stream)
    return [
        f"{row[MEMBERS[stream]]}: {problem}"
        for row in rows
        for problem in differing(sandbox, company, row, found[row[MEMBERS[stream]]])
    ]
