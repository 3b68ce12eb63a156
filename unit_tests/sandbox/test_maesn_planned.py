"""What Maesn plans for Sage Active under each setting of maesn_planned, and the document of an invoice."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import requests

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

PLANNED = ("accounts", "creditNotes", "dimensions", "vendorCredits")
SINGLE = ("accounts", "creditNotes")

Get = Callable[..., requests.Response]


@pytest.fixture
def company(sandbox: Sandbox) -> Company:
    """The first company of the German market."""
    return next(row for row in sandbox.store.companies.values() if row.market == "DE" and row.usable)


@pytest.fixture
def get(sandbox: Sandbox, company: Company) -> Get:
    """A GET below /accounting with both keys and the company."""

    def send(path: str, **parameters: str) -> requests.Response:
        keys = {"X-API-KEY": "sandbox-api-key", "X-ACCOUNT-KEY": "sandbox-account-key-de"}
        chosen = {"companyId": company.id, "environmentName": company.environment_id, **parameters}
        return requests.get(f"{sandbox.url}/accounting/{path}", params=chosen, headers=keys, timeout=5)

    return send


@pytest.mark.parametrize("name", PLANNED)
def test_absent_refused_and_empty(sandbox: Sandbox, get: Get, name: str) -> None:
    assert get(name).status_code == 404
    sandbox.switches.maesn_planned = "refused"
    assert (get(name).status_code, get("customers").status_code) == (405, 200)
    sandbox.switches.maesn_planned = "empty"
    body = get(name, page="1", limit="5").json()
    assert (body["data"], body["meta"]["pagination"]["total"]) == ([], 0)
    assert get(f"{name}/1").status_code == 404


@pytest.mark.parametrize("name", PLANNED)
def test_rows_have_the_members_of_the_contract(sandbox: Sandbox, company: Company, get: Get, name: str) -> None:
    sandbox.switches.maesn_planned = "rows"
    if name == "vendorCredits":
        values = {"totalLiquid": Decimal("-11.90"), "invoiceNumber": "VC-1", "vatLines": [], "status": "Posted"}
        sandbox.store.insert(company.id, "PurchaseInvoice", values)
    body = get(name).json()
    assert body["data"] and body["meta"]["pagination"]["total"] >= len(body["data"])
    first = body["data"][0]
    assert {"id", "createdDate", "updatedDate"} <= first.keys()
    single = get(f"{name}/{first['id']}")
    assert single.status_code == (200 if name in SINGLE else 404)
    if name in SINGLE:
        assert single.json()["data"] == first
    written = requests.post(get(name).url, headers=dict(get(name).request.headers), json={}, timeout=5)
    assert written.status_code == 405


def test_accounts_have_a_class_and_can_be_filtered(sandbox: Sandbox, get: Get) -> None:
    sandbox.switches.maesn_planned = "rows"
    rows = {row["number"]: row for row in get("accounts", limit="100").json()["data"]}
    assert (rows["1200"]["class"], rows["1200"]["debitCreditIndicator"]) == ("ASSET", "DEBIT")
    assert (rows["8400"]["class"], rows["8400"]["debitCreditIndicator"]) == ("REVENUE", "CREDIT")
    assert (rows["1610"]["class"], rows["0800"]["class"], rows["4930"]["class"]) == ("LIABILITY", "EQUITY", "EXPENSE")
    only = get("accounts", limit="100", classFilter="REVENUE").json()["data"]
    assert only and {row["class"] for row in only} == {"REVENUE"}
    assert get("accounts", classFilter="x").status_code == 400
    assert get("accounts", isActive="false").json()["data"] == []


def test_dimensions_are_tags_of_a_category(sandbox: Sandbox, company: Company, get: Get) -> None:
    sandbox.switches.maesn_planned = "rows"
    stored = sandbox.store.table(company.id, "Dimension").values()
    expected = {tag["id"]: row["name"] for row in stored for tag in row["dimensionTags"]}
    rows: list[dict[str, Any]] = get("dimensions", limit="100").json()["data"]
    assert {row["id"]: row["categoryName"] for row in rows} == expected


def test_the_document_of_an_invoice(company: Company, get: Get) -> None:
    (row,) = get("invoices", limit="5", status="OPEN").json()["data"][:1]
    document = get(f"invoices/{row['invoiceId']}/document").json()["data"]
    assert (document["contentType"], document["base64Encoded"]) == ("application/pdf", True)
    assert document["fileName"] == f"{row['invoiceNumber']}.pdf"
    assert base64.b64decode(document["content"]).startswith(b"%PDF-")
    assert get("invoices/unknown/document").status_code == 404
    assert get("customers/unknown/document").status_code == 404
