"""The writes themselves: one function for each kind, and a table of what each object needs for them.

Every function works on a copy and stores it in one step at the end, under the store's lock: a refused write leaves no
trace, and of two writers with the same unique key the second is refused.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing import (
    accounts,
    bank_links,
    bill_posting,
    declarations,
    document_declarations,
    document_links,
    entries,
    exercises,
    files,
    invoices,
    journals,
    ledger_declarations,
    origins,
    posting,
    products,
    purchase_invoices,
    reference_data,
    sales_documents,
    settlements,
    third_parties,
)
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.declarations import Declaration
from sage_active_sandbox.writing.patching import Patch
from sage_active_sandbox.writing.posting_effects import apply_effects, submit_again
from sage_active_sandbox.writing.refusals import Problems, refused
from sage_active_sandbox.writing.target import Operation, Target

Input = Mapping[str, Any]
Complete = Callable[[Attempt], None]


@dataclass(frozen=True)
class Written:
    """What is needed to write one type: its declaration, its rules, and who may refer to its rows.

    ``users`` are (type, member), or (type, list of children or single part, ..., member of that). ``markets`` are those
    that have the type, ``is_needed`` says of a row that the company cannot do without it. ``deletable`` are the
    statuses in which a row may be deleted, empty if it has none. ``after`` and ``after_deletion`` do to other rows what
    follows from a write that is stored.
    """

    declaration: Declaration
    complete: Complete
    users: tuple[tuple[str, ...], ...] = ()
    markets: frozenset[str] = frozenset(MARKETS)
    is_needed: Callable[[Target, str], bool] | None = None
    deletable: tuple[str, ...] = ()
    after: Callable[[Attempt], None] | None = None
    after_deletion: Callable[[Row, Target], None] | None = None


THIRD_PARTIES = ("Customer", "Supplier")
SALES_DOCUMENTS = ("SalesInvoice", "SalesQuote", "SalesOrder", "SalesDeliveryNote")
IN_ENTRIES = ("AccountingEntry", "accountingEntryLines", "accountingEntryThirdParty", "thirdPartyId")
WITHOUT_UPDATE = frozenset({"BusinessArea", "JobArea", "PaymentMean", "PaymentTerm", "AccountingExercise"})
WITHOUT_DELETION = frozenset({"JobArea", "AccountingExercise"})

SOURCES = ((document_links.LINK, "originId"),)
SALES = partial(Written, after=origins.show_use, after_deletion=origins.forget_use)

WRITTEN: dict[str, Written] = {
    "Customer": Written(
        declarations.CUSTOMER,
        third_parties.complete,
        (*((document, "customerId") for document in SALES_DOCUMENTS), IN_ENTRIES),
    ),
    "Supplier": Written(declarations.SUPPLIER, third_parties.complete, (("PurchaseInvoice", "supplierId"), IN_ENTRIES)),
    "Employee": Written(
        ledger_declarations.EMPLOYEE, third_parties.complete, (IN_ENTRIES,), markets=frozenset({"ES", "FR"})
    ),
    "Product": Written(
        declarations.PRODUCT,
        products.complete,
        tuple((owner, "lines", "productId") for owner in (*SALES_DOCUMENTS, "SalesTariff", "SalesDiscountGroup")),
    ),
    "SalesInvoice": SALES(document_declarations.SALES_INVOICE, invoices.complete, deletable=("Pending",)),
    "SalesQuote": SALES(
        document_declarations.SALES_QUOTE, sales_documents.complete, SOURCES, deletable=("Pending", "Declined")
    ),
    "SalesOrder": SALES(document_declarations.SALES_ORDER, sales_documents.complete, SOURCES, deletable=("Pending",)),
    "SalesDeliveryNote": SALES(
        document_declarations.SALES_DELIVERY_NOTE, sales_documents.complete, SOURCES, deletable=("Pending",)
    ),
    "PurchaseInvoice": Written(purchase_invoices.PURCHASE_INVOICE, purchase_invoices.complete, deletable=("Pending",)),
    "BusinessArea": Written(
        declarations.BUSINESS_AREA,
        reference_data.complete,
        tuple((party, "businessAreaId") for party in (*THIRD_PARTIES, "Employee")),
    ),
    "JobArea": Written(declarations.JOB_AREA, reference_data.complete),
    "PaymentMean": Written(
        declarations.PAYMENT_MEAN,
        reference_data.complete,
        (
            *((owner, "paymentTermLines", "paymentMeanId") for owner in (*THIRD_PARTIES, "SalesInvoice")),
            *((document, "openItems", "paymentMeanId") for document in ("SalesInvoice", "PurchaseInvoice")),
            ("PaymentTerm", "lines", "paymentMeanId"),
        ),
    ),
    "PaymentTerm": Written(declarations.PAYMENT_TERM, reference_data.complete),
    "AccountingAccount": Written(
        ledger_declarations.ACCOUNTING_ACCOUNT,
        accounts.complete,
        ledger_declarations.USERS_OF_ACCOUNTS,
        is_needed=accounts.is_default,
    ),
    "JournalType": Written(ledger_declarations.JOURNAL_TYPE, journals.complete, ledger_declarations.USERS_OF_JOURNALS),
    "AccountingExercise": Written(ledger_declarations.ACCOUNTING_EXERCISE, exercises.complete),
}


def create(type_name: str, target: Target, sent: Input) -> Row:
    """Store a new row and return it; RefusedError names everything that is wrong."""
    written, problems = WRITTEN[type_name], Problems()
    _check_market(written, target)
    row = Patch(target, problems).created(sent, written.declaration)
    attempt = Attempt(type_name, row, None, sent, target, problems)
    attempt.fill_defaults(written.declaration.unique, written.declaration.defaults)
    written.complete(attempt)
    problems.raise_if_any()
    stored = target.store.insert(target.company.id, type_name, row)
    _store_effects(attempt)
    return stored


def update(type_name: str, target: Target, sent: Input) -> Row:
    """Patch the row of the input's id and return it; RefusedError names everything that is wrong."""
    written, problems = WRITTEN[type_name], Problems()
    _check_market(written, target)
    before = _found(type_name, target, sent["id"])
    row = Patch(target, problems).changed(before, sent, written.declaration)
    attempt = Attempt(type_name, row, before, sent, target, problems)
    attempt.fill_defaults(written.declaration.unique, written.declaration.defaults)
    written.complete(attempt)
    problems.raise_if_any()
    own_members = {name for name in sent if name not in declarations.CONTROL_MEMBERS} - {*written.declaration.children}
    stamp = bool(own_members) or target.switches.parent_dates_move
    stored = target.store.replace(target.company.id, type_name, row, stamp=stamp)
    _store_effects(attempt)
    return stored


def delete(type_name: str, target: Target, sent: Input) -> Row:
    """Remove the row of the input's id; used records and numbered documents stay (switch deletion)."""
    written = WRITTEN[type_name]
    _check_market(written, target)
    row = _found(type_name, target, sent["id"])
    if target.switches.deletion == "careful":
        if written.deletable and row["status"] not in written.deletable:
            raise refused("wrongStatus", "status", value=row["status"], allowed=" or ".join(written.deletable))
        needed = written.is_needed is not None and written.is_needed(target, row["id"])
        if needed or any(_uses(target, path, row["id"]) for path in written.users):
            raise refused("inUse")
    target.store.delete(target.company.id, type_name, row["id"])
    if written.after_deletion is not None:
        written.after_deletion(row, target)
    return {"id": row["id"]}


def close_sales_invoice(target: Target, sent: Input) -> Row:
    """Number and lock a draft."""
    row = copy.deepcopy(_found("SalesInvoice", target, sent["salesInvoiceId"], "salesInvoiceId"))
    invoices.close(row, target)
    document_links.follow(row, target)
    return target.store.replace(target.company.id, "SalesInvoice", row)


def post_sales_invoice(target: Target, sent: Input) -> Row:
    """Move a closed invoice into accounting."""
    row = copy.deepcopy(_found("SalesInvoice", target, sent["salesInvoiceId"], "salesInvoiceId"))
    entries = posting.posted_entries(row, sent, target)
    row["status"] = "Posted"
    apply_effects(row, target)
    for entry in entries:
        target.store.insert(target.company.id, "AccountingEntry", entry)
    document_links.follow(row, target)
    target.store.replace(target.company.id, "SalesInvoice", row)
    replies = [{"accountingEntryId": entry["id"], "accountingEntryNumber": entry["number"]} for entry in entries]
    return {**replies[0], "accountingEntries": replies}


def retry_electronic_submission(target: Target, sent: Input) -> Row:
    """Submit an e-invoice once more."""
    row = copy.deepcopy(_found("SalesInvoice", target, sent["salesInvoiceId"], "salesInvoiceId"))
    submit_again(row, target)
    target.store.replace(target.company.id, "SalesInvoice", row)
    return {"id": row["id"]}


def post_purchase_invoice(target: Target, sent: Input) -> Row:
    """Move a bill into accounting."""
    row = copy.deepcopy(_found("PurchaseInvoice", target, sent["purchaseInvoiceId"], "purchaseInvoiceId"))
    entry = bill_posting.post(row, sent, target)
    target.store.insert(target.company.id, "AccountingEntry", entry)
    target.store.replace(target.company.id, "PurchaseInvoice", row)
    return {"accountingEntryId": entry["id"], "accountingEntryNumber": entry["number"]}


def generate_credit_note(target: Target, sent: Input) -> Row:
    """Draft a credit note for a closed or posted invoice."""
    source = copy.deepcopy(_found("SalesInvoice", target, sent["id"]))
    row = invoices.credit_note(source, sent, target)
    target.store.replace(target.company.id, "SalesInvoice", source)
    related = document_links.link("SalesInvoice", row, "SalesInvoice", source)
    target.store.insert(target.company.id, document_links.LINK, related)
    return target.store.insert(target.company.id, "SalesInvoice", row)


OPERATIONS: dict[str, Operation] = {
    **{f"create{name}": partial(create, name) for name in WRITTEN},
    **{f"update{name}": partial(update, name) for name in WRITTEN if name not in WITHOUT_UPDATE},
    **{f"delete{name}": partial(delete, name) for name in WRITTEN if name not in WITHOUT_DELETION},
    "closeSalesInvoice": close_sales_invoice,
    "postSalesInvoice": post_sales_invoice,
    "retrySalesInvoiceElectronicSubmission": retry_electronic_submission,
    "postPurchaseInvoice": post_purchase_invoice,
    "generateCreditNote": generate_credit_note,
    "linkRelatedSalesDocument": document_links.link_related,
    **entries.OPERATIONS,
    **settlements.OPERATIONS,
    **bank_links.OPERATIONS,
    **files.OPERATIONS,
}
"""What each mutation of the schema does; the others are not offered by this stand-in."""


def _store_effects(attempt: Attempt) -> None:
    attempt.store_effects()
    after = WRITTEN[attempt.type_name].after
    if after is not None:
        after(attempt)


def _found(type_name: str, target: Target, row_id: str, member: str = "id") -> Row:
    return target.found(type_name, row_id, member)


def _check_market(written: Written, target: Target) -> None:
    if target.company.market not in written.markets:
        raise refused("otherMarket", value=target.company.market)


def _uses(target: Target, member_path: tuple[str, ...], row_id: str) -> bool:
    type_name, *path, member = member_path
    rows = [*target.table(type_name).values()]
    for name in path:
        held = [row.get(name) or () for row in rows]
        rows = [child for value in held for child in ([value] if isinstance(value, dict) else value)]
    return any(row.get(member) == row_id for row in rows)
