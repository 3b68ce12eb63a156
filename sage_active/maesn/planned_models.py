"""The records that Maesn's contract describes and that it only plans for Sage Active.

Source: docs/reference/maesn.md, "Planned objects".
"""

from typing import Final

from pydantic import Field

from sage_active.maesn.record import Address, Number, Record, Text


class Account(Record):
    """An account of the ledger."""

    id: Text = None
    balance: Number = None
    # The member is called like a keyword of Python.
    account_class: Text = Field(default=None, alias="class")
    code: Text = None
    createdDate: Text = None
    currency: Text = None
    debitCreditIndicator: Text = None
    description: Text = None
    name: Text = None
    number: Text = None
    parentAccountId: Text = None
    status: Text = None
    type: Text = None
    updatedDate: Text = None


class CreditNoteLine(Record):
    """A line of a credit note."""

    id: Text = None
    createdDate: Text = None
    description: Text = None
    itemId: Text = None
    itemName: Text = None
    quantity: Number = None
    taxCode: Text = None
    taxRatePercentage: Number = None
    totalDiscountAmount: Number = None
    totalDiscountPercentage: Number = None
    totalGrossAmount: Number = None
    totalNetAmount: Number = None
    totalTaxAmount: Number = None
    unitAmount: Number = None
    unitDiscountAmount: Number = None
    unitDiscountPercentage: Number = None
    unitName: Text = None
    updatedDate: Text = None


class CreditNote(Record):
    """A sales credit note with its lines; its key is `id`."""

    id: Text = None
    addresses: list[Address] | None = None
    contactId: Text = None
    createdDate: Text = None
    creditNoteDate: Text = None
    creditNoteLines: list[CreditNoteLine] | None = None
    creditNoteNumber: Text = None
    currency: Text = None
    paymentStatus: Text = None
    paymentTermId: Text = None
    reference: Text = None
    status: Text = None
    totalDiscountAmount: Number = None
    totalDiscountPercentage: Number = None
    totalGrossAmount: Number = None
    totalNetAmount: Number = None
    totalTaxAmount: Number = None
    updatedDate: Text = None


class TrackingCategory(Record):
    """A value of a tracking category, with the name of the category."""

    id: Text = None
    categoryName: Text = None
    createdDate: Text = None
    name: Text = None
    status: Text = None
    updatedDate: Text = None


class VendorCreditDimension(Record):
    """A tracking category of a line of a vendor credit; it has no id."""

    name: Text = None
    categoryName: Text = None


class VendorCreditLine(Record):
    """A line of a vendor credit."""

    id: Text = None
    accountId: Text = None
    accountNumber: Text = None
    createdDate: Text = None
    deferredEndDate: Text = None
    deferredStartDate: Text = None
    description: Text = None
    dimensions: list[VendorCreditDimension] | None = None
    itemId: Text = None
    itemName: Text = None
    quantity: Number = None
    taxCode: Text = None
    taxRatePercentage: Number = None
    totalDiscountAmount: Number = None
    totalDiscountPercentage: Number = None
    totalGrossAmount: Number = None
    totalNetAmount: Number = None
    totalTaxAmount: Number = None
    unitAmount: Number = None
    unitDiscountAmount: Number = None
    unitDiscountPercentage: Number = None
    unitName: Text = None
    updatedDate: Text = None


class VendorCredit(Record):
    """A credit of a supplier with its lines."""

    id: Text = None
    accountId: Text = None
    addresses: list[Address] | None = None
    contactId: Text = None
    createdDate: Text = None
    currency: Text = None
    deliveryDate: Text = None
    dueDate: Text = None
    fileId: Text = None
    journalCode: Text = None
    lineItems: list[VendorCreditLine] | None = None
    name: Text = None
    oneLineAddress: Text = None
    paidDate: Text = None
    paymentReference: Text = None
    paymentTermId: Text = None
    paymentStatus: Text = None
    paymentDays: Number = None
    reference: Text = None
    shippingDate: Text = None
    shippingType: Text = None
    status: Text = None
    taxRule: Text = None
    taxText: Text = None
    totalDiscountAmount: Number = None
    totalDiscountPercentage: Number = None
    totalGrossAmount: Number = None
    totalNetAmount: Number = None
    totalTaxAmount: Number = None
    updatedDate: Text = None
    vendorCreditDate: Text = None
    vendorCreditNumber: Text = None


PLANNED_MODELS: Final[tuple[type[Record], ...]] = (Account, CreditNote, TrackingCategory, VendorCredit)
