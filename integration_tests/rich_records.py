"""Records with every member that can be written, made up without chance, and what the sandbox must hold of them.

References are natural keys, as another company's records carry them. Works with the sandbox's data alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from integration_tests.expected import TYPES
from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

Data = dict[str, Any]
FIRST_CODE = {"customers": 20001, "suppliers": 80001}
ACCOUNT_TYPE = {"customers": "CUSTOMER", "suppliers": "PROVIDER"}
# Prices whose digits a float would lose or change.
PRICES = ("19.990000", "12345678901234.56", "0.1", "3", "100.00", "7.125")
DOCUMENT_IDS = {"DE": "{:011}", "ES": "B{:08}", "FR": "{:014}"}


class RichRecords:
    """Makes records for a company of the sandbox."""

    def __init__(self, sandbox: Sandbox, company: Company) -> None:
        self._sandbox = sandbox
        self._company = company

    def of(self, stream: str, count: int) -> list[Data]:
        """The first `count` records of a stream."""
        make = {
            "customers": self._customer,
            "suppliers": self._supplier,
            "items": self._item,
            "invoices": self._invoice,
        }[stream]
        return [make(number) for number in range(count)]

    def _pick(self, type_name: str, number: int, *members: str, **conditions: Any) -> Data:
        """The natural key of one of the company's entities."""
        table = self._sandbox.store.table(self._company.id, type_name).values()
        known = [row for row in table if all(row.get(name) == value for name, value in conditions.items())]
        row = known[number % len(known)]
        return {name: row[name] for name in members}

    def _account(self, number: int, kind: str) -> Data:
        return {"code": {"value": self._pick("AccountingAccount", number, "code", subAccountType=kind)["code"]}}

    def _third_party(self, stream: str, number: int) -> Data:
        market = self._company.market
        return {
            "code": str(FIRST_CODE[stream] + number),
            "socialName": f"Müller & Söhne {stream} {number} GmbH",
            "tradeName": f"Handel “{number}” – Ñandú",
            "countryAcronym": market,
            "documentType": self._pick("DocumentType", 0, "code"),
            "documentId": DOCUMENT_IDS[market].format(10_000_000 + FIRST_CODE[stream] + number),
            "vatNumber": f"{market}{900_000_000 + FIRST_CODE[stream] + number}",
            "defaultAccountingAccount": self._account(0, ACCOUNT_TYPE[stream]),
            "businessArea": self._pick("BusinessArea", number, "name"),
            "nafApeCode": "6201Z",
            "comments": f'Zeile 1\nZeile 2 \\ "{number}" 🧾',
            "gdprApplied": False,
            "gdprAppliedDate": "2026-05-01T00:00:00.000Z",
            "disabled": number % 7 == 0,
            "disabledDate": "2026-03-31T00:00:00.000Z",
            "addresses": [self._address(number, position) for position in range(number % 3 + 1)],
            "contacts": [self._contact(stream, number, position) for position in range(number % 3)],
            "paymentTermLines": self._terms(number),
        }

    def _customer(self, number: int) -> Data:
        customer = self._third_party("customers", number)
        customer["addresses"] = [
            {**address, "isDefaultDeliveryAddress": position == 1}
            for position, address in enumerate(customer["addresses"])
        ]
        is_person = number % 5 == 0
        return customer | {
            "customerType": "INDIVIDUAL" if is_person else "BUSINESS",
            "nonIdentifiedCustomer": is_person,
            "hasEquivalenceSurcharge": self._company.market == "ES" and number % 2 == 0,
            "specialMention": f"Sonderfall {number}",
            "documentLanguage": ("GERMAN", "SPANISH", "FRENCH", "ENGLISH", "PORTUGUESE")[number % 5],
            "defaultPrepaymentAccountingAccount": self._account(number, "CUSTOMER"),
            "salesDiscountGroup": self._pick("SalesDiscountGroup", number, "code"),
            "salesTariff": self._pick("SalesTariff", number, "code"),
            "discount": Decimal("2.50"),
            "blockDeliveryNoteEnabled": number % 2 == 0,
            "blockInvoiceEnabled": False,
            "blockOrderEnabled": number % 2 == 1,
            "eInvoicingAddressType": "0225",
            "eInvoicingAddress": f"einvoice-{number}",
            "printNameOnPdf": number % 2 == 1,
        }

    def _supplier(self, number: int) -> Data:
        return self._third_party("suppliers", number) | {
            "defaultPurchaseAccount": self._account(number, "REVENUE"),
            "vatCriterion": number % 2 == 0,
            "personalIncomeTax": number % 3 == 0,
            "taxTreatment": self._pick("TaxTreatment", number, "taxCode"),
            "transactionCategory": self._pick("TransactionCategory", number, "reason", "type", type="PURCHASE"),
        }

    def _item(self, number: int) -> Data:
        return {
            "code": f"ART-{number:04}",
            "name": f"Größe {number} “XL”",
            "category": ("PRODUCT", "SERVICE", "FEE", "PRODUCT_AND_SERVICE")[number % 4],
            "unitOfMeasurement": self._pick("UnitOfMeasurement", number, "name"),
            "lineDescription": f"Text der Zeile {number}\nzweite Zeile",
            "comments": f"Bemerkung {number}",
            "taxes": [{"group": self._pick("TaxGroup", number % 2, "taxGroupCode")}],
            "salesAccountingAccount": self._account(number, "REVENUE"),
            "salesUnitPrice": Decimal(PRICES[number % len(PRICES)]),
            "firstSalesDiscount": Decimal("5.5"),
            "useWithholding": self._company.market == "ES" and number % 2 == 0,
            "salesOrderBlockingEnabled": number % 2 == 0,
            "salesDeliveryNoteBlockingEnabled": number % 3 == 0,
            "salesInvoiceBlockingEnabled": False,
        }

    def _invoice(self, number: int) -> Data:
        return {
            "id": f"source-{number}",
            "customer": {"code": str(FIRST_CODE["customers"] + number % 20)},
            "documentDate": f"2026-{number % 12 + 1:02}-15T00:00:00.000Z",
            "operationDate": f"2026-{number % 12 + 1:02}-01T00:00:00.000Z",
            "operationalNumberPresetText": self._pick(
                "OperationalNumberPresetText", 0, "presetText", "operation", operation="INVOICE"
            ),
            "socialName": f"Käufer {number} GmbH",
            "countryAcronym": self._company.market,
            "comments": f"Kommentar {number}\nmit Umbruch",
            "remarks": f"Intern {number}",
            "externalReference": f"EXT-{number:05}",
            "documentId": DOCUMENT_IDS[self._company.market].format(number + 1),
            "documentLanguage": MARKETS[self._company.market].language,
            "documentType": self._pick("DocumentType", 0, "code"),
            "vatNumber": f"{self._company.market}{123_456_000 + number}",
            "invoiceEmail": f"rechnung{number}@example.com",
            "hasEquivalenceSurcharge": self._company.market == "ES",
            "mainAddress": self._address(number, 0),
            "deliveryAddress": self._address(number, 1),
            "salesDiscountGroup": self._pick("SalesDiscountGroup", number, "code"),
            "salesTariff": self._pick("SalesTariff", number, "code"),
            "discount": Decimal("1.25"),
            "salesOrderNumber": f"ORDER-{number}",
            "specialMention": f"Hinweis {number}",
            "canGeneratePaymentLink": number % 2 == 0,
            "regulatoryBillingFramework": ("B1", "S1", "M1")[number % 3],
            "shouldSendViaElectronicInvoicing": number % 2 == 1,
            "eInvoicingAddressTypeCustomer": "0225",
            "eInvoicingAddressCustomer": f"invoice-{number}",
            "printNameOnPdf": number % 2 == 0,
            "lines": [self._line(number, position) for position in range(number % 4 + 1)],
            "paymentTermLines": self._terms(number),
        }

    def _line(self, number: int, position: int) -> Data:
        code = f"ART-{(number + position) % 20:04}"
        return {
            "product": {"code": code},
            "productCode": code,
            "productName": f"Posten {position} von {number}",
            "unitOfMeasurement": self._pick("UnitOfMeasurement", position, "name"),
            "totalQuantity": Decimal(f"{position + 1}.500"),
            "unitPrice": Decimal(PRICES[(number + position) % len(PRICES)]),
            "firstDiscount": Decimal("10.00"),
            "applyEquivalenceSurcharge": self._company.market == "ES",
        }

    def _address(self, number: int, position: int) -> Data:
        return {
            "countryIsoCodeAlpha2": self._company.market,
            "name": f"Adresse {position}",
            "firstLine": f"Straße {number}",
            "secondLine": f"Hof {position}",
            "city": f"Köln {position}",
            "zipCode": f"{10000 + number}",
            "province": "Provinz",
        }

    def _contact(self, stream: str, number: int, position: int) -> Data:
        default = {"customers": "isDefaultCustomer", "suppliers": "isDefaultSupplier"}[stream]
        return {
            "courtesy": ("MR", "MISS")[position % 2],
            "name": f"Zoë {position}",
            "surname": f"O’Neil {number}",
            "jobName": "Leitung",
            "jobArea": self._pick("JobArea", position, "name"),
            "isDefault": position == 0,
            default: position == 0,
            "emails": [
                {"emailAddress": f"a{number}.{n}@example.com", "usage": "INVOICES", "isDefault": n == 0}
                for n in range(2)
            ],
            "phones": [{"number": f"+49 30 {number}{position}", "type": "MOBILE", "isDefault": True}],
            "socialMedias": [{"name": "web", "link": f"https://example.com/{number}"}],
        }

    def _terms(self, number: int) -> list[Data]:
        mean = self._pick("PaymentMean", number, "description")
        first = {
            "order": 0,
            "paymentMean": mean,
            "type": "PERCENTAGE",
            "value": Decimal("30.00"),
            "condition": "DAY_OF_PAYMENT",
            "day": 10,
            "payDays": [5, 25],
        }
        rest = {**first, "order": 9999, "type": "REMAINING_AMOUNT", "value": Decimal("0"), "condition": "END_OF_MONTH"}
        return [first, rest]


# What a record says in the words of Sage Active's references, where neither `x` nor `xId` is a member of the row.
TAX_GROUP = "taxes"


def stored(sandbox: Sandbox, company: Company, stream: str, member: str) -> dict[str, Row]:
    """The rows of a stream by a member that identifies them. Fails for a value that two rows have."""
    rows = list(sandbox.store.table(company.id, TYPES[stream]).values())
    found = {row[member]: row for row in rows}
    assert len(found) == len(rows), f"{len(rows) - len(found)} of {len(rows)} {stream} are there twice"
    return found


def differing(
    sandbox: Sandbox, company: Company, sent: Mapping[str, Any], row: Row, passed_over: Sequence[str] = (), at: str = ""
) -> Iterator[str]:
    """Where a stored row differs from the record that was written; children are paired by their place."""
    for name, value in sent.items():
        path = f"{at}{name}"
        if path in passed_over:
            continue
        if name == TAX_GROUP:
            actual = sandbox.store.table(company.id, "TaxGroup")[row["taxGroupId"]]["taxGroupCode"]
            yield from _unequal(path, value[0]["group"]["taxGroupCode"], actual)
        elif isinstance(value, Mapping) and f"{name}Id" in row:
            referred = _entity(company, sandbox, row[f"{name}Id"])
            actual = {member: _plain(referred.get(member)) for member in value}
            yield from _unequal(path, {member: _plain(inner) for member, inner in value.items()}, actual)
        elif isinstance(value, Mapping):
            yield from differing(sandbox, company, value, row.get(name) or {}, passed_over, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            children = row.get(name) or []
            yield from _unequal(f"number of {path}", len(value), len(children))
            for index, (child, held) in enumerate(zip(value, children, strict=False)):
                yield from differing(sandbox, company, child, held, passed_over, f"{path}[{index}].")
        else:
            yield from _unequal(path, value, row.get(name))


def _entity(company: Company, sandbox: Sandbox, row_id: str | None) -> Row:
    tables = [*company.tables, "Country", "Currency"]
    found = [table[row_id] for name in tables if row_id and row_id in (table := sandbox.store.table(company.id, name))]
    return found[0] if found else {}


def _plain(value: Any) -> Any:
    """The code of an account, which may be an object that holds it."""
    return value.get("value") if isinstance(value, Mapping) else value


def _unequal(path: str, sent: Any, held: Any) -> Iterator[str]:
    if isinstance(held, datetime):
        same = datetime.fromisoformat(sent) == held
    else:
        # The digits of a number, not only its value.
        same = str(sent) == str(held) if isinstance(held, Decimal) else sent == held
    if not same:
        yield f"{path}: sent {sent!r}, the sandbox has {held!r}"
