"""Invented rows of four objects, serialised once; any page is cut out of them without making JSON again.

A block holds the rows of one day. Later days are the same bytes with another day and other ids, written over fixed
places of a copy: two million rows need no more memory than two hundred thousand.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from random import Random
from typing import Any, Final

ROWS_PER_DAY: Final = 1000
SECONDS_BETWEEN_ROWS: Final = 86
MODIFIED_AFTER: Final = 30
# Of a small set every row is serialised before it is first measured.
DAYS_KEPT: Final = 64
# Heavy rows keep fewer days.
BYTES_KEPT: Final = 128 << 20
FIRST_DAY: Final = date(2019, 1, 1)
CHILD_DATE: Final = "2018-12-31T08:00:00.000Z"
Row = dict[str, Any]
Maker = Callable[[Random], Row]


def new_id(random: Random) -> str:
    """A key like those of either API."""
    text = f"{random.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def loader(random: Random, field: str, **natural_key: Any) -> Row:
    """A reference to another row: its key, and beside it the other row with its natural key."""
    key = new_id(random)
    return {field: {"id": key, **natural_key}, f"{field}Id": key}


def child(random: Random, **members: Any) -> Row:
    """A row that another one owns."""
    return {"id": new_id(random), "creationDate": CHILD_DATE, "modificationDate": None, **members}


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
                "createdDate": CHILD_DATE,
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


@dataclass(frozen=True)
class Table:
    """One object's rows: their key, the members that hold creation and modification date, and what else is in them."""

    number: int
    key: str
    dates: Mapping[str, int]
    maker: Maker
    rows: int = 0
    rows_per_day: int = ROWS_PER_DAY

    @cached_property
    def _block(self) -> "_Block":
        return _Block.of(self)

    def page(self, start: int, stop: int) -> bytes:
        """Rows `start` (included) to `stop` (excluded) as elements of a JSON array."""
        parts = []
        while start < stop:
            day, first = divmod(start, self.rows_per_day)
            last = min(self.rows_per_day, first + stop - start)
            parts.append(self._block.rows(day, first, last))
            start += last - first
        return b",".join(parts)

    def first_created_at_or_after(self, moment: datetime) -> int:
        """The index of the first row with this creation date or a later one; rows are in the order of creation."""
        return self._first(moment, 0)

    def first_modified_at_or_after(self, moment: datetime) -> int:
        """The same for the modification date."""
        return self._first(moment, MODIFIED_AFTER)

    def _first(self, moment: datetime, shift: int) -> int:
        seconds = (moment - timedelta(seconds=shift) - _midnight(FIRST_DAY)).total_seconds()
        day, second = divmod(seconds, 86400)
        within = min(self.rows_per_day, -int(-second // SECONDS_BETWEEN_ROWS))
        return max(0, min(self.rows, int(day) * self.rows_per_day + within))


@dataclass(frozen=True)
class _Block:
    """The rows of the first day, comma between them, and where each begins and has its day and id."""

    content: bytes
    starts: list[int]
    ids: list[int]
    days: list[int]

    @classmethod
    def of(cls, table: Table) -> "_Block":
        random = Random(table.number)
        content = bytearray()
        starts: list[int] = []
        ids: list[int] = []
        days: list[int] = []
        for number in range(table.rows_per_day):
            created = _midnight(FIRST_DAY) + timedelta(seconds=number * SECONDS_BETWEEN_ROWS)
            dates = {
                name: f"{created + timedelta(seconds=shift):%Y-%m-%dT%H:%M:%S}.123Z"
                for name, shift in table.dates.items()
            }
            key = {table.key: f"00000000-{number:04x}-4000-8000-{table.number:012x}"}
            row = json.dumps(key | dates | table.maker(random), ensure_ascii=False, separators=(",", ":")).encode()
            starts.append(len(content))
            ids.append(len(content) + row.index(b"00000000-"))
            days += [len(content) + row.index(text.encode()) for text in dates.values()]
            content += row + b","
        starts.append(len(content))
        return cls(bytes(content), starts, ids, days)

    def rows(self, day: int, first: int, last: int) -> bytes:
        """Rows of a later day."""
        return self._day(day)[self.starts[first] : self.starts[last] - 1]

    @cached_property
    def _day(self) -> Callable[[int], bytes]:
        """The content with another day and other ids; the last ones made are kept."""

        @lru_cache(max(1, min(DAYS_KEPT, BYTES_KEPT // len(self.content))))
        def content(day: int) -> bytes:
            copy = bytearray(self.content)
            block, today = b"%08x" % day, (FIRST_DAY + timedelta(days=day)).isoformat().encode()
            for place in self.ids:
                copy[place : place + 8] = block
            for place in self.days:
                copy[place : place + 10] = today
            return bytes(copy)

        return content


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


DIRECT_DATES: Final = {"creationDate": 0, "modificationDate": MODIFIED_AFTER}
# Root field of the GraphQL API, and path of the REST API -> what is there.
DIRECT: Final = {
    "customers": Table(1, "id", DIRECT_DATES, _party),
    "suppliers": Table(2, "id", DIRECT_DATES, _party),
    "products": Table(3, "id", DIRECT_DATES, _product),
    "salesInvoices": Table(4, "id", DIRECT_DATES, _sales_invoice),
}
MAESN: Final = {
    "customers": Table(1, "id", {"updatedDate": MODIFIED_AFTER}, _contact),
    "suppliers": Table(2, "id", {"updatedDate": MODIFIED_AFTER}, _contact),
    "items": Table(3, "id", {"lastModifiedDate": MODIFIED_AFTER}, _item),
    "invoices": Table(4, "invoiceId", {"createdDate": 0, "updatedDate": MODIFIED_AFTER}, _invoice),
}
