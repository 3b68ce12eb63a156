"""Payments of open items as they are written: what they settle, and by what their entries are found again.

Sources: docs/reference/documents.md, "Open items"; docs/reference/accounting.md, "Bank accounts and movements".
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sage_active.markets import DIRECT
from sage_active.resources.creation_rules import CreationRules, Named, OpenPeriod
from sage_active.resources.entries import ENTRY_CREATION
from sage_active.resources.key_forms import DAY
from sage_active.resources.keys import Gathered, Key
from sage_active.resources.lifecycle import Mutation, Operation
from sage_active.resources.numbering import Numbering
from sage_active.resources.resource import CREATE, READ, UPDATE, Cell, DirectResource, Resource
from sage_active.resources.settlement import BankFeed, Settled, Settlement

LINES: Final = "accountingEntryLines"
_DAY: Final = "entryDate"
_METHOD: Final = "paymentMethodId"

FEED: Final = BankFeed(
    type="BankMovement",
    account="bankAccountId",
    amount="transactionAmount",
    day="datePosted",
    status="linkStatus",
    final_states=frozenset({"LINKED", "LINKED_WITH_VARIANCE", "DISMISSED"}),
    accounts="BankAccount",
)
# The journal of its entry is that of the method; several third parties may share a document number.
KEY: Final = Key(
    (_METHOD, _DAY, "documentNumber"),
    filter_path={_METHOD: ("journalTypeId",), _DAY: ("date",)},
    via={_METHOD: "journalTypeId"},
    forms={_DAY: DAY},
    apart=Gathered(LINES, "thirdPartyId", ("accountingEntryThirdParty", "thirdPartyId"), of_record=True),
)
_PERIOD: Final[OpenPeriod | None] = ENTRY_CREATION.open_period and replace(ENTRY_CREATION.open_period, day=_DAY)
CREATION: Final = CreationRules(
    named=(
        Named(
            path=_METHOD,
            member="disabled",
            allowed=(False, None),
            reason="is a payment method that is disabled; name another one, or enable it in Sage Active",
        ),
    ),
    open_period=_PERIOD,
)


def _resource(name: str, mutation: str, settlement: Settlement) -> Resource:
    return Resource(
        name=name,
        # Nothing lists payments: what one makes is an entry.
        direct=DirectResource(
            root="accountingEntries",
            type="AccountingEntry",
            operations={Operation.CREATE: Mutation(mutation, reply="accountingEntryId", final=True)},
            keys=(KEY,),
            numbering=Numbering(
                day=_DAY,
                number="number",
                total=(LINES, "debitAmount"),
                total_of_record=(settlement.items, settlement.paid),
            ),
            creation_rules=CREATION,
            settlement=settlement,
        ),
        cells={(DIRECT, READ): Cell.NO_ENTITY, (DIRECT, UPDATE): Cell.NOT_OFFERED},
        built=frozenset({(DIRECT, CREATE)}),
    )


def _settlement(items: str, document: str, party: str, settled: Settled) -> Settlement:
    return Settlement(
        items=items,
        item="openItemId",
        paid="paidAmount",
        document=document,
        due="dueDate",
        method=_METHOD,
        party="thirdPartyId",
        party_type=party,
        day=_DAY,
        settled=settled,
        lines=LINES,
        debit="debitAmount",
        credit="creditAmount",
        line_party=("accountingEntryThirdParty", "thirdPartyId"),
        line_account="subAccountId",
        feed=FEED,
    )


def _settled(document: str, number: str, party: str, statuses: frozenset[str], credit: Mapping[str, str]) -> Settled:
    return Settled(
        type=document,
        number=number,
        party=party,
        status="status",
        open_statuses=statuses,
        credit=credit,
        items="openItems",
        item_type=f"{document}OpenItem",
        of_item=f"{document[0].lower()}{document[1:]}Id",
    )


PAYMENTS: Final = (
    _resource(
        "payments",
        "salesOpenItemSettlement",
        _settlement(
            "salesOpenItemLinkagePaidAmounts",
            "invoice",
            "Customer",
            _settled(
                "SalesInvoice",
                "operationalNumber",
                "customerId",
                frozenset({"Posted", "PartiallyCollected"}),
                {"type": "CREDIT_NOTE"},
            ),
        ),
    ),
    _resource(
        "bill_payments",
        "purchaseOpenItemSettlement",
        _settlement(
            "purchaseOpenItemLinkagePaidAmounts",
            "bill",
            "Supplier",
            _settled("PurchaseInvoice", "invoiceNumber", "supplierId", frozenset({"Posted", "PartiallyPaid"}), {}),
        ),
    ),
)
