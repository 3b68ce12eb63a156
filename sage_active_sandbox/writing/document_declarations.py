"""The members of written sales documents: what all four kinds share, and what only some have; data only.

Source: docs/reference/writing.md, "Marks of members".
"""

from dataclasses import replace

from sage_active_sandbox.writing.declarations import ADDRESS, PAYMENT_TERM_LINE, Declaration

LINE = Declaration(
    lengths={"productCode": 15, "productName": 2500},
    references={"productId": "Product", "unitOfMeasurementId": "UnitOfMeasurement"},
    twins=(("productId", "productCode"),),
)

CONTACT_MEMBERS = frozenset({"contactName", "contactPhone", "contactEmail", "contactJobAreaId"})
"""Have no effect except on quotes (docs/reference/writing.md, "Ignored inputs")."""

SALES_ORDER = Declaration(
    lengths={
        "operationalNumber": 50,
        "socialName": 50,
        "countryAcronym": 2,
        "comments": 1000,
        "remarks": 1000,
        "externalReference": 20,
        "documentId": 20,
        "vatNumber": 20,
        "invoiceEmail": 50,
    },
    references={
        "customerId": "Customer",
        "operationalNumberPresetTextId": "OperationalNumberPresetText",
        "documentTypeId": "DocumentType",
        "salesDiscountGroupId": "SalesDiscountGroup",
        "salesTariffId": "SalesTariff",
    },
    required=("customerId",),
    fixed=frozenset({"customerId", "socialName"}),
    ignored=CONTACT_MEMBERS | {"updateDocumentStatus"},
    days=frozenset({"documentDate"}),
    children={"lines": LINE},
    parts={"mainAddress": ADDRESS, "deliveryAddress": ADDRESS},
)
SALES_DELIVERY_NOTE = SALES_ORDER
SALES_QUOTE = replace(
    SALES_ORDER,
    lengths={**SALES_ORDER.lengths, "contactName": 50, "contactPhone": 15, "contactEmail": 50, "declinedReason": 100},
    references={**SALES_ORDER.references, "contactJobAreaId": "JobArea"},
    required=(),
    ignored=frozenset({"updateDocumentStatus"}),
)
SALES_INVOICE = replace(
    SALES_ORDER,
    lengths={**SALES_ORDER.lengths, "salesOrderNumber": 250, "specialMention": 1000},
    ignored=CONTACT_MEMBERS | {"type"},
    days=SALES_ORDER.days | {"operationDate"},
    children={**SALES_ORDER.children, "paymentTermLines": PAYMENT_TERM_LINE},
)
