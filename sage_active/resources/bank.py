"""The bank: accounts and their movements (docs/reference/accounting.md, "Bank accounts and movements")."""

from typing import Final

from sage_active.resources.open_documents import not_yet
from sage_active.resources.resource import ByDate, DirectResource, Member, Resource

BANK: Final = (
    Resource(name="bank_accounts", direct=DirectResource(root="bankAccounts", type="BankAccount")),
    Resource(
        name="bank_transactions",
        direct=DirectResource(
            root="bankMovements",
            type="BankMovement",
            read=ByDate(order="datePosted", changed=("datePosted", "linkStatusDate")),
            open_documents=not_yet("linkStatus", Member("LINKED"), Member("LINKED_WITH_VARIANCE"), Member("DISMISSED")),
        ),
        start_date=True,
    ),
)
