"""Journal entries with every member that can be written, made up without chance, and what the sandbox has of them.

Codes are those of the company's own accounts and journals, as a user's records carry them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

Data = dict[str, Any]
STREAM = "journal_entries"
ALLOWED = {"objects": [STREAM], "pilot": 0}
YEAR = 2026
# Amounts whose digits a float would lose or change.
AMOUNTS = ("100.00", "0.1", "12345678901234.56", "7.13", "19.99")
PLAIN_TYPES = ("CHARGE", "REVENUE", "COST", "EMPLOYEE", "BANK", "CASH", "CAPITAL", "FIXED_ASSET", "UNDEFINED")
COLLECTIVE = {"CUSTOMER": "Customer", "PROVIDER": "Supplier"}


class EntryRecords:
    """Makes records for a company of the sandbox. `parties`: codes of third parties by the type of their account."""

    def __init__(self, sandbox: Sandbox, company: Company, parties: Mapping[str, str] | None = None) -> None:
        self._sandbox = sandbox
        self._company = company
        self._parties = dict(parties or {})
        table = sandbox.store.table(company.id, "JournalType").values()
        self.journal = str(next(row["code"] for row in table if row["type"] == "GENERAL" and not row["deactivated"]))
        self.plain = self.codes(lambda row: row["subAccountType"] not in ("CUSTOMER", "PROVIDER", "EMPLOYEE"))

    def of(self, count: int) -> list[Data]:
        """The first `count` records."""
        return [self.entry(number) for number in range(count)]

    def codes(self, chosen: Any) -> list[str]:
        """The codes of active sub-accounts that have nothing to do with VAT."""
        table = self._sandbox.store.table(self._company.id, "AccountingAccount").values()
        taxed = self.tax_accounts()
        return [
            str(row["code"])
            for row in table
            if row["accountLevel"] == "SUB_ACCOUNT"
            and not row["deactivated"]
            and row["id"] not in taxed
            and row["taxTreatmentId"] is None
            and "TAX" not in (row["subAccountType"] or "")
            and chosen(row)
        ]

    def tax_accounts(self) -> set[str]:
        """The ids of the accounts on which treatments put VAT."""
        treatments = self._sandbox.store.table(self._company.id, "TaxTreatment").values()
        names = ("_inputAccountingAccountIds", "_outputAccountingAccountIds")
        return {account for row in treatments for name in names for account in row[name]}

    def entry(self, number: int, **changes: Any) -> Data:
        """One balanced entry in the names of the create, with two to four lines."""
        amounts = [Decimal(AMOUNTS[(number + at) % len(AMOUNTS)]) for at in range(number % 3 + 1)]
        # A correction has negative amounts on the same sides.
        sign = -1 if number % 10 == 9 else 1
        codes = [self.plain[(number + at) % len(self.plain)] for at in range(len(amounts) + 1)]
        lines = [self._line(code, sign * amount, Decimal(0)) for code, amount in zip(codes, amounts, strict=False)]
        lines.append(self._line(codes[-1], Decimal(0), sign * sum(amounts, Decimal(0))))
        lines[0]["description"] = f"Zeile von {number} “ä”"
        if number % 4 == 0 and self._parties:
            kind, code = list(self._parties.items())[number // 4 % len(self._parties)]
            lines[0] |= {"subAccountCode": self.codes(lambda row: row["subAccountType"] == kind)[0], "thirdCode": code}
        return {
            "id": f"source-{number}",
            "date": f"{YEAR}-{number % 9 + 1:02}-{number % 28 + 1:02}",
            "documentDate": f"{YEAR}-01-{number % 28 + 1:02}T00:00:00.000Z",
            "journalTypeCode": self.journal,
            "documentNumber": f"LOHN-{number:05}",
            "description": f"Löhne & Gehälter {number}",
            "accountingEntryLines": lines,
            **changes,
        }

    def _line(self, code: str, debit: Decimal, credit: Decimal) -> Data:
        return {"subAccountCode": code, "debitAmount": debit, "creditAmount": credit}


def entries_of(sandbox: Sandbox, company: Company) -> dict[str, Row]:
    """The entries by document number. Fails for a number that two have."""
    rows = [*sandbox.store.table(company.id, "AccountingEntry").values()]
    found = {str(row["documentNumber"]): row for row in rows}
    assert len(found) == len(rows), f"{len(rows) - len(found)} of {len(rows)} entries are there twice"
    return found


def differing(sandbox: Sandbox, company: Company, sent: Data, row: Row) -> Iterator[str]:
    """Where a stored entry differs from the record that was written; lines by their sums."""
    tables = {name: sandbox.store.table(company.id, name) for name in ("JournalType", "AccountingAccount")}
    held = {
        "journalTypeCode": tables["JournalType"][row["journalTypeId"]]["code"],
        "date": row["date"].date().isoformat(),
        "documentDate": row["documentDate"].date().isoformat(),
        "documentNumber": row["documentNumber"],
        "description": row["description"],
    }
    for name, value in held.items():
        if str(sent[name])[: len("2026-01-01") if "ate" in name else None] != value:
            yield f"{name}: sent {sent[name]!r}, the sandbox has {value!r}"
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in sent["accountingEntryLines"]:
        sums[line["subAccountCode"], line.get("thirdCode") or ""] += line["debitAmount"] - line["creditAmount"]
    stored: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in row["accountingEntryLines"]:
        code = tables["AccountingAccount"][line["subAccountId"]]["code"]
        party = (line["accountingEntryThirdParty"] or {}).get("code") or ""
        stored[code, party] += line["debitAmount"] - line["creditAmount"]
    if sums != stored:
        yield f"lines: sent {dict(sums)}, the sandbox has {dict(stored)}"
