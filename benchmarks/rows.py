"""Invented rows of four objects at each API, as they are when everything is selected."""

from random import Random
from typing import Any, Final

from benchmarks.tables import CHILD_CREATED, CHILD_MODIFIED, MODIFIED_AFTER, Row, Table

# One child in three was changed after its row.
SHARE_CHANGED: Final = 1 / 3


def new_id(random: Random) -> str:
    """A key like those of either API."""
    text = f"{random.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def loader(random: Random, field: str, **natural_key: Any) -> Row:
    """A reference to another row: its key, and beside it the other row with its natural key."""
    key = new_id(random)
    return {field: {"id": key, **natural_key}, f"{field}Id": key}


def child(random: Random, **members: Any) -> Row:
    """A row that another one owns, with dates of its own."""
    modified = CHILD_MODIFIED if random.random() < SHARE_CHANGED else None
    return {"id": new_id(random), "creationDate": CHILD_CREATED, "modificationDate": modified, **members}


def _street(random: Random) -> str:
    return f"{random.choice(('Königsweg', 'Am Mühlgraben', 'Gewerbepark', 'Hauptstraße'))} {random.randint(1, 250)}"


def _party(random: Random) -> Row:
    """A customer or supplier as the direct connection delivers it."""
    number = random.randint(10000, 99999)
    return {
        "sourceType": "PUBLIC_API",
        "code": str(number),
        "socialName": f"Gartenbau Köhler {number} GmbH",
        "tradeName": None,
        "countryAcronym": "DE",
        **loader(random, "documentType", code="01"),
        "documentId": str(random.randint(10**10, 10**11)),
        "vatNumber": f"DE{random.randint(10**8, 10**9 - 1)}",
        **loader(random, "businessArea", name="Handwerk"),
        "status": "ENABLED",
        "disabled": False,
        "disabledDate": None,
        "addresses": [
            child(
                random,
                **loader(random, "country", isoCodeAlpha2="DE"),
                firstLine=_street(random),
                secondLine=None,
                city="Berlin",
                zipCode="10115",
                isMainAddress=True,
            )
        ],
        "contacts": [
            child(
                random,
                name="Anna",
                surname="Hartwig",
                emails=[child(random, emailAddress=f"kontakt{number}@example.com", isDefault=True)],
            )
        ],
        "paymentTermLines": [
            child(random, order=9999, **loader(random, "paymentMean", description="Lastschrift"), value=0, day=30)
        ],
        "discount": random.randint(0, 999) / 100,
    }


def _supplier(random: Random) -> Row:
    return {name: value for name, value in _party(random).items() if name != "discount"}


def _product(random: Random) -> Row:
    number = random.randint(10000, 99999)
    return {
        "category": "SERVICE",
        "code": f"SCH{number}",
        "name": f"Schulung, Premium {number}",
        "registrationDate": "2019-01-01T00:00:00.000Z",
        "obsolete": False,
        "obsoleteDate": None,
        **loader(random, "unitOfMeasurement", name="DAY"),
        "lineDescription": "Schulung\nEiche, gehobelt, für außen; zwei Tage beim Kunden, Anfahrt inbegriffen",
        "comments": "Preis gilt bis auf Widerruf. " * 6,
        "taxes": [
            {
                "id": new_id(random),
                "name": "USt 19 %",
                "percentage": 19,
                "group": {"id": new_id(random), "taxGroupCode": "A"},
            }
            for _ in range(2)
        ],
        "taxGroupId": new_id(random),
        **loader(random, "salesAccountingAccount", code={"value": "8401"}),
        "salesUnitPrice": random.randint(100, 99999) / 100,
        "salesVatPercentage": 19,
        "firstSalesDiscount": None,
        "salesOrderBlockingEnabled": False,
        "salesOrderBlockingDate": None,
    }


def _amounts(random: Random) -> Row:
    net = random.randint(1000, 10**7) / 100
    return {"totalNet": net, "totalGross": net, "totalVat": round(net * 0.19, 2), "totalLiquid": round(net * 1.19, 2)}


def _sales_invoice(random: Random) -> Row:
    return {
        "sourceType": "SALES",
        **loader(random, "customer", code="10190"),
        "documentDate": "2019-01-01T00:00:00.000Z",
        "operationalNumber": f"RE-{random.randint(10000, 99999)}",
        "status": "Collected",
        "type": "NORMAL",
        "socialName": "Metallbau Pfeiffer & Hartwig AG",
        "lines": [
            child(
                random,
                **loader(random, "product", code="WAR00112"),
                productName="Wartungspauschale\n2. Wahl",
                totalQuantity=random.randint(1, 9999) / 100,
                unitPrice=random.randint(1, 9999) / 100,
                **_amounts(random),
            )
        ],
        **_amounts(random),
        "mainAddress": {"countryIsoCodeAlpha2": "DE", "firstLine": _street(random), "city": "Berlin"},
        "openItems": [child(random, amount=119.0, dueDate="2019-02-01T00:00:00.000Z", status="NOT_SPECIFIED")],
        "paymentTermLines": [child(random, order=9999, type="REMAINING_AMOUNT", value=0, day=30)],
    }


def _contact(random: Random) -> Row:
    """A customer or supplier as Maesn delivers it."""
    number = random.randint(10000, 99999)
    emails = [{"email": f"kontakt{number}.{kind}@example.com", "type": kind} for kind in ("BUSINESS", "INVOICE")]
    phones = [{"number": f"+49 30 23125 {number}", "type": kind} for kind in ("LANDLINE", "MOBILE")]
    address = {"addressLine2": None, "city": "Berlin", "countryCode": "DE", "postalCode": "10115"}
    return {
        "addresses": [
            {"addressLine1": _street(random), **address, "type": kind} for kind in ("BILLING", "DELIVERY", "OTHER")
        ],
        "accountNumber": 1410,
        "bankAccounts": [],
        "companyName": f"Gartenbau Köhler {number} GmbH",
        "contactPersons": [
            {"emailAddresses": emails, "firstName": "Anna", "lastName": "Hartwig", "phoneNumbers": phones}
            for _ in range(2)
        ],
        "contactType": "COMPANY",
        "documentId": str(random.randint(10**10, 10**11)),
        "emailAddresses": emails,
        "number": str(number),
        "phoneNumbers": phones,
        "projectId": None,
        "vatId": f"DE{random.randint(10**8, 10**9 - 1)}",
    }


def _item(random: Random) -> Row:
    number = random.randint(10000, 99999)
    return {
        "assetAccountId": None,
        "expenseAccountId": None,
        "incomeAccountId": new_id(random),
        "itemNumber": f"SCH{number}",
        "name": f"Schulung, Premium {number}",
        "description": "Eiche, gehobelt, für außen; zwei Tage beim Kunden, Anfahrt inbegriffen. " * 12,
        "priceIncludesTax": False,
        "taxRatePercentage": 19,
        "unitName": "DAY",
        "unitSalesPrice": random.randint(100, 99999) / 100,
    }


def _invoice(random: Random) -> Row:
    return {
        "contactId": new_id(random),
        "currency": "EUR",
        "discountAmount": 0.0,
        "invoiceNumber": f"RE-{random.randint(10000, 99999)}",
        "lineItems": [
            {
                "lineItemId": new_id(random),
                "createdDate": CHILD_CREATED,
                "grossAmount": random.randint(100, 99999) / 100,
                "itemId": new_id(random),
                "name": "Kies, gewaschen, verzinkt",
                "quantity": 12,
                "taxRatePercentage": 19,
                "unitAmount": random.randint(100, 99999) / 100,
            }
            for _ in range(4)
        ],
        "name": "Spedition Schmidt & Lehmann AG",
        "oneLineAddress": f"{_street(random)}, 10115 Berlin",
        "paymentStatus": "PAID",
        "status": "OPEN",
        "sumNetAmount": random.randint(100, 99999) / 100,
        "totalAmount": random.randint(100, 99999) / 100,
    }


DIRECT_DATES: Final = {"creationDate": 0, "modificationDate": MODIFIED_AFTER}
# Root field of the GraphQL API, and path of the REST API -> what is there.
DIRECT: Final = {
    "customers": Table(1, "id", DIRECT_DATES, _party),
    "suppliers": Table(2, "id", DIRECT_DATES, _supplier),
    "products": Table(3, "id", DIRECT_DATES, _product),
    "salesInvoices": Table(4, "id", DIRECT_DATES, _sales_invoice),
}
MAESN: Final = {
    "customers": Table(1, "id", {"updatedDate": MODIFIED_AFTER}, _contact),
    "suppliers": Table(2, "id", {"updatedDate": MODIFIED_AFTER}, _contact),
    "items": Table(3, "id", {"lastModifiedDate": MODIFIED_AFTER}, _item),
    "invoices": Table(4, "invoiceId", {"createdDate": 0, "updatedDate": MODIFIED_AFTER}, _invoice),
}
