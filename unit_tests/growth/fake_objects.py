"""Objects that are written and are not in the table: one for each thing that a declaration can say."""

from collections.abc import Mapping
from typing import Any, Final

from sage_active.markets import DIRECT
from sage_active.resources.keys import Key, single_keys
from sage_active.resources.lifecycle import Journal, Lifecycle, Mutation, Operation, RecordName, Step
from sage_active.resources.numbering import Numbering
from sage_active.resources.resource import CREATE, READ, UPDATE, DirectResource, Resource
from sage_active.resources.rules import Rule
from unit_tests.growth.writing_server import Row, Table

CREATED: Final = frozenset({(DIRECT, READ), (DIRECT, CREATE)})
CHANGED: Final = CREATED | {(DIRECT, UPDATE)}

AREAS: Final = Resource(
    name="areas",
    direct=DirectResource(root="businessAreas", type="BusinessArea", keys=single_keys("name")),
    built=CREATED,
)
ACCOUNTS: Final = Resource(
    name="ledger_accounts",
    direct=DirectResource(
        root="accountingAccounts",
        type="AccountingAccount",
        keys=(Key(("code",), {"code": ("code", "value")}),),
        lookup="by_key",
    ),
    built=CHANGED,
)
ORDERS: Final = Resource(
    name="orders",
    direct=DirectResource(
        root="salesOrders",
        type="SalesOrder",
        document_keys=("externalReference",),
        marker="remarks",
        lifecycle=Lifecycle(
            member="status",
            initial="Pending",
            editable=frozenset({"Pending"}),
            deletable=frozenset({"Pending"}),
            steps=(
                Step(
                    act=Operation.CLOSE,
                    source="Pending",
                    target="Closed",
                    via_update={"updateDocumentStatus": "CLOSE"},
                    final=True,
                ),
            ),
            states={"open": "Pending", "closed": "Closed"},
        ),
        numbering=Numbering(day="documentDate", series="operationalNumberPresetTextId", number="operationalNumber"),
    ),
    built=CHANGED,
)
BILLS: Final = Resource(
    name="purchase_bills",
    direct=DirectResource(
        root="purchaseInvoices",
        type="PurchaseInvoice",
        keys=(Key(("supplierId", "invoiceNumber")),),
        lifecycle=Lifecycle(
            member="status",
            initial="Pending",
            editable=frozenset({"Pending"}),
            steps=(
                Step(
                    act=Operation.POST,
                    source="Pending",
                    target="Posted",
                    inputs={
                        "accountingEntryDescription": RecordName(200),
                        "journalTypeId": Journal("PURCHASE_INVOICE"),
                    },
                    final=True,
                ),
            ),
            states={"draft": "Pending", "posted": "Posted"},
        ),
        # A bill has the number of its supplier, and no series.
        numbering=Numbering(day="invoiceDate"),
    ),
    built=CHANGED,
)
ENTRIES: Final = Resource(
    name="entries",
    direct=DirectResource(
        root="accountingEntries",
        type="AccountingEntry",
        keys=(Key(("documentNumber", "journalTypeCode", "date"), {"journalTypeCode": ("journalType", "code")}),),
        operations={Operation.CREATE: Mutation("createAccountingEntryUsingCodes")},
        rules=(
            Rule(
                path="accountingEntryLines.debitAmount",
                test="sum_zero",
                value="creditAmount",
                reason="is not balanced: the debits are not the credits",
            ),
            Rule(path="documentNumber", test="required", reason="is required in Germany", markets=frozenset({"DE"})),
            Rule(path="description", test="required", reason="is required in France", markets=frozenset({"FR"})),
            Rule(path="documentNumber", test="max_length", value=12, reason="has more than 12 characters"),
            Rule(path="journalTypeCode", test="pattern", value="[A-Z]{2}", reason="is not two letters"),
            Rule(
                path="journalTypeCode",
                test="one_of",
                value=("GJ", "BK"),
                reason="is not a journal of manual entries",
                when={"documentDate": None},
            ),
            Rule(
                path="accountingEntryLines.thirdCode",
                test="forbidden",
                reason="is only for collective accounts",
                when={"subAccountCode": ("1000", "2000")},
            ),
        ),
    ),
    built=CREATED,
)
OBJECTS: Final = (AREAS, ACCOUNTS, BILLS, ENTRIES, ORDERS)


def _with_code(input: Row) -> Row:
    return {**input, "code": {"value": input["code"]}}


def _with_journal(input: Mapping[str, Any]) -> Row:
    date = f"{str(input['date'])[:10]}T00:00:00Z"
    lines = [
        {**line, "subAccount": {"code": {"value": line["subAccountCode"]}}} for line in input["accountingEntryLines"]
    ]
    journal = {"id": "j", "code": input["journalTypeCode"]}
    return {**input, "date": date, "journalType": journal, "accountingEntryLines": lines}


def tables() -> tuple[Table, ...]:
    """What the server has for them: empty, but for what they refer to."""
    customer, supplier, item, *others = (f"10000000-0000-4000-8000-00000000000{number}" for number in range(8))
    kinds = {"PU": "PURCHASE_INVOICE", "GJ": "GENERAL", "VT": "GENERAL"}
    journals = [{"id": others[at], "code": code, "type": kind} for at, (code, kind) in enumerate(kinds.items())]
    accounts = [{"id": others[3 + at], "code": {"value": code}} for at, code in enumerate(("4000", "2000"))]
    return (
        Table("businessAreas", "BusinessArea"),
        Table("accountingAccounts", "AccountingAccount", on_create=_with_code, rows=accounts),
        Table("salesOrders", "SalesOrder", initial="Pending", statuses={"CLOSE": "Closed"}),
        Table("purchaseInvoices", "PurchaseInvoice", initial="Pending", statuses={"post": "Posted"}),
        Table(
            "accountingEntries",
            "AccountingEntry",
            creates=("createAccountingEntryUsingCodes",),
            on_create=_with_journal,
        ),
        Table("customers", "Customer", rows=[{"id": customer, "code": "C1"}]),
        Table("suppliers", "Supplier", rows=[{"id": supplier, "code": "S1"}]),
        Table("journalTypes", "JournalType", rows=journals),
        Table("products", "Product", rows=[{"id": item, "code": "K1", "category": "PRODUCT"}]),
    )
