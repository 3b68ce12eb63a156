"""The lines of an entry that is created: accounts and third parties looked up, amounts checked, lines merged.

Source: docs/reference/accounting.md, "Creating entries".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from sage_active_sandbox.data.entries import Posting, third_party_part
from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target

Input = Mapping[str, Any]

DESCRIPTION_LENGTH: Final = 200
COLLECTIVE: Final[Mapping[str, tuple[str, str]]] = {
    "CUSTOMER": ("Customer", "CUSTOMER"),
    "PROVIDER": ("Supplier", "SUPPLIER"),
    "EMPLOYEE": ("Employee", "EMPLOYEE"),
}
"""Type and origin of the third parties whose lines stand on accounts of a kind."""


@dataclass(frozen=True)
class Naming:
    """How an input names rows: the members for journal, account and third party, and the member of those rows."""

    journal: str
    account: str
    third_party: str
    member: str

    def find(self, target: Target, type_name: str, value: str) -> Row | None:
        """The row that the value names."""
        table = target.table(type_name)
        if self.member == "id":
            return table.get(value)
        return next((row for row in table.values() if row.get(self.member) == value), None)


BY_CODES: Final = Naming("journalTypeCode", "subAccountCode", "thirdCode", "code")
BY_IDS: Final = Naming("journalTypeId", "subAccountId", "thirdId", "id")


def entry_lines(naming: Naming, sent: Iterable[Input], target: Target, problems: Problems) -> list[Posting]:
    """The lines to be stored; what is wrong is noted, and then the result is of no use."""
    found: list[Posting] = []
    debit = credit = ZERO
    for position, line in enumerate(sent):
        path = f"accountingEntryLines[{position}]."
        if line["debitAmount"] and line["creditAmount"]:
            problems.add("lineAmount", f"{path}debitAmount")
        if len(line.get("description") or "") > DESCRIPTION_LENGTH:
            problems.add("tooLong", f"{path}description", length=DESCRIPTION_LENGTH)
        debit, credit = EXACT.add(debit, line["debitAmount"]), EXACT.add(credit, line["creditAmount"])
        account = _account(naming, line, target, problems, path)
        party = _third_party(naming, line, account, target, problems, path) if account is not None else None
        found.append(
            Posting(
                account["id"] if account is not None else None,
                EXACT.subtract(line["debitAmount"], line["creditAmount"]),
                party,
                description=line.get("description") or None,
                # A negative amount stays on its side.
                on_credit=bool(line["creditAmount"]),
            )
        )
    if not found:
        problems.add("required", "accountingEntryLines")
    if debit != credit:
        problems.add("notBalanced", "accountingEntryLines", value=debit, allowed=credit)
    return merged(found)


def merged(lines: Iterable[Posting]) -> list[Posting]:
    """The lines, those of one third party on one account as one; amounts of both sides leave their difference."""
    found: dict[object, Posting] = {}
    for position, line in enumerate(lines):
        party = line.third_party
        key = position if party is None else (line.account_id, party["thirdPartyId"])
        first = found.get(key)
        if first is None:
            found[key] = line
        else:
            amount: Decimal = EXACT.add(first.amount, line.amount)
            side = first.on_credit if first.on_credit == line.on_credit else None
            found[key] = replace(first, amount=amount, on_credit=side)
    return [*found.values()]


def _account(naming: Naming, line: Input, target: Target, problems: Problems, path: str) -> Row | None:
    value = line[naming.account]
    account = naming.find(target, "AccountingAccount", value)
    if account is None:
        problems.add("unknownReference", path + naming.account, value=value)
    elif account["accountLevel"] != "SUB_ACCOUNT" or account["deactivated"]:
        problems.add("wrongReference", path + naming.account, value=value, allowed="an active account for entries")
    return account


def _third_party(
    naming: Naming, line: Input, account: Row, target: Target, problems: Problems, path: str
) -> Row | None:
    value, kind = line.get(naming.third_party), COLLECTIVE.get(account["subAccountType"])
    if kind is None:
        if value:
            problems.add("wrongReference", path + naming.third_party, value=value, allowed="on a collective account")
        return None
    if not value:
        problems.add("required", path + naming.third_party)
        return None
    type_name, origin = kind
    party = naming.find(target, type_name, value)
    if party is None:
        problems.add("unknownReference", path + naming.third_party, value=value)
        return None
    return third_party_part(target.stamped, party, origin)
