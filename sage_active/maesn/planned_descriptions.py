"""What the members of the records hold that Maesn only plans for Sage Active; see `descriptions.py`."""

from collections.abc import Mapping
from typing import Final

PLANNED_DESCRIPTIONS: Final[Mapping[str, str]] = {
    # Accounts.
    "balance": "Balance.",
    "class": "ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE.",
    "code": "Code of the account.",
    "debitCreditIndicator": "DEBIT or CREDIT.",
    "Account.description": "Text of the account.",
    "Account.name": "Name of the account.",
    "Account.number": "Number of the account.",
    "Account.status": "ACTIVE or ARCHIVED.",
    "Account.type": "Kind of account.",
    # Credit notes.
    "creditNoteDate": "Day of the credit note.",
    "creditNoteLines": "Lines.",
    "creditNoteNumber": "Number of the credit note.",
    "totalDiscountAmount": "Amount of the discount.",
    "totalDiscountPercentage": "Percentage of the discount.",
    "totalGrossAmount": "Gross amount.",
    "totalNetAmount": "Net amount.",
    "itemName": "Name of the item.",
    "unitDiscountAmount": "Amount of the discount on a unit.",
    "unitDiscountPercentage": "Percentage of the discount on a unit.",
    # Tracking categories.
    "TrackingCategory.name": "Value of the tracking category.",
    "TrackingCategory.status": "Status of the value.",
    "VendorCreditDimension.name": "Value of the tracking category.",
    # Vendor credits.
    "deferredStartDate": "First day of the deferral.",
    "deferredEndDate": "Last day of the deferral.",
    "deliveryDate": "Day of the delivery.",
    "paymentDays": "Days until payment.",
    "paymentReference": "Reference of the payment.",
    "shippingType": "SERVICE, SERVICE_PERIOD, DELIVERY or DELIVERY_PERIOD.",
    "taxText": "Text about the tax.",
    "vendorCreditDate": "Day of the vendor credit.",
    "vendorCreditNumber": "Number of the vendor credit.",
}
PLANNED_PERSONAL: Final = frozenset(
    {
        "VendorCredit.name",
        "paymentReference",
        # Free text.
        "CreditNoteLine.description",
        "CreditNoteLine.itemName",
        "VendorCreditLine.description",
        "VendorCreditLine.itemName",
        # Accounts of third parties may be called after them.
        "Account.description",
        "Account.name",
    }
)
