"""Records of quotes, orders and delivery notes with every member that can be written, as `rich_records` makes invoices.

They refer to the customers and items of `RichRecords`.
"""

from typing import Any, Final

from integration_tests.rich_records import Data, RichRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

OPERATIONS: Final = {"quotes": "QUOTE", "sales_orders": "ORDER", "delivery_notes": "DELIVERY_NOTE"}
# What of an invoice the others do not have.
OF_INVOICES: Final = frozenset(
    {
        "operationDate",
        "salesOrderNumber",
        "specialMention",
        "canGeneratePaymentLink",
        "regulatoryBillingFramework",
        "shouldSendViaElectronicInvoicing",
        "eInvoicingAddressTypeCustomer",
        "eInvoicingAddressCustomer",
        "printNameOnPdf",
        "paymentTermLines",
    }
)


def of(sandbox: Sandbox, company: Company, stream: str, count: int) -> list[Data]:
    """The first `count` records of a stream."""
    invoices = RichRecords(sandbox, company).of("invoices", count)
    return [_record(sandbox, company, stream, number, invoice) for number, invoice in enumerate(invoices)]


def origin(kind: str, document: Any, position: int = 0) -> Data:
    """What a line says that comes from a line of a stored document."""
    return {"originType": kind, "originId": document["id"], "originLineId": document["lines"][position]["id"]}


def _record(sandbox: Sandbox, company: Company, stream: str, number: int, invoice: Data) -> Data:
    operation = OPERATIONS[stream]
    series = next(
        row
        for row in sandbox.store.table(company.id, "OperationalNumberPresetText").values()
        if row["operation"] == operation
    )
    of_quotes = {
        "contactName": f"Frau Ägir {number}",
        "contactPhone": f"+49 30 {number}",
        "contactEmail": f"einkauf{number}@example.com",
        "declinedReason": f"Zu teuer: {number} €",
    }
    return {
        **{name: value for name, value in invoice.items() if name not in OF_INVOICES},
        "id": f"{stream}-{number}",
        "operationalNumberPresetText": {"presetText": series["presetText"], "operation": operation},
        **(of_quotes if operation == "QUOTE" else {}),
    }
