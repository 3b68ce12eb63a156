"""The books of two companies as the server reports them, and what the one has that the other does not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration_tests.books.rows import Node, Reader
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

BalanceKey = tuple[str, str]
Amounts = dict[BalanceKey, Decimal]
# Of a document: due date and amount of each instalment.
Items = list[tuple[str, Decimal]]


@dataclass(frozen=True)
class Entry:
    """One entry. `amounts`: debit less credit by year and account; `parties`: the same by account and third party."""

    row: Node
    journal: str
    amounts: Mapping[BalanceKey, Decimal]
    parties: frozenset[tuple[str, str, Decimal]]

    @property
    def content(self) -> tuple[Any, ...]:
        """What two companies have in common of an entry."""
        return self.row["date"][:10], self.journal, self.row["documentNumber"], self.parties

    @property
    def kind(self) -> str:
        """What kind of entry it is, in the words of the server."""
        return f"{self.row['entryType']} of {self.row['sourceType']}"

    @property
    def document_id(self) -> str | None:
        """The id of the document that it was made for, if there is one."""
        found: str | None = self.row["salesInvoiceId"] or self.row["sourceEntityId"]
        return found

    @property
    def debit(self) -> Decimal:
        """What it comes to."""
        return sum((Decimal(line["debitAmount"]) for line in self.row["accountingEntryLines"]), Decimal(0))


@dataclass(frozen=True)
class Books:
    """One company. `trial_balance`: by year and account; `items`: those of its documents, by number and third party."""

    trial_balance: Amounts
    entries: list[Entry]
    items: Mapping[BalanceKey, Items]

    @classmethod
    def of(cls, sandbox: Sandbox, company: Company) -> "Books":
        """Those of a company, read through the API."""
        with Reader(sandbox, company) as reader:
            exercises = reader.rows("accountingExercises")
            years = {row["id"]: str(row["exercise"]) for row in exercises}
            balances: Amounts = {}
            for exercise in exercises:
                for line in reader.reports(exercise)["trial_balance"]:
                    if line["everything"]:
                        balances[years[exercise["id"]], line["accountCode"]] = Decimal(line["balance"])
            accounts = {row["id"]: row["code"]["value"] for row in reader.rows("accountingAccounts")}
            journals = {row["id"]: row["code"] for row in reader.rows("journalTypes")}
            entries = [_entry(row, accounts, journals, years) for row in reader.rows("accountingEntries")]
            parties = {row["id"]: row["code"] for root in ("customers", "suppliers") for row in reader.rows(root)}
            items = {
                (row[number], parties[row[party]]): _items(row)
                for root, number, party in (
                    ("salesInvoices", "operationalNumber", "customerId"),
                    ("purchaseInvoices", "invoiceNumber", "supplierId"),
                )
                for row in reader.rows(root)
                if row["openItems"]
            }
        return cls(balances, entries, items)


def missing_entries(books: Books, other: Books) -> list[Entry]:
    """The entries of `books` that `other` does not have."""
    left = Counter(entry.content for entry in other.entries)
    lacking = []
    for entry in books.entries:
        if left[entry.content]:
            left[entry.content] -= 1
        else:
            lacking.append(entry)
    return lacking


def unequal_balances(origin: Books, copy: Books, lacking: Iterable[Entry]) -> Iterator[str]:
    """The accounts of which the two trial balances differ by anything but the entries that are missing in the copy."""
    expected: defaultdict[BalanceKey, Decimal] = defaultdict(Decimal, copy.trial_balance)
    for entry in lacking:
        for key, amount in entry.amounts.items():
            expected[key] += amount
    for year, account in sorted(expected.keys() | origin.trial_balance.keys()):
        has, should = origin.trial_balance.get((year, account), Decimal(0)), expected[year, account]
        if has != should:
            yield f"{year} {account}: {has} in the original, {should} in the copy and what is missing there"


def unequal_items(origin: Books, copy: Books) -> Iterator[str]:
    """The documents of the copy that have other open items than those of the original."""
    for number, items in copy.items.items():
        if items != origin.items.get(number):
            yield f"{number}: {origin.items.get(number)} in the original, {items} in the copy"


def totals(entries: Iterable[tuple[str, Entry]]) -> Iterator[str]:
    """What entries come to, by what is said of each: a line for each kind."""
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for reason, entry in entries:
        found[reason].append(entry)
    for reason, group in sorted(found.items()):
        yield f"{len(group)} {reason}: {sum((entry.debit for entry in group), Decimal(0))}"


def _items(document: Node) -> Items:
    """What is open of a document, by day; of a credit note in one sum: nobody knows what its days follow from."""
    items = sorted((item["dueDate"], Decimal(item["amount"])) for item in document["openItems"])
    return [("", sum((amount for _, amount in items), Decimal(0)))] if document.get("type") == "CREDIT_NOTE" else items


def _entry(row: Node, accounts: Mapping[str, str], journals: Mapping[str, str], years: Mapping[str, str]) -> Entry:
    amounts: defaultdict[BalanceKey, Decimal] = defaultdict(Decimal)
    parties: defaultdict[BalanceKey, Decimal] = defaultdict(Decimal)
    for line in row["accountingEntryLines"]:
        amount = Decimal(line["debitAmount"]) - Decimal(line["creditAmount"])
        code = accounts[line["subAccountId"]]
        amounts[years[row["accountingExerciseId"]], code] += amount
        parties[code, (line["accountingEntryThirdParty"] or {}).get("code") or ""] += amount
    sums = frozenset((code, party, amount) for (code, party), amount in parties.items())
    return Entry(row, journals[row["journalTypeId"]], amounts, sums)
