"""Maesn's view: keys, companies, paging, filters, shapes, refusals, creation."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sage_active_sandbox.data.generate import populate
from sage_active_sandbox.maesn.view import MaesnAnswer, MaesnView
from sage_active_sandbox.store import Company, Row, Store
from sage_active_sandbox.switches import Switches

KEYS = {"x-api-key": "secret", "x-account-key": "account-de", "host": "127.0.0.1:8400"}

CONTACT_MEMBERS = {
    "id",
    "addresses",
    "accountNumber",
    "bankAccounts",
    "companyName",
    "contactPersons",
    "contactType",
    "documentId",
    "emailAddresses",
    "number",
    "phoneNumbers",
    "projectId",
    "role",
    "updatedDate",
    "vatId",
}
ITEM_MEMBERS = {
    "id",
    "assetAccountId",
    "expenseAccountId",
    "incomeAccountId",
    "inventoryStartDate",
    "itemNumber",
    "lastModifiedDate",
    "name",
    "priceIncludesTax",
    "stockCount",
    "taxCode",
    "taxRatePercentage",
    "type",
    "unitName",
    "unitPurchasePrice",
    "unitSalesPrice",
}
INVOICE_MEMBERS = {
    "invoiceId",
    "addresses",
    "contactId",
    "createdDate",
    "currency",
    "discountAmount",
    "dueDate",
    "fileId",
    "invoiceDate",
    "invoiceNumber",
    "invoiceType",
    "journalCode",
    "lineAmountTypes",
    "lineItems",
    "name",
    "oneLineAddress",
    "paidDate",
    "paymentStatus",
    "paymentTermDuration",
    "paymentTermId",
    "reference",
    "shippingDate",
    "status",
    "sumNetAmount",
    "taxRule",
    "totalAmount",
    "totalTaxAmount",
    "updatedDate",
}
LINE_MEMBERS = {
    "lineItemId",
    "accountId",
    "createdDate",
    "description",
    "dimensions",
    "discountItemAmount",
    "discountItemPercentage",
    "grossAmount",
    "itemsAmount",
    "itemId",
    "name",
    "quantity",
    "taxCode",
    "taxRatePercentage",
    "unitAmount",
    "updatedDate",
}


class Caller:
    """Calls a view in the name of one company."""

    def __init__(self, rows: int = 30, **switches: Any) -> None:
        self.store = Store()
        self.switches = Switches(**switches)
        populate(self.store, rows=rows)
        self.view = MaesnView(
            self.store,
            self.switches,
            api_key="secret",
            account_keys={"account-de": "DE", "account-es": "ES", "account-fr": "FR"},
        )
        self.company = self.of_market("DE")[0]

    def of_market(self, market: str) -> list[Company]:
        return [company for company in self.store.companies.values() if company.market == market]

    def raw(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> MaesnAnswer:
        lists = {name: [str(value)] for name, value in (query or {}).items() if value is not None}
        return self.view.handle(method, path, lists, KEYS if headers is None else headers, body)

    def call(self, method: str, path: str, body: object = None, **query: object) -> MaesnAnswer:
        pair = {"companyId": self.company.id, "environmentName": self.company.environment_id}
        encoded = b"" if body is None else json.dumps(body).encode()
        return self.raw(method, f"/accounting/{path}", {**pair, **query}, body=encoded)

    def data(self, path: str, **query: object) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status == 200, answer.body
        return envelope(answer)["data"]

    def everything(self, path: str, **query: object) -> list[Row]:
        rows: list[Row] = []
        for page in range(1, 1000):
            answer = envelope(self.call("GET", path, page=page, limit=100, **query))
            rows += answer["data"]
            if page >= answer["meta"]["pagination"]["totalPages"]:
                break
        return rows

    def rows(self, type_name: str) -> dict[str, Row]:
        return self.store.table(self.company.id, type_name)


def envelope(answer: MaesnAnswer) -> dict[str, Any]:
    assert isinstance(answer.body, dict)
    assert set(answer.body) == {"meta", "data", "errors", "rawData"}
    return answer.body


def refusal(answer: MaesnAnswer) -> tuple[int, str]:
    errors = envelope(answer)["errors"]
    assert errors["statusCode"] == answer.status
    return answer.status, errors["message"]


@pytest.fixture(scope="module")
def reader() -> Caller:
    return Caller()


@pytest.fixture
def writer() -> Caller:
    return Caller(rows=5)


def test_health_needs_no_key(reader: Caller) -> None:
    assert reader.raw("GET", "/health", headers={}).status == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/accounting/customers", {}, 401),
        ("/accounting/customers", {"x-api-key": "secret"}, 401),
        ("/accounting/customers", {"x-api-key": "other", "x-account-key": "account-de"}, 403),
        ("/accounting/customers", {"x-api-key": "secret", "x-account-key": "other"}, 403),
        ("/auth/companies", {"x-api-key": "secret"}, 401),
        ("/auth/companies", {"x-account-key": "account-de"}, 401),
        ("/auth/environments", {"x-api-key": "secret", "x-account-key": "other"}, 403),
        ("/auth/sage-active-de", {}, 401),
    ],
)
def test_keys(reader: Caller, path: str, headers: dict[str, str], status: int) -> None:
    assert refusal(reader.raw("GET", path, headers=headers))[0] == status


def test_login_address_is_a_bare_text(reader: Caller) -> None:
    answer = reader.raw("GET", "/auth/sage-active-de", headers={"x-api-key": "secret", "host": "127.0.0.1:8400"})
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert str(answer.body).startswith("http://127.0.0.1:8400/connect/authorize?response_type=code")
    assert refusal(reader.raw("GET", "/auth/other-system"))[0] == 405


@pytest.mark.parametrize("market", ["de", "es", "fr"])
def test_after_the_sign_in_a_page_shows_the_account_key(reader: Caller, market: str) -> None:
    page = f"/auth/callback/sage-active-{market}"
    answer = reader.raw("GET", page, {"code": "c"}, headers={})
    assert (answer.status, answer.content_type) == (200, "text/html; charset=utf-8")
    assert f"<code>account-{market}</code>" in str(answer.body)
    assert "account-" not in str(reader.raw("GET", page, {"error": "access_denied"}, headers={}).body)
    assert refusal(reader.raw("GET", "/auth/callback/other", headers={}))[0] == 405


@pytest.mark.parametrize("market", ["DE", "ES", "FR"])
def test_companies_of_the_account_key(reader: Caller, market: str) -> None:
    headers = {**KEYS, "x-account-key": f"account-{market.lower()}"}
    usable = envelope(reader.raw("GET", "/auth/companies", headers=headers))["data"]
    expected = reader.of_market(market)
    assert [row["id"] for row in usable] == [company.id for company in expected if company.usable]
    reader = Caller(rows=0, maesn_lists_unusable=True)
    expected = reader.of_market(market)
    rows = envelope(reader.raw("GET", "/auth/companies", headers=headers))["data"]
    assert [(row["id"], row["name"], row["environmentId"]) for row in rows] == [
        (company.id, company.name, company.environment_id) for company in expected
    ]
    assert len(rows) == 5
    first_companies = envelope(
        reader.raw("GET", "/auth/companies", {"environmentName": expected[0].environment_id}, headers=headers)
    )["data"]
    assert [row["id"] for row in first_companies] == [company.id for company in expected[:2]]
    environments = envelope(reader.raw("GET", "/auth/environments", headers=headers))["data"]
    assert {row["countryCode"] for row in environments} == {market}


def test_company_pair_is_needed_on_every_call(reader: Caller) -> None:
    german, spanish = reader.of_market("DE"), reader.of_market("ES")[0]
    assert refusal(reader.call("GET", "customers", companyId=None))[0] == 400
    status, message = refusal(reader.call("GET", "customers", environmentName=None))
    assert (status, "environmentName is missing" in message) == (400, True)
    assert refusal(reader.call("GET", "customers", environmentName=german[2].environment_id))[0] == 400
    other = {"companyId": spanish.id, "environmentName": spanish.environment_id}
    assert refusal(reader.call("GET", "customers", **other))[0] == 400
    for company in german[3:]:
        unusable = {"companyId": company.id, "environmentName": company.environment_id}
        assert refusal(reader.call("GET", "customers", **unusable))[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "customers/x", 405),
        ("PATCH", "invoices/x", 405),
        ("PATCH", "items/x", 405),
        ("DELETE", "customers/x", 405),
        ("POST", "customers/x", 405),
        ("GET", "customers/x", 404),
        ("GET", "invoices/x/lineItems", 404),
        ("GET", "customers/x/lineItems", 404),
        ("GET", "accounts", 404),
        ("GET", "creditNotes", 404),
        ("GET", "dimensions", 404),
        ("POST", "transactions", 404),
        ("GET", "bills", 404),
        ("GET", "salesOrders", 404),
        ("GET", "purchaseOrders", 404),
        ("POST", "files", 404),
    ],
)
def test_what_is_not_offered(reader: Caller, method: str, path: str, status: int) -> None:
    assert refusal(reader.call(method, path))[0] == status


@pytest.mark.parametrize(
    ("path", "type_name", "members", "key"),
    [
        ("customers", "Customer", CONTACT_MEMBERS, "id"),
        ("suppliers", "Supplier", CONTACT_MEMBERS, "id"),
        ("items", "Product", ITEM_MEMBERS, "id"),
    ],
)
def test_lists_are_complete_and_have_the_contract_members(
    reader: Caller, path: str, type_name: str, members: set[str], key: str
) -> None:
    rows = reader.everything(path)
    assert [row[key] for row in rows] == list(reader.rows(type_name))
    assert all(set(row) == members for row in rows)


def test_invoices_are_listed_without_credit_notes(reader: Caller) -> None:
    rows = reader.everything("invoices")
    expected = [row["id"] for row in reader.rows("SalesInvoice").values() if row["type"] != "CREDIT_NOTE"]
    assert [row["invoiceId"] for row in rows] == expected
    assert all(set(row) == INVOICE_MEMBERS for row in rows)
    assert all(set(line) == LINE_MEMBERS for row in rows for line in row["lineItems"])
    note = next(row for row in reader.rows("SalesInvoice").values() if row["type"] == "CREDIT_NOTE")
    assert refusal(reader.call("GET", f"invoices/{note['id']}"))[0] == 404


def test_contact_shows_what_the_row_holds(reader: Caller) -> None:
    row = next(row for row in reader.rows("Customer").values() if row["contacts"] and row["contacts"][0]["phones"])
    contact = reader.data(f"customers/{row['id']}")
    assert contact["companyName"] == row["socialName"]
    assert contact["number"] == row["code"]
    assert contact["role"] == "CUSTOMER"
    assert contact["accountNumber"] == 1410
    assert contact["contactType"] == {"BUSINESS": "COMPANY", "INDIVIDUAL": "CONTACT_PERSON"}[row["customerType"]]
    assert [address["postalCode"] for address in contact["addresses"]] == [a["zipCode"] for a in row["addresses"]]
    person = contact["contactPersons"][0]
    assert (person["firstName"], person["lastName"]) == (row["contacts"][0]["name"], row["contacts"][0]["surname"])
    assert contact["emailAddresses"][0]["email"] == row["contacts"][0]["emails"][0]["emailAddress"]
    assert contact["phoneNumbers"][0]["type"] in ("LANDLINE", "MOBILE")


def test_invoice_shows_what_the_row_holds(reader: Caller) -> None:
    for row in list(reader.rows("SalesInvoice").values())[:20]:
        invoice = reader.data(f"invoices/{row['id']}")
        assert invoice["contactId"] == row["customerId"]
        assert (invoice["sumNetAmount"], invoice["totalAmount"]) == (row["totalNet"], row["totalLiquid"])
        assert invoice["invoiceDate"] == row["documentDate"].strftime("%Y-%m-%dT00:00:00Z")
        paid = {"PartiallyCollected": "PARTLY_PAID", "Collected": "PAID", "Pending": "NO_OPEN_ITEM"}
        assert invoice["paymentStatus"] == paid.get(row["status"], "PENDING")
        assert (invoice["status"] == "DRAFT") is (invoice["invoiceNumber"] is None)
        assert {line["taxCode"] for line in invoice["lineItems"]} <= {"UST_VOLL", "UST_ERM", "UST_FREI"}


def test_numbers_keep_their_text(reader: Caller) -> None:
    encode = msgspec.json.Encoder(decimal_format="number").encode
    assert b'"unitSalesPrice":12345678901234567.89}' in encode(reader.data("items", limit=5))
    assert b'"unitSalesPrice":19.990000}' in encode(reader.data("items", limit=5))


@pytest.mark.parametrize("limit", [5, 10, 20, 50, 100])
def test_pages(reader: Caller, limit: int) -> None:
    answer = envelope(reader.call("GET", "customers", limit=limit, page=2))
    assert answer["meta"] == {
        "warnings": None,
        "pagination": {"total": 30, "perPage": limit, "currentPage": 2, "totalPages": -(-30 // limit)},
    }
    assert [row["id"] for row in answer["data"]] == list(reader.rows("Customer"))[limit : 2 * limit]


def test_default_page_and_page_past_the_end(reader: Caller) -> None:
    assert len(reader.data("customers")) == 20
    assert reader.data("customers", page=99, limit=100) == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("customers", {"limit": 25}),
        ("customers", {"limit": "many"}),
        ("customers", {"page": 0}),
        ("customers", {"page": "one"}),
        ("customers", {"lastModifiedAt": "yesterday"}),
        ("items", {"type": "CONCEPT"}),
        ("invoices", {"status": "Posted"}),
        ("invoices", {"paymentStatus": "OPEN"}),
        ("invoices", {"orderField": "totalAmount"}),
        ("invoices", {"orderDir": "UP"}),
        ("invoices", {"dueDateFrom": "soon"}),
    ],
)
def test_parameters_outside_the_contract_are_refused(reader: Caller, path: str, query: dict[str, object]) -> None:
    answer = reader.call("GET", path, **query)
    assert refusal(answer)[0] == 400
    assert envelope(answer)["errors"]["validationErrors"][0]["field"] == next(iter(query))


def test_contact_filters(reader: Caller) -> None:
    row = next(row for row in reader.rows("Customer").values() if row["contacts"])
    email = row["contacts"][0]["emails"][0]["emailAddress"]
    assert [found["id"] for found in reader.data("customers", number=row["code"])] == [row["id"]]
    assert [found["id"] for found in reader.data("customers", name=row["socialName"].upper())] == [row["id"]]
    assert [found["id"] for found in reader.data("customers", email=email.upper())] == [row["id"]]
    assert reader.data("suppliers", number=row["code"]) == []


def test_item_and_invoice_filters(reader: Caller) -> None:
    code = next(iter(reader.rows("Product").values()))["code"]
    assert [row["itemNumber"] for row in reader.data("items", itemNumber=code)] == [code]
    kinds = [reader.everything("items", type=kind) for kind in ("PRODUCT", "SERVICE")]
    assert [{row["type"] for row in rows} for rows in kinds] == [{"PRODUCT"}, {"SERVICE"}]
    assert sum(len(rows) for rows in kinds) == len(reader.rows("Product"))
    paid = reader.everything("invoices", paymentStatus="PAID")
    assert paid
    assert {row["paymentStatus"] for row in paid} == {"PAID"}
    assert {row["status"] for row in reader.everything("invoices", status="DRAFT")} == {"DRAFT"}
    assert reader.everything("invoices", status="VOIDED") == []
    due = reader.everything("invoices", dueDateFrom="2024-01-01")
    assert due
    assert all(row["dueDate"] >= "2024-01-01" for row in due)


@pytest.mark.parametrize("field", ["invoiceDate", "invoiceNumber", "createdDate", "updatedDate"])
def test_order_of_invoices(reader: Caller, field: str) -> None:
    ascending = [row[field] for row in reader.everything("invoices", orderField=field)]
    known = [value for value in ascending if value is not None]
    assert known == sorted(known)
    assert ascending[: len(known)] == known
    descending = [row[field] for row in reader.everything("invoices", orderField=field, orderDir="DESC")]
    assert [value for value in descending if value is not None] == known[::-1]


def test_last_modified_is_inclusive_and_skips_rows_without_date(reader: Caller) -> None:
    row = reader.rows("Customer")[reader.data("customers", limit=5)[2]["id"]]
    moment = row["modificationDate"] or row["creationDate"]
    exact = {found["id"] for found in reader.everything("customers", lastModifiedAt=moment.isoformat())}
    assert row["id"] in exact
    updated = reader.data(f"customers/{row['id']}")["updatedDate"]
    assert updated.endswith("Z")
    assert row["id"] in {found["id"] for found in reader.everything("customers", lastModifiedAt=updated)}
    later = "2026-06-01T00:00:00Z"
    assert reader.everything("customers", lastModifiedAt=later) == []
    undated = [item for item in reader.everything("items") if item["lastModifiedDate"] is None]
    assert len(undated) == 1
    assert len(reader.everything("items", lastModifiedAt="1970-01-01T00:00:00Z")) == len(reader.rows("Product")) - 1
    assert len(reader.everything("customers", lastModifiedAt="1970-01-01T00:00:00Z")) == 30


def test_line_items_of_an_invoice(reader: Caller) -> None:
    row = next(row for row in reader.rows("SalesInvoice").values() if len(row["lines"]) == 5)
    answer = envelope(reader.call("GET", f"invoices/{row['id']}/lineItems", limit=5))
    assert answer["meta"]["pagination"]["total"] == 5
    assert [line["lineItemId"] for line in answer["data"]] == [line["id"] for line in row["lines"]]
    assert answer["data"] == reader.data(f"invoices/{row['id']}")["lineItems"]


def test_switch_ignored_filter() -> None:
    caller = Caller(rows=5, maesn_filter="ignored")
    assert len(caller.data("customers", lastModifiedAt="2030-01-01")) == 5


@pytest.mark.parametrize(
    ("dated_rows", "expected"), [("all", lambda n: n == 29), ("none", lambda n: n == 0), ("some", lambda n: 0 < n < 29)]
)
def test_switch_dates(dated_rows: str, expected: Callable[[int], bool]) -> None:
    caller = Caller(rows=58, maesn_dates=dated_rows)
    dated = [row for row in caller.everything("suppliers") if row["updatedDate"] is not None]
    assert expected(len(dated))
    assert all(row["createdDate"] for row in caller.everything("invoices"))


def test_switch_pagination_and_item_shape() -> None:
    caller = Caller(rows=5, maesn_pagination="missing", maesn_item_shape="object")
    answer = envelope(caller.call("GET", "items"))
    assert answer["meta"]["pagination"] is None
    item = answer["data"][0]
    assert caller.data(f"items/{item['id']}") == item
    assert Caller(rows=5).data(f"items/{item['id']}") == [item]


def test_creates_a_customer(writer: Caller) -> None:
    body = {
        "contactType": "COMPANY",
        "companyName": "Neue Kundin GmbH",
        "number": "65001",
        "vatId": "DE999999991",
        "addresses": [
            {"addressLine1": "Weg 1", "city": "Ulm", "postalCode": "89073", "countryCode": "DE", "type": "BILLING"}
        ],
        "contactPersons": [{"firstName": "Ada", "lastName": "Lang", "emailAddresses": ["ada@example.de"]}],
        "emailAddresses": [{"email": "info@example.de", "type": "OFFICE"}],
        "phoneNumbers": [{"number": "+49 30 23125 001", "type": "BUSINESS"}],
        "projectId": "P1",
        "nickname": "x",
    }
    answer = writer.call("POST", "customers", body)
    assert answer.status == 201
    created = envelope(answer)["data"]
    assert envelope(answer)["meta"]["warnings"] == [
        "projectId is not used by Sage Active",
        "nickname is not used by Sage Active",
    ]
    assert writer.data(f"customers/{created['id']}") == created
    assert [email["email"] for email in created["emailAddresses"]] == ["ada@example.de", "info@example.de"]
    row = writer.rows("Customer")[created["id"]]
    assert (row["socialName"], row["code"], row["sourceType"]) == ("Neue Kundin GmbH", "65001", "PUBLIC_API")
    assert row["addresses"][0]["countryName"] == "Deutschland"
    assert row["creationDate"] > datetime(2025, 1, 1, tzinfo=UTC)
    assert refusal(writer.call("POST", "customers", {**body, "vatId": None})) == (400, "number exists already")
    assert refusal(writer.call("POST", "customers", {**body, "number": None})) == (400, "vatId exists already")


def test_creates_a_supplier_with_a_number_of_its_own(writer: Caller) -> None:
    created = envelope(writer.call("POST", "suppliers", {"contactType": "COMPANY", "companyName": "Lieferant"}))["data"]
    assert created["role"] == "SUPPLIER"
    assert 70000 <= int(created["number"]) <= 99999
    assert created["id"] in writer.rows("Supplier")


def test_creates_an_item(writer: Caller) -> None:
    body = {
        "name": "Schraube",
        "itemNumber": "S-1",
        "unitName": "STÜCK",
        "taxRatePercentage": 7,
        "unitSalesPrice": 0.125,
    }
    answer = writer.call("POST", "items", body)
    assert answer.status == 201
    created = envelope(answer)["data"]
    assert (created["taxCode"], created["taxRatePercentage"], created["unitName"]) == ("UST_ERM", Decimal(7), "UNIT")
    assert writer.rows("Product")[created["id"]]["salesUnitPrice"] == Decimal("0.125")
    assert refusal(writer.call("POST", "items", body))[0] == 400


def test_creates_an_invoice(writer: Caller) -> None:
    customer = next(iter(writer.rows("Customer").values()))
    product = list(writer.rows("Product").values())[1]
    body = {
        "invoiceDate": "2026-02-03T10:00:00Z",
        "contactId": customer["id"],
        "reference": "R-1",
        "status": "OPEN",
        "lineItems": [
            {"quantity": 2.5, "unitAmount": 19.99, "itemId": product["id"], "taxRatePercentage": 19, "taxType": "x"},
            {"quantity": 1, "name": "Ohne Preis"},
        ],
    }
    answer = writer.call("POST", "invoices", body)
    assert answer.status == 201, answer.body
    assert envelope(answer)["meta"]["warnings"] == [
        "status is not used by Sage Active",
        "lineItems[0].taxType is not used by Sage Active",
    ]
    created = envelope(answer)["data"]
    assert (created["status"], created["invoiceNumber"], created["reference"]) == ("DRAFT", None, "R-1")
    assert (created["sumNetAmount"], created["totalAmount"]) == (Decimal("49.98"), Decimal("59.48"))
    assert [line["unitAmount"] for line in created["lineItems"]] == [Decimal("19.99"), Decimal(0)]
    row = writer.rows("SalesInvoice")[created["invoiceId"]]
    assert (row["type"], row["documentDate"]) == ("NORMAL", datetime(2026, 2, 3, tzinfo=UTC))
    assert row["lines"][0]["salesInvoiceId"] == row["id"]
    assert len(writer.data(f"invoices/{row['id']}/lineItems")) == 2


@pytest.mark.parametrize(
    ("path", "body", "member"),
    [
        ("customers", {}, "contactType"),
        ("customers", {"contactType": "UNDEFINED", "companyName": "x"}, "contactType"),
        ("customers", {"contactType": "COMPANY"}, "companyName"),
        ("customers", {"contactType": "COMPANY", "companyName": 5}, "companyName"),
        ("customers", {"contactType": "COMPANY", "companyName": "x", "number": "A1"}, "number"),
        ("customers", {"contactType": "COMPANY", "companyName": "x", "emailAddresses": [1]}, "emailAddresses"),
        ("suppliers", {"contactType": "COMPANY", "companyName": "x", "addresses": ["Ulm"]}, "addresses"),
        ("items", {}, "name"),
        ("items", {"name": "x", "unitName": "BOX"}, "unitName"),
        ("items", {"name": "x", "taxCode": "NONE"}, "taxCode"),
        ("items", {"name": "x", "unitSalesPrice": "5"}, "unitSalesPrice"),
        ("invoices", {"contactId": "x", "lineItems": [{"quantity": 1}]}, "invoiceDate"),
        ("invoices", {"invoiceDate": "2026-01-01", "contactId": "x"}, "lineItems"),
        ("invoices", {"invoiceDate": "2026-01-01", "contactId": "x", "lineItems": []}, "lineItems"),
        ("invoices", {"invoiceDate": "2026-01-01", "lineItems": [{"quantity": 1}]}, "contactId"),
        ("invoices", {"invoiceDate": "2026-01-01", "contactId": "x", "lineItems": [{"quantity": 1}]}, "contactId"),
        ("invoices", {"invoiceDate": "soon", "contactId": "x", "lineItems": [{"quantity": 1}]}, "invoiceDate"),
    ],
)
def test_bodies_that_are_refused(writer: Caller, path: str, body: dict[str, Any], member: str) -> None:
    before = len(writer.rows("Customer")), len(writer.rows("Product")), len(writer.rows("SalesInvoice"))
    answer = writer.call("POST", path, body)
    assert refusal(answer)[0] == 400
    assert envelope(answer)["errors"]["validationErrors"][0]["field"] == member
    assert before == (len(writer.rows("Customer")), len(writer.rows("Product")), len(writer.rows("SalesInvoice")))


def test_line_without_quantity_is_refused(writer: Caller) -> None:
    body = {"invoiceDate": "2026-01-01", "contactId": next(iter(writer.rows("Customer"))), "lineItems": [{"name": "x"}]}
    assert refusal(writer.call("POST", "invoices", body)) == (400, "lineItems[0].quantity is required")


def test_channels_salutation_and_delivery_address_are_kept(writer: Caller) -> None:
    body = {
        "contactType": "CONTACT_PERSON",
        "contactPersons": [{"firstName": "Ada", "lastName": "Lang", "salutation": "Ms"}],
        "emailAddresses": [{"email": "r@example.de", "type": "INVOICE"}],
        "phoneNumbers": [{"number": "+49 30 23125 002", "type": "MOBILE"}, "+49 30 23125 003"],
        "addresses": [
            {"city": "Ulm", "countryCode": "DE", "type": "DELIVERY"},
            {"city": "Bonn", "countryCode": "DE", "type": "BILLING"},
        ],
    }
    created = envelope(writer.call("POST", "customers", body))["data"]
    assert (created["companyName"], created["contactType"]) == ("Ada Lang", "CONTACT_PERSON")
    assert created["emailAddresses"] == [{"email": "r@example.de", "type": "INVOICE"}]
    assert [phone["type"] for phone in created["phoneNumbers"]] == ["MOBILE", "OTHER"]
    assert created["contactPersons"][0]["salutation"] == "Ms"
    assert [(address["city"], address["type"]) for address in created["addresses"]] == [
        ("Bonn", "BILLING"),
        ("Ulm", "DELIVERY"),
    ]


def test_all_that_is_wrong_is_reported_as_maesn_reports_it(writer: Caller) -> None:
    taken = writer.data("customers", limit=5)[0]
    body = {
        "contactType": "COMPANY",
        "companyName": "x" * 71,
        "number": taken["number"],
        "addresses": [{"addressLine1": "x" * 36, "countryCode": "QQ"}],
    }
    errors = envelope(writer.call("POST", "customers", body))["errors"]
    assert {(error["field"], error["message"]) for error in errors["validationErrors"]} == {
        ("companyName", "The field companyName exceeds 70 characters."),
        ("addresses[0].addressLine1", "The field addresses[0].addressLine1 exceeds 35 characters."),
        ("addresses[0].countryCode", "The addresses[0].countryCode QQ does not exist."),
        ("number", "number exists already"),
    }
    assert errors["message"] == errors["validationErrors"][0]["message"]


def test_switch_error_shape(writer: Caller) -> None:
    writer.switches.maesn_error_shape = "beside"
    body = writer.call("POST", "items", {}).body
    writer.switches.maesn_error_shape = "inside"
    assert isinstance(body, dict)
    assert body["validationErrors"] == [{"field": "name", "message": "name is required"}]
    assert "validationErrors" not in body["errors"]


@pytest.mark.parametrize(("setting", "number", "status"), [("ignored", None, "DRAFT"), ("kept", "R-77", "SUBMITTED")])
def test_switch_invoice_number(writer: Caller, setting: Any, number: str | None, status: str) -> None:
    writer.switches.maesn_invoice_number = setting
    customer = writer.data("customers", limit=5)[0]["id"]
    lines = [{"quantity": 1, "unitAmount": 10, "TaxRatePercentage": 7, "unitName": "HOUR"}]
    body = {"invoiceDate": "2026-01-01", "contactId": customer, "invoiceNumber": "R-77", "lineItems": lines}
    answer = envelope(writer.call("POST", "invoices", body))
    writer.switches.maesn_invoice_number = "ignored"
    assert (answer["data"]["invoiceNumber"], answer["data"]["status"]) == (number, status)
    assert answer["data"]["totalTaxAmount"] == Decimal("0.70")
    expected = None if number else ["invoiceNumber is not used by Sage Active"]
    assert answer["meta"]["warnings"] == expected


def test_country_rules_hold_through_maesn_too(writer: Caller) -> None:
    body = {"contactType": "COMPANY", "companyName": "Roma", "addresses": [{"countryCode": "IT"}]}
    writer.switches.vies_vat_number = "mandatory"
    answer = writer.call("POST", "suppliers", body)
    writer.switches.vies_vat_number = "recommended"
    assert refusal(answer) == (400, "The vatId is mandatory in IT.")
    assert writer.call("POST", "suppliers", body).status == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"unitSalesPrice": NaN}', b"\xff"])
def test_bodies_that_are_not_a_json_object(writer: Caller, body: bytes) -> None:
    pair = {"companyId": writer.company.id, "environmentName": writer.company.environment_id}
    assert refusal(writer.raw("POST", "/accounting/items", pair, body=body))[0] == 400
