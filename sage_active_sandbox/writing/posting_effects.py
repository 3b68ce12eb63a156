"""What posting a sales invoice does outside of the company: e-invoices and links for paying.

Source: docs/reference/documents.md, "Acts that are final".
"""

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.numbers import note
from sage_active_sandbox.writing.refusals import refused
from sage_active_sandbox.writing.target import Target

RETRIED = ("FAILED_TO_SEND", "REJECTED")
"""E-invoices that can be submitted again; no source says which."""


def apply_effects(row: Row, target: Target) -> None:
    """Submit the e-invoice and make the link, where the posted invoice asks for them."""
    note("posting", row, target)
    if target.company.market == "FR" and row.get("shouldSendViaElectronicInvoicing"):
        _submit(row, target)
    if row.get("canGeneratePaymentLink") and _is_payable_by_link(row, target):
        note("payment_link", row, target)


def submit_again(row: Row, target: Target) -> None:
    """Submit an e-invoice that failed or was rejected once more; RefusedError for any other document."""
    if row.get("eInvoicingStatus") not in RETRIED:
        status = row.get("eInvoicingStatus") or "not submitted"
        raise refused("wrongStatus", "eInvoicingStatus", value=status, allowed=" or ".join(RETRIED))
    _submit(row, target)


def _submit(row: Row, target: Target) -> None:
    notice = target.stamped(
        {"status": "SUBMITTED", "rejectedReason": None, "traceParent": None, "salesInvoiceId": row["id"]}
    )
    row.update(eInvoiceId=notice["id"], eInvoicingStatus=notice["status"], eInvoice=[*row["eInvoice"], notice])
    note("e_invoice", row, target)


def _is_payable_by_link(row: Row, target: Target) -> bool:
    means = target.table("PaymentMean")
    kinds = [means.get(line.get("paymentMeanId") or "", {}).get("type") for line in row["paymentTermLines"]]
    return kinds == ["PAYMENT_IN"]
