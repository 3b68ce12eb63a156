"""Records as Maesn's contract has them, made up without chance, and what the sandbox must hold of them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from integration_tests.expected import shown_by_maesn
from integration_tests.rich_records import DOCUMENT_IDS, FIRST_CODE, PRICES
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

Data = dict[str, Any]
KEYS = {"customers": "number", "suppliers": "number", "items": "itemNumber", "invoices": "reference"}
# What the sandbox's Sage Active has no place for in this form: references, and what it spreads over persons.
ELSEWHERE = frozenset({"contact", "item", "unitName", "emailAddresses", "phoneNumbers", "contactPersons"})


def of(sandbox: Sandbox, company: Company, stream: str, count: int) -> list[Data]:
    """The first `count` records of a stream, with every member that Sage Active keeps."""
    if stream == "items":
        groups = [row["taxGroupCode"] for row in sandbox.store.table(company.id, "TaxGroup").values()][:2]
        return [_item(number, groups[number % len(groups)]) for number in range(count)]
    if stream == "invoices":
        return [_invoice(number, company.market) for number in range(count)]
    return [_contact(stream, number, company.market) for number in range(count)]


def differing(sandbox: Sandbox, company: Company, stream: str, sent: Data, row: Row) -> Iterator[str]:
    """Where a stored row, as Maesn shows it, differs from the record that was written."""
    reply = shown_by_maesn(sandbox, company.id, stream, row)
    yield from _differing(sent, reply, "")
    if stream == "invoices":
        number = sandbox.store.table(company.id, "Customer")[row["customerId"]]["code"]
        yield from _unequal("contact.number", sent["contact"]["number"], number)
        for line, held in zip(sent["lineItems"], row["lines"], strict=True):
            code = sandbox.store.table(company.id, "Product")[held["productId"]]["code"]
            yield from _unequal("item.itemNumber", line["item"]["itemNumber"], code)
    if stream in ("customers", "suppliers"):
        (person,) = sent["contactPersons"]
        (held,) = row["contacts"]
        yield from _unequal("firstName", person["firstName"], held["name"])
        yield from _unequal("lastName", person["lastName"], held["surname"])
        emails = sorted(entry["email"] for owner in (sent, person) for entry in owner["emailAddresses"])
        phones = sorted(entry["number"] for owner in (sent, person) for entry in owner["phoneNumbers"])
        yield from _unequal("emailAddresses", emails, sorted(entry["emailAddress"] for entry in held["emails"]))
        yield from _unequal("phoneNumbers", phones, sorted(entry["number"] for entry in held["phones"]))


def _differing(sent: Mapping[str, Any], reply: Mapping[str, Any], at: str) -> Iterator[str]:
    for name, value in sent.items():
        if name in ELSEWHERE:
            continue
        if isinstance(value, list):
            yield from _unequal(f"number of {at}{name}", len(value), len(reply[name]))
            for index, (child, held) in enumerate(zip(value, reply[name], strict=False)):
                yield from _differing(child, held, f"{at}{name}[{index}].")
        else:
            yield from _unequal(f"{at}{name}", value, reply[name])


def _unequal(path: str, sent: Any, held: Any) -> Iterator[str]:
    # The digits of a number, not only its value.
    same = str(sent) == str(held) if isinstance(sent, Decimal) else sent == held
    if not same:
        yield f"{path}: sent {sent!r}, the sandbox has {held!r}"


def _contact(stream: str, number: int, market: str) -> Data:
    code = FIRST_CODE[stream] + number
    return {
        "number": str(code),
        "companyName": f"Müller & Söhne {stream} {number} GmbH",
        "contactType": "COMPANY",
        "role": {"customers": "CUSTOMER", "suppliers": "SUPPLIER"}[stream],
        "documentId": DOCUMENT_IDS[market].format(10_000_000 + code),
        "vatId": f"{market}{900_000_000 + code}",
        "addresses": [
            {**_address(number, position, market), "type": kind}
            for position, kind in enumerate(("BILLING", "DELIVERY")[: number % 2 + 1])
        ],
        "contactPersons": [
            {
                "firstName": "Zoë",
                "lastName": f"O’Neil {number}",
                "salutation": "Mr",
                "emailAddresses": [{"email": f"person{number}@example.com", "type": "BUSINESS"}],
                "phoneNumbers": [{"number": f"+49 30 {number}", "type": "MOBILE"}],
            }
        ],
        "emailAddresses": [{"email": f"info{number}@example.com", "type": "INVOICE"}],
        "phoneNumbers": [{"number": f"+49 40 {number}", "type": "LANDLINE"}],
    }


def _address(number: int, position: int, market: str) -> Data:
    return {
        "addressLine1": f"Straße {number}",
        "addressLine2": f"Hof {position}",
        "city": f"Köln {position}",
        "countryCode": market,
        "postalCode": f"{10000 + number}",
    }


def _item(number: int, tax_code: str) -> Data:
    return {
        "itemNumber": f"ART-{number:04}",
        "name": f"Größe {number} “XL”",
        "type": ("PRODUCT", "SERVICE")[number % 2],
        "unitName": ("PIECE", "HOUR", "KILOGRAM")[number % 3],
        "taxCode": tax_code,
        "unitSalesPrice": Decimal(PRICES[number % len(PRICES)]),
    }


def _invoice(number: int, market: str) -> Data:
    return {
        "reference": f"EXT-{number:05}",
        "contact": {"number": str(FIRST_CODE["customers"] + number % 20)},
        "invoiceDate": f"2026-{number % 12 + 1:02}-15T00:00:00Z",
        "shippingDate": f"2026-{number % 12 + 1:02}-01T00:00:00Z",
        "currency": "EUR",
        "paymentTermDuration": number % 30,
        "addresses": [
            {**_address(number, position, market), "type": kind}
            for position, kind in enumerate(("BILLING", "DELIVERY"))
        ],
        "lineItems": [
            {
                "item": {"itemNumber": f"ART-{(number + position) % 20:04}"},
                "name": f"Posten {position} von {number}",
                "unitName": "HOUR",
                "quantity": Decimal(f"{position + 1}.500"),
                "unitAmount": Decimal(PRICES[(number + position) % len(PRICES)]),
                "discountItemPercentage": Decimal("10.00"),
            }
            for position in range(number % 4 + 1)
        ],
    }
