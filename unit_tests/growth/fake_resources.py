"""Resources that are not in the table: one of each strategy, with rows for the scripted server."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sage_active.resources.resource import ByDate, DirectResource, Member, Report, Resource, Scope
from unit_tests.growth.company_server import Content, Row

JOURNALS: Final = Resource(name="journals", direct=DirectResource(root="journalTypes", type="JournalType"))
USERS: Final = Resource(name="users", direct=DirectResource(root="users", type="User"))
BANK_ACCOUNTS: Final = Resource(name="bank_accounts", direct=DirectResource(root="bankAccounts", type="BankAccount"))
ACCOUNTING_SETUP: Final = Resource(
    name="accounting_setup",
    direct=DirectResource(root="organizationAccountingSetupByOrgId", type="OrganizationAccountingSetup"),
)
BANK_TRANSACTIONS: Final = Resource(
    name="bank_transactions",
    direct=DirectResource(
        root="bankMovements",
        type="BankMovement",
        read=ByDate(order="datePosted", changed=("datePosted", "linkStatusDate")),
        open_documents={"linkStatus": {"nin": [Member(name) for name in ("LINKED", "LINKED_WITH_VARIANCE")]}},
    ),
)
FILES: Final = Resource(
    name="files",
    direct=DirectResource(
        root="files",
        type="EntityFile",
        read=ByDate(
            order="businessDate",
            changed=("uploadDate",),
            day=False,
            overlap=timedelta(hours=1),
            grammar="restricted",
            chunk=100,
        ),
        omit=frozenset({"downloadPath", "previewPath"}),
    ),
)


def _whole_years(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterable[Mapping[str, Any]]:
    return [
        {"exerciseId": year["id"], "startDate": year["startDate"], "endDate": year["endDate"]}
        for year in rows["accountingExercises"]
    ]


TRIAL_BALANCE: Final = Resource(
    name="trial_balance",
    direct=DirectResource(
        root="accountingTrialBalance",
        type="AccountingTrialBalanceLine",
        read=Report(
            needs=("accountingExercises",),
            inputs=_whole_years,
            key=("exerciseId", "startDate", "endDate", "accountCode"),
        ),
    ),
)
EVERY_STRATEGY: Final = (JOURNALS, BANK_TRANSACTIONS, USERS, BANK_ACCOUNTS, ACCOUNTING_SETUP, TRIAL_BALANCE)
DATED: Final = {"creationDate": "2026-01-01T09:00:00.000Z", "modificationDate": None}
EXERCISES: Final[Sequence[Row]] = [
    {
        "id": f"year-{year}",
        "startDate": f"{year}-01-01T00:00:00.000Z",
        "endDate": f"{year}-12-31T00:00:00.000Z",
        **DATED,
    }
    for year in (2025, 2026)
]


def _list(company: str) -> Sequence[Row]:
    del company
    return [{"id": "account-1", **DATED}, {"id": "account-2", **DATED}]


def _setup(company: str, id: str) -> Row:
    assert id == company
    return {"id": "setup-1", "organizationId": id}


def _trial_balance(company: str, input: Mapping[str, Any]) -> Sequence[Row]:
    del company
    assert {"exerciseId", "startDate", "endDate"} == input.keys()
    return [{"accountCode": code, "balance": 1} for code in ("1000", "2000")]


CONTENT: Final[Mapping[str, Content]] = {
    "journalTypes": [{"id": "journal-1", **DATED}, {"id": "journal-2", **DATED}],
    "users": [{"id": "user-1"}],
    "bankMovements": [{"id": "movement-1", "datePosted": "2026-01-05T00:00:00Z", "linkStatus": "LINKED"}],
    "bankAccounts": _list,
    "organizationAccountingSetupByOrgId": _setup,
    "accountingExercises": EXERCISES,
    "accountingTrialBalance": _trial_balance,
}


def scoped(resource: Resource, scope: Scope) -> Resource:
    """The same resource, as if its rows were those of another scope."""
    assert resource.direct
    return replace(resource, direct=replace(resource.direct, scope=scope))
