"""The ledger: accounts, journals, exercises and entries (docs/reference/accounting.md, "Entries")."""

from typing import Final

from sage_active.markets import DIRECT
from sage_active.resources import planned_at_maesn
from sage_active.resources.copied_entries import COPIED_ENTRIES
from sage_active.resources.entries import ENTRY_CREATION, ENTRY_KEY, ENTRY_RULES
from sage_active.resources.keys import single_keys
from sage_active.resources.ledger_rules import OF_ACCOUNTS, OF_JOURNALS
from sage_active.resources.lifecycle import Mutation, Operation
from sage_active.resources.numbering import Numbering
from sage_active.resources.offers import DIRECT_ALL, PLANNED_AT_MAESN, READ_EVERYWHERE
from sage_active.resources.resource import CREATE, READ, UPDATE, Cell, DirectResource, Resource, Whole

LEDGER: Final = (
    Resource(
        name="accounts",
        direct=DirectResource(
            root="accountingAccounts",
            type="AccountingAccount",
            keys=single_keys("code"),
            disabling="deactivated",
            rules=OF_ACCOUNTS,
            lookup="by_key",
        ),
        maesn=planned_at_maesn.ACCOUNTS,
        cells=PLANNED_AT_MAESN,
        built=DIRECT_ALL | READ_EVERYWHERE,
        suggested=True,
    ),
    Resource(
        name="journals",
        direct=DirectResource(
            root="journalTypes",
            type="JournalType",
            keys=single_keys("code"),
            disabling="deactivated",
            rules=OF_JOURNALS,
        ),
        built=DIRECT_ALL,
        suggested=True,
    ),
    Resource(
        name="fiscal_years",
        direct=DirectResource(root="accountingExercises", type="AccountingExercise"),
        suggested=True,
    ),
    Resource(
        name="journal_entries",
        # An open-documents filter would read the whole year on every run: matches come with the dates of owned rows.
        direct=DirectResource(
            root="accountingEntries",
            type="AccountingEntry",
            operations={Operation.CREATE: Mutation("createAccountingEntryUsingCodes", final=True)},
            keys=(ENTRY_KEY,),
            numbering=Numbering(day="date", number="number", total=("accountingEntryLines", "debitAmount")),
            rules=ENTRY_RULES,
            creation_rules=ENTRY_CREATION,
            set_asides=COPIED_ENTRIES,
            after=("AccountingAccount", "JournalType", "Customer", "Supplier", "Employee"),
            lookup="by_key",
        ),
        cells={**PLANNED_AT_MAESN, (DIRECT, UPDATE): Cell.NOT_OFFERED},
        built=frozenset({(DIRECT, READ), (DIRECT, CREATE)}),
        suggested=True,
        start_date=True,
    ),
    Resource(
        name="journal_entry_lines",
        direct=DirectResource(root="accountingEntryLines", type="AccountingEntryLine"),
        start_date=True,
    ),
    Resource(
        name="journal_entry_dimensions",
        direct=DirectResource(root="accountingEntryDimensionTags", type="AccountingEntryDimensionTag"),
        start_date=True,
    ),
    Resource(
        name="tracking_categories",
        # Its tags change without any date (docs/reference/queries.md, "Lists without dates").
        direct=DirectResource(root="dimensions", type="Dimension", read=Whole()),
        maesn=planned_at_maesn.TRACKING_CATEGORIES,
        cells=PLANNED_AT_MAESN,
        built=READ_EVERYWHERE,
    ),
    Resource(
        name="entry_sessions", direct=DirectResource(root="accountingEntrySessions", type="AccountingEntrySession")
    ),
    Resource(
        name="transaction_categories", direct=DirectResource(root="transactionCategories", type="TransactionCategory")
    ),
)
