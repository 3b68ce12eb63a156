"""Accounts, journals, exercises, employees and small reference tables: written, read back over HTTP, refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sage_active_sandbox.sandbox import Sandbox
from unit_tests.sandbox.conftest import Api

UNKNOWN = "00000000-0000-0000-0000-000000000001"
UNDOCUMENTED = "global.businessErrors.undocumented_"


@dataclass(frozen=True)
class Object:
    """An object that is created, changed and deleted; ``shows`` is what a query answers after the last write."""

    name: str
    root: str
    market: str
    sent: dict[str, Any]
    selection: str
    shows: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)
    deletable: bool = True


OBJECTS = (
    Object(
        "AccountingAccount",
        "accountingAccounts",
        "DE",
        {"code": "4711", "name": "Lizenzen", "subAccountType": "COST"},
        "code{value} name description deactivated accountLevel accountType applyVat createdByUser datevAccountNumber",
        {
            "code": {"value": "4711"},
            "name": "Software",
            "description": "4711 Software",
            "deactivated": True,
            "accountLevel": "SUB_ACCOUNT",
            "accountType": "INCOME_STATEMENT",
            "applyVat": True,
            "createdByUser": True,
            "datevAccountNumber": "4711",
        },
        {"name": "Software", "deactivated": True},
    ),
    Object(
        "AccountingAccount",
        "accountingAccounts",
        "FR",
        {"code": "411DURAND"},
        "code{value} name accountType subAccountType",
        {
            "code": {"value": "411DURAND"},
            "name": "Account 411DURAND",
            "accountType": "BALANCE_SHEET",
            "subAccountType": "CUSTOMER",
        },
        {"subAccountType": "CUSTOMER"},
    ),
    Object(
        "JournalType",
        "journalTypes",
        "ES",
        {"code": "AB2", "name": "Abonos", "type": "SALES_INVOICE", "isCreditNote": True, "creditNoteReason": "R1"},
        "code name type deactivated isCreditNote creditNoteReason accountingAccountId",
        {
            "code": "AB2",
            "name": "Abonos 2",
            "type": "SALES_INVOICE",
            "deactivated": True,
            "isCreditNote": True,
            "creditNoteReason": "R1",
            "accountingAccountId": None,
        },
        {"name": "Abonos 2", "deactivated": True},
    ),
    Object(
        "Employee",
        "employees",
        "FR",
        {
            "name": "Lucie Moreau",
            "shortName": "Lucie",
            "addresses": [{"city": "Lille", "countryIsoCodeAlpha2": "FR"}],
            "contacts": [{"surname": "Moreau", "emails": [{"emailAddress": "lucie@example.com"}]}],
        },
        "name code status sourceType defaultAccountingAccount{subAccountType} addresses{city countryIsoCodeAlpha2} "
        "contacts{surname isDefault emails{emailAddress}}",
        {
            "name": "Lucie Petit",
            "code": "E00003",
            "status": "DISABLED",
            "sourceType": "PUBLIC_API",
            "defaultAccountingAccount": {"subAccountType": "EMPLOYEE"},
            "addresses": [{"city": "Lille", "countryIsoCodeAlpha2": "FR"}],
            "contacts": [
                {"surname": "Moreau", "isDefault": True, "emails": [{"emailAddress": "lucie@example.com"}]},
            ],
        },
        {"name": "Lucie Petit", "disabled": True},
    ),
    Object(
        "AccountingExercise",
        "accountingExercises",
        "DE",
        {"exercise": 2031, "description": "Rumpfjahr", "startDate": "2031-04-01", "numberPeriods": 2},
        "exercise status endDate periods{month startDate endDate isClosed}",
        {
            "exercise": 2031,
            "status": "OPEN",
            "endDate": "2031-05-31T00:00:00.000Z",
            "periods": [
                {
                    "month": "APRIL",
                    "startDate": "2031-04-01T00:00:00.000Z",
                    "endDate": "2031-04-30T00:00:00.000Z",
                    "isClosed": False,
                },
                {
                    "month": "MAY",
                    "startDate": "2031-05-01T00:00:00.000Z",
                    "endDate": "2031-05-31T00:00:00.000Z",
                    "isClosed": False,
                },
            ],
        },
        deletable=False,
    ),
    Object(
        "PaymentMean",
        "paymentMeans",
        "DE",
        {"description": "Scheck"},
        "description type inactive",
        {"description": "Scheck", "type": "UNDEFINED", "inactive": False},
    ),
    Object(
        "PaymentTerm",
        "paymentTerms",
        "DE",
        {"name": "Hälftig", "lines": [{"order": 0, "value": 50, "type": "PERCENTAGE"}, {"order": 1, "value": 0}]},
        "name lines{order type value}",
        {
            "name": "Hälftig",
            "lines": [{"order": 0, "type": "PERCENTAGE", "value": 50}, {"order": 1, "type": "NONE", "value": 0}],
        },
    ),
    Object("BusinessArea", "businessAreas", "ES", {"name": "Pesca"}, "name", {"name": "Pesca"}),
    Object("JobArea", "jobAreas", "ES", {"name": "Taller"}, "name", {"name": "Taller"}, deletable=False),
)

REFUSED = (
    ("DE", "createAccountingAccount", {"code": "471"}, "codeOutOfRange"),
    ("ES", "createAccountingAccount", {"code": "62900000"}, "codeOutOfRange"),
    ("FR", "createAccountingAccount", {"code": "41AB"}, "codeOutOfRange"),
    ("DE", "createAccountingAccount", {"code": "8400"}, "codeAlreadyExists"),
    ("DE", "createAccountingAccount", {"code": "4712", "subAccountType": "CHARGE", "name": "x" * 101}, "maximumLength"),
    ("DE", "createAccountingAccount", {"code": "4712", "subAccountType": "STOCK"}, "referenceNotAllowed"),
    ("DE", "createAccountingAccount", {"code": "4712", "accountType": "BALANCE_SHEET"}, "referenceNotAllowed"),
    ("ES", "createAccountingAccount", {"code": "940000009"}, "mandatoryField"),
    ("DE", "updateAccountingAccount", {"id": UNKNOWN, "name": "x"}, "recordNotFound"),
    ("DE", "deleteAccountingAccount", {"id": UNKNOWN}, "recordNotFound"),
    ("DE", "createJournalType", {"code": "SO", "name": "x", "type": "GENERAL"}, "codeAlreadyExists"),
    ("FR", "createJournalType", {"code": "C1", "name": "x", "type": "CLOSING"}, "notAvailableInLegislation"),
    ("DE", "updateJournalType", {"id": UNKNOWN, "name": "x"}, "recordNotFound"),
    ("DE", "deleteJournalType", {"id": UNKNOWN}, "recordNotFound"),
    ("DE", "createEmployee", {"name": "x"}, "notAvailableInLegislation"),
    ("ES", "createEmployee", {"name": "x", "addresses": [{"city": "A"}, {"city": "B"}]}, "valueOutOfRange"),
    ("ES", "createEmployee", {"name": "x", "code": "E00001"}, "codeAlreadyExists"),
    ("ES", "updateEmployee", {"id": UNKNOWN, "name": "x"}, "recordNotFound"),
    ("DE", "deleteEmployee", {"id": UNKNOWN}, "notAvailableInLegislation"),
    ("DE", "createPaymentMean", {"description": "x" * 21}, "maximumLength"),
    ("DE", "deletePaymentMean", {"id": UNKNOWN}, "recordNotFound"),
    ("DE", "createPaymentTerm", {"name": " "}, "mandatoryField"),
    ("DE", "deletePaymentTerm", {"id": UNKNOWN}, "recordNotFound"),
    ("DE", "createBusinessArea", {"name": "x" * 18}, "maximumLength"),
    ("DE", "deleteBusinessArea", {"id": UNKNOWN}, "recordNotFound"),
    ("DE", "createJobArea", {"name": "x" * 51}, "maximumLength"),
    *(
        ("DE", "createAccountingExercise", {"description": "x", "exercise": 2032, **sent}, reason)
        for sent, reason in (
            ({"startDate": "2027-07-01", "numberPeriods": 12}, "codeAlreadyExists"),
            ({"startDate": "2032-01-01", "numberPeriods": 0}, "valueOutOfRange"),
            ({"startDate": "2032-01-01", "endDate": "2032-11-30", "numberPeriods": 12}, "valueOutOfRange"),
            ({"exercise": 2026, "startDate": "2032-01-01", "numberPeriods": 12}, "codeAlreadyExists"),
        )
    ),
)


@pytest.fixture
def clients(sandbox: Sandbox) -> Iterator[dict[str, Api]]:
    """A client of each market."""
    opened = {market: Api(sandbox, market) for market in ("DE", "ES", "FR")}
    yield opened
    for client in opened.values():
        client.session.close()


def found(client: Api, thing: Object, row_id: str) -> list[dict[str, Any]]:
    """What a query answers for an id."""
    document = f"query($id:UUID){{{thing.root}(where:{{id:{{eq:$id}}}}){{nodes{{{thing.selection}}}}}}}"
    rows: list[dict[str, Any]] = client.data(document, {"id": row_id})["nodes"]
    return rows


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: f"{thing.name}-{thing.market}")
def test_what_is_written_is_read_back(clients: dict[str, Api], thing: Object) -> None:
    client = clients[thing.market]
    row_id = client.write(f"create{thing.name}", thing.sent)["id"]
    if thing.changes:
        client.write(f"update{thing.name}", {"id": row_id, **thing.changes})
    assert found(client, thing, row_id) == [thing.shows]
    if thing.deletable:
        assert client.write(f"delete{thing.name}", {"id": row_id}) == {"id": row_id}
        assert found(client, thing, row_id) == []


@pytest.mark.parametrize(("market", "mutation", "sent", "reason"), REFUSED)
def test_what_breaks_a_rule_is_refused(
    clients: dict[str, Api], market: str, mutation: str, sent: dict[str, Any], reason: str
) -> None:
    assert clients[market].refusal(mutation, sent) == [f"{UNDOCUMENTED}{reason}"]


@pytest.mark.parametrize(
    ("mutation", "type_name", "members"),
    [
        ("deleteAccountingAccount", "AccountingAccount", {"subAccountType": "BANK"}),
        ("deleteAccountingAccount", "AccountingAccount", {"code": "700000020"}),
        ("deleteJournalType", "JournalType", {"code": "GEN"}),
        ("deleteEmployee", "Employee", {}),
        ("deleteCustomer", "Customer", {}),
    ],
)
def test_what_the_ledger_uses_is_not_deleted(
    clients: dict[str, Api], mutation: str, type_name: str, members: dict[str, Any]
) -> None:
    rows = clients["ES"].rows(type_name)
    row = next(row for row in rows if all(row.get(name) == value for name, value in members.items()))
    assert clients["ES"].refusal(mutation, {"id": row["id"]}) == [f"{UNDOCUMENTED}recordInUse"]


def test_a_heading_has_a_code_of_any_length(clients: dict[str, Api]) -> None:
    sent = {"code": "48", "accountLevel": "SUB_GROUP", "name": "Comptes de régularisation"}
    heading = clients["FR"].write("createAccountingAccount", sent, "accountLevel subAccountType")
    assert (heading["accountLevel"], heading["subAccountType"]) == ("SUB_GROUP", "UNDEFINED")
