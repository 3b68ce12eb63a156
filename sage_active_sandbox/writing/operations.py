"""The writes themselves: one function for each kind, and a table of what each object needs for them.

Every function works on a copy and stores it in one step at the end, under the store's lock: a refused write leaves no
trace, and of two writers with the same unique key the second is refused.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing import declarations, invoices, posting, products, reference_data, third_parties
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.declarations import Declaration
from sage_active_sandbox.writing.patching import Patch
from sage_active_sandbox.writing.posting_effects import apply_effects
from sage_active_sandbox.writing.refusals import Problems, refused
from sage_active_sandbox.writing.target import Target

Input = Mapping[str, Any]
Operation = Callable[[Target, Input], Row]
Complete = Callable[[Attempt], None]


@dataclass(frozen=True)
class Written:
    """What is needed to write one type: its declaration, its rules, and who may refer to its rows.

    ``users`` are (type, member) or (type, list of children, member of the child).
    """

    declaration: Declaration
    complete: Complete
    users: tuple[tuple[str, ...], ...] = ()


THIRD_PARTIES = ("Customer", "Supplier")
SALES_DOCUMENTS = ("SalesInvoice", "SalesQuote", "SalesOrder", "SalesDeliveryNote")

WRITTEN: dict[str, Written] = {
    "Customer": Written(
        declarations.CUSTOMER,
        third_parties.complete,
        tuple((document, "customerId") for document in SALES_DOCUMENTS),
    ),
    "Supplier": Written(declarations.SUPPLIER, third_parties.complete, (("PurchaseInvoice", "supplierId"),)),
    "Product": Written(
        declarations.PRODUCT,
        products.complete,
        tuple((owner, "lines", "productId") for owner in (*SALES_DOCUMENTS, "SalesTariff", "SalesDiscountGroup")),
    ),
    "SalesInvoice": Written(declarations.SALES_INVOICE, invoices.complete),
    "BusinessArea": Written(
        declarations.BUSINESS_AREA,
        reference_data.complete,
        tuple((party, "businessAreaId") for party in (*THIRD_PARTIES, "Employee")),
    ),
    "JobArea": Written(declarations.JOB_AREA, reference_data.complete),
    "PaymentMean": Written(
        declarations.PAYMENT_MEAN,
        reference_data.complete_payment_mean,
        (
            *((owner, "paymentTermLines", "paymentMeanId") for owner in (*THIRD_PARTIES, "SalesInvoice")),
            *((document, "openItems", "paymentMeanId") for document in ("SalesInvoice", "PurchaseInvoice")),
            ("PaymentTerm", "lines", "paymentMeanId"),
        ),
    ),
    "PaymentTerm": Written(declarations.PAYMENT_TERM, reference_data.complete),
}


def create(type_name: str, target: Target, sent: Input) -> Row:
    """Store a new row and return it; RefusedError names everything that is wrong."""
    written, problems = WRITTEN[type_name], Problems()
    row = Patch(target, problems).created(sent, written.declaration)
    written.complete(Attempt(type_name, row, None, sent, target, problems))
    problems.settle()
    return target.store.insert(target.company.id, type_name, row)


def update(type_name: str, target: Target, sent: Input) -> Row:
    """Patch the row of the input's id and return it; RefusedError names everything that is wrong."""
    written, problems = WRITTEN[type_name], Problems()
    before = _found(type_name, target, sent["id"])
    row = Patch(target, problems).changed(before, sent, written.declaration)
    written.complete(Attempt(type_name, row, before, sent, target, problems))
    problems.settle()
    own_members = {name for name in sent if name not in declarations.CONTROL_MEMBERS} - {*written.declaration.children}
    stamp = bool(own_members) or target.switches.parent_dates_move
    return target.store.replace(target.company.id, type_name, row, stamp=stamp)


def delete(type_name: str, target: Target, sent: Input) -> Row:
    """Remove the row of the input's id; used records and numbered documents stay (switch deletion)."""
    row = _found(type_name, target, sent["id"])
    if target.switches.deletion == "careful":
        if row.get("status") not in (None, "Pending") and type_name == "SalesInvoice":
            raise refused("wrongStatus", "status", value=row["status"], allowed="Pending")
        if any(_uses(target, place, row["id"]) for place in WRITTEN[type_name].users):
            raise refused("inUse")
    target.store.delete(target.company.id, type_name, row["id"])
    return {"id": row["id"]}


def close_sales_invoice(target: Target, sent: Input) -> Row:
    """Number and lock a draft."""
    row = copy.deepcopy(_found("SalesInvoice", target, sent["salesInvoiceId"], "salesInvoiceId"))
    invoices.close(row, target)
    return target.store.replace(target.company.id, "SalesInvoice", row)


def post_sales_invoice(target: Target, sent: Input) -> Row:
    """Move a closed invoice into accounting."""
    row = copy.deepcopy(_found("SalesInvoice", target, sent["salesInvoiceId"], "salesInvoiceId"))
    entries = posting.posted_entries(row, sent, target)
    row["status"] = "Posted"
    apply_effects(row, target)
    for entry in entries:
        target.store.insert(target.company.id, "AccountingEntry", entry)
    target.store.replace(target.company.id, "SalesInvoice", row)
    replies = [{"accountingEntryId": entry["id"], "accountingEntryNumber": entry["number"]} for entry in entries]
    return {**replies[0], "accountingEntries": replies}


def generate_credit_note(target: Target, sent: Input) -> Row:
    """Draft a credit note for a closed or posted invoice."""
    source = copy.deepcopy(_found("SalesInvoice", target, sent["id"]))
    row = invoices.credit_note(source, sent, target)
    target.store.replace(target.company.id, "SalesInvoice", source)
    return target.store.insert(target.company.id, "SalesInvoice", row)


OPERATIONS: dict[str, Operation] = {
    **{f"create{name}": partial(create, name) for name in WRITTEN},
    **{f"update{name}": partial(update, name) for name in ("Customer", "Supplier", "Product", "SalesInvoice")},
    **{f"delete{name}": partial(delete, name) for name in WRITTEN if name != "JobArea"},
    "closeSalesInvoice": close_sales_invoice,
    "postSalesInvoice": post_sales_invoice,
    "generateCreditNote": generate_credit_note,
}
"""What each mutation of the schema does; the others are not offered by this stand-in."""


def _found(type_name: str, target: Target, row_id: str, member: str = "id") -> Row:
    row = target.table(type_name).get(row_id)
    if row is None:
        raise refused("notFound", member, value=row_id)
    return row


def _uses(target: Target, place: tuple[str, ...], row_id: str) -> bool:
    type_name, *path, member = place
    rows = [*target.table(type_name).values()]
    for name in path:
        rows = [child for row in rows for child in row.get(name) or []]
    return any(row.get(member) == row_id for row in rows)
