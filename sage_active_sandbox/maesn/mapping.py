"""How Sage Active's rows look through Maesn: one table per record (docs/reference/maesn.md).

A column is a text (name of the row's member), a `Constant`, or a function of the row and its `Lookup`. What Maesn
fills for Sage Active is mostly undocumented; members without a counterpart are null.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row, Store


@dataclass(frozen=True)
class Constant:
    """A member that is the same in every record."""

    value: Any


@dataclass(frozen=True)
class Lookup:
    """Resolves references of one company's rows; ``dated`` tells whether a row shows its date of change."""

    store: Store
    company_id: str
    dated: Callable[[Row], bool]

    def member(self, type_name: str, row_id: str | None, name: str) -> Any:
        """A member of the row referred to, or None without such a row."""
        row = self.store.table(self.company_id, type_name).get(row_id) if row_id else None
        return row.get(name) if row else None


Column = str | Constant | Callable[[Row, Lookup], Any]
Columns = Mapping[str, Column]

NULL = Constant(None)
INVOICE_KEY = "invoiceId"

EMAIL_TYPES = {"INVOICES": "INVOICE", "PAYMENTS": "PAYMENT", "OTHERS": "OTHER"}
PHONE_TYPES = {
    "FAX": "FAX",
    "LANDLINE": "LANDLINE",
    "MOBILE": "MOBILE",
    "SKYPE": "SKYPE",
    "WHATS_APP": "WHATSAPP",
}
SALUTATIONS = {"MISS": "Ms", "MR": "Mr"}
CONTACT_TYPES = {"INDIVIDUAL": "CONTACT_PERSON", "BUSINESS": "COMPANY"}
ITEM_TYPES = {"SERVICE": "SERVICE", "FEE": "SERVICE", "CONCEPT": "SERVICE"}
DOCUMENT_STATUS = {
    "Pending": "DRAFT",
    "Closed": "SUBMITTED",
    "Posted": "OPEN",
    "PartiallyCollected": "OPEN",
    "Collected": "OPEN",
}
PAYMENT_STATUS = {
    "Pending": "NO_OPEN_ITEM",
    "Closed": "PENDING",
    "Posted": "PENDING",
    "PartiallyCollected": "PARTLY_PAID",
    "Collected": "PAID",
}


def timestamp(moment: datetime | None) -> str | None:
    """ISO 8601 text in UTC with milliseconds, cut off."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def changed(row: Row) -> datetime | None:
    """The moment of the last change: modification date, else creation date, else None."""
    moment: datetime | None = row.get("modificationDate") or row.get("creationDate")
    return moment


def record(row: Row, mapping: Columns, lookup: Lookup) -> dict[str, Any]:
    """The row in Maesn's shape."""
    return {name: _value(row, column, lookup) for name, column in mapping.items()}


def keyed(mapping: Columns, invoice_key: str) -> Columns:
    """The mapping with the key of invoices under the names that the switch maesn_invoice_key chooses."""
    if INVOICE_KEY not in mapping or invoice_key == INVOICE_KEY:
        return mapping
    others = {name: column for name, column in mapping.items() if name != INVOICE_KEY}
    return {"id": mapping[INVOICE_KEY], **(mapping if invoice_key == "both" else others)}


def _value(row: Row, column: Column, lookup: Lookup) -> Any:
    if isinstance(column, str):
        value = row.get(column)
        return timestamp(value) if isinstance(value, datetime) else value
    return column.value if isinstance(column, Constant) else column(row, lookup)


def translated(name: str, table: Mapping[str, str], default: str | None) -> Callable[[Row, Lookup], Any]:
    return lambda row, _: table.get(row.get(name, ""), default)


def children(name: str, mapping: Columns) -> Callable[[Row, Lookup], Any]:
    return lambda row, lookup: [record(child, mapping, lookup) for child in row.get(name) or []]


def _contact_channels(name: str, mapping: Columns) -> Callable[[Row, Lookup], Any]:
    return lambda row, lookup: [
        record(channel, mapping, lookup) for contact in row.get("contacts") or [] for channel in contact.get(name) or []
    ]


def changed_text(row: Row, lookup: Lookup) -> str | None:
    return timestamp(changed(row)) if lookup.dated(row) else None


def day_text(name: str) -> Callable[[Row, Lookup], Any]:
    return lambda row, _: row[name].strftime("%Y-%m-%dT%H:%M:%SZ") if row.get(name) else None


def _account_number(row: Row, lookup: Lookup) -> int | None:
    code = lookup.member("AccountingAccount", row.get("defaultAccountingAccountId"), "code")
    return int(code) if code and code.isdigit() else None


def _address_type(row: Row, _: Lookup) -> str:
    return "BILLING" if row.get("isMainAddress") else "DELIVERY"


def document_addresses(row: Row, lookup: Lookup) -> list[dict[str, Any]]:
    kinds = (("mainAddress", "BILLING"), ("deliveryAddress", "DELIVERY"))
    return [{**record(row[name], ADDRESS, lookup), "type": kind} for name, kind in kinds if row.get(name) is not None]


def one_line_address(row: Row, _: Lookup) -> str | None:
    address = row.get("mainAddress")
    if address is None:
        return None
    town = " ".join(part for part in (address.get("zipCode"), address.get("city")) if part)
    return ", ".join(part for part in (address.get("firstLine"), town) if part)


def _term_duration(row: Row, _: Lookup) -> int | None:
    lines = row.get("paymentTermLines")
    return lines[-1].get("day") if lines else None


def tax_code(row: Row, lookup: Lookup) -> Any:
    return lookup.member("TaxGroup", lookup.member("Tax", row.get("taxId"), "groupId"), "taxGroupCode")


ADDRESS: Columns = {
    "addressLine1": "firstLine",
    "addressLine2": "secondLine",
    "city": "city",
    "countryCode": "countryIsoCodeAlpha2",
    "postalCode": "zipCode",
}
EMAIL: Columns = {"email": "emailAddress", "type": translated("usage", EMAIL_TYPES, "BUSINESS")}
PHONE: Columns = {"number": "number", "type": translated("type", PHONE_TYPES, "OTHER")}
PERSON: Columns = {
    "emailAddresses": children("emails", EMAIL),
    "firstName": "name",
    "lastName": "surname",
    "phoneNumbers": children("phones", PHONE),
    "salutation": translated("courtesy", SALUTATIONS, None),
}


def _contact(role: str, contact_type: Column) -> Columns:
    return {
        "id": "id",
        "addresses": children("addresses", {**ADDRESS, "type": _address_type}),
        "accountNumber": _account_number,
        "bankAccounts": Constant([]),
        "companyName": "socialName",
        "contactPersons": children("contacts", PERSON),
        "contactType": contact_type,
        "documentId": "documentId",
        "emailAddresses": _contact_channels("emails", EMAIL),
        "number": "code",
        "phoneNumbers": _contact_channels("phones", PHONE),
        "projectId": NULL,
        "role": Constant(role),
        "updatedDate": changed_text,
        "vatId": "vatNumber",
    }


CUSTOMER = _contact("CUSTOMER", translated("customerType", CONTACT_TYPES, "UNDEFINED"))
SUPPLIER = _contact("SUPPLIER", Constant("COMPANY"))

ITEM: Columns = {
    "id": "id",
    "assetAccountId": NULL,
    "expenseAccountId": NULL,
    "incomeAccountId": "salesAccountingAccountId",
    "inventoryStartDate": NULL,
    "itemNumber": "code",
    "lastModifiedDate": changed_text,
    "name": "name",
    "priceIncludesTax": Constant(False),
    "stockCount": NULL,
    "taxCode": lambda row, lookup: lookup.member("TaxGroup", row.get("taxGroupId"), "taxGroupCode"),
    "taxRatePercentage": "salesVatPercentage",
    "type": translated("category", ITEM_TYPES, "PRODUCT"),
    "unitName": lambda row, lookup: lookup.member("UnitOfMeasurement", row.get("unitOfMeasurementId"), "name"),
    "unitPurchasePrice": NULL,
    "unitSalesPrice": "salesUnitPrice",
}

LINE: Columns = {
    "lineItemId": "id",
    "accountId": NULL,
    "createdDate": "creationDate",
    "description": NULL,
    "dimensions": Constant([]),
    "discountItemAmount": "totalDiscount",
    "discountItemPercentage": "firstDiscount",
    "grossAmount": "totalLiquid",
    "itemsAmount": "totalNet",
    "itemId": "productId",
    "name": "productName",
    "quantity": "totalQuantity",
    "taxCode": tax_code,
    "taxRatePercentage": "vatPercentage",
    "unitAmount": "unitPrice",
    "updatedDate": changed_text,
}

INVOICE: Columns = {
    INVOICE_KEY: "id",
    "addresses": document_addresses,
    "contactId": "customerId",
    "createdDate": "creationDate",
    "currency": Constant("EUR"),
    "discountAmount": lambda row, _: EXACT.add(
        row.get("totalDiscount") or ZERO, row.get("totalCustomerDiscount") or ZERO
    ),
    "dueDate": day_text("firstDueDate"),
    "fileId": NULL,
    "invoiceDate": day_text("documentDate"),
    "invoiceNumber": "operationalNumber",
    "invoiceType": Constant("STANDARD"),
    "journalCode": NULL,
    "lineAmountTypes": Constant("EXCLUSIVE"),
    "lineItems": children("lines", LINE),
    "name": "socialName",
    "oneLineAddress": one_line_address,
    "paidDate": NULL,
    "paymentStatus": translated("status", PAYMENT_STATUS, "UNKNOWN"),
    "paymentTermDuration": _term_duration,
    "paymentTermId": NULL,
    "reference": "externalReference",
    "shippingDate": day_text("operationDate"),
    "status": translated("status", DOCUMENT_STATUS, None),
    "sumNetAmount": "totalNet",
    "taxRule": NULL,
    "totalAmount": "totalLiquid",
    "totalTaxAmount": "totalVat",
    "updatedDate": changed_text,
}

COMPANY: Columns = {
    "id": "id",
    "name": "name",
    "environmentId": "environment_id",
    "client_number": NULL,
    "consultant_number": NULL,
    "subscription": NULL,
}
ENVIRONMENT: Columns = {
    "name": "environment_id",
    "type": NULL,
    "tenantId": "environment_id",
    "applicationFamily": NULL,
    "countryCode": "market",
}
