"""Numbers in order of closing, numbers by update, late dates, and what posting does outside of the company."""

from typing import Any

import pytest
import requests

from unit_tests.sandbox.conftest import Api

MEMBERS = "id status operationalNumber"
NOT_MODIFIABLE = ["global.businessErrors.undocumented_fieldNotModifiable"]
TAKEN = ["global.businessErrors.undocumented_codeAlreadyExists"]


def draft(api: Api, **members: Any) -> dict[str, Any]:
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [{"totalQuantity": 1, "unitPrice": 10}], **members}
    return api.write("createSalesInvoice", sent, MEMBERS)


def number(api: Api, row: dict[str, Any]) -> str:
    return str(api.write("closeSalesInvoice", {"salesInvoiceId": row["id"]}, "operationalNumber")["operationalNumber"])


def acts(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{api.sandbox.url}/admin/acts", timeout=10).json()
    return found


def series(api: Api, prefix: str) -> str:
    """The id of a further series of invoices."""
    row = {"operation": "INVOICE", "isDefault": False, "presetText": prefix, "description": prefix}
    return str(api.sandbox.store.insert(api.company.id, "OperationalNumberPresetText", row)["id"])


def post(api: Api, row: dict[str, Any]) -> None:
    journal = next(journal["id"] for journal in api.rows("JournalType") if journal["type"] == "SALES_INVOICE")
    sent = {"salesInvoiceId": row["id"], "accountingEntryDescription": "Sale", "journalTypeId": journal}
    api.write("postSalesInvoice", sent, "accountingEntryId")


def test_numbers_follow_the_order_of_closing_within_a_series(api: Api) -> None:
    other = series(api, "B-")
    first, second = draft(api, documentDate="2026-03-02"), draft(api, documentDate="2026-03-01")
    apart = draft(api, documentDate="2026-03-03", operationalNumberPresetTextId=other)
    later, sooner, odd = number(api, second), number(api, first), number(api, apart)
    assert int(sooner[-5:]) == int(later[-5:]) + 1
    assert odd == "B-2026-00001"
    assert [(act["kind"], act["document_id"], act["number"], act["date"][:10]) for act in acts(api)] == [
        ("number", second["id"], later, "2026-03-01"),
        ("number", first["id"], sooner, "2026-03-02"),
        ("number", apart["id"], odd, "2026-03-03"),
    ]
    assert acts(api)[2]["series"] == other != acts(api)[0]["series"] == acts(api)[1]["series"]
    assert requests.delete(f"{api.sandbox.url}/admin/acts", timeout=10).json() == acts(api) == []


def test_a_document_dated_before_the_last_one_of_its_series_is_refused_by_switch(api: Api) -> None:
    api.sandbox.switches.backdated_closing = "refused"
    late, early = series(api, "C-"), series(api, "D-")
    number(api, draft(api, documentDate="2026-03-02", operationalNumberPresetTextId=late))
    backdated = draft(api, documentDate="2026-03-01", operationalNumberPresetTextId=late)
    assert api.refusal("closeSalesInvoice", {"salesInvoiceId": backdated["id"]}) == [
        "sales.businessErrors.undocumented_documentDateBeforeLast"
    ]
    assert api.stored("SalesInvoice", backdated["id"])["operationalNumber"] is None
    assert number(api, draft(api, documentDate="2026-03-02", operationalNumberPresetTextId=late)) == "C-2026-00002"
    assert number(api, draft(api, documentDate="2026-03-01", operationalNumberPresetTextId=early)) == "D-2026-00001"


def test_a_credit_note_takes_the_series_that_is_chosen_for_it(api: Api) -> None:
    row = draft(api, operationalNumber="WITH-NOTES")
    chosen = series(api, "E-")
    plain = api.write("generateCreditNote", {"id": row["id"], "operationalNumberPresetTextId": chosen})
    assert number(api, plain).startswith("E-")


@pytest.mark.parametrize(
    ("setting", "status", "stored", "closed"),
    [
        ("closes", "Closed", "OWN-closes", None),
        ("kept", "Pending", "OWN-kept", "OWN-kept"),
        ("ignored", "Pending", None, "assigned"),
        ("refused", "Pending", None, "assigned"),
    ],
)
def test_a_number_that_an_update_gives_to_a_draft(
    api: Api, setting: Any, status: str, stored: str | None, closed: str | None
) -> None:
    api.sandbox.switches.draft_numbers = setting
    row = draft(api)
    sent = {"id": row["id"], "operationalNumber": f"OWN-{setting}"}
    if setting == "refused":
        assert api.refusal("updateSalesInvoice", sent) == NOT_MODIFIABLE
    else:
        assert api.write("updateSalesInvoice", sent, "status operationalNumber") == {
            "status": status,
            "operationalNumber": stored,
        }
    if closed is not None:
        given = number(api, row)
        assert given == closed or (closed == "assigned" and not given.startswith("OWN"))
    assert [act["document_id"] for act in acts(api)] == [row["id"]]


@pytest.mark.parametrize("setting", ["closes", "kept"])
def test_a_number_that_another_document_has_is_refused(api: Api, setting: Any) -> None:
    api.sandbox.switches.draft_numbers = setting
    draft(api, operationalNumber=f"TAKEN-{setting}")
    row = draft(api)
    sent = {"id": row["id"], "operationalNumber": f"TAKEN-{setting}"}
    assert api.refusal("updateSalesInvoice", sent) == TAKEN
    assert api.stored("SalesInvoice", row["id"])["status"] == "Pending"


def test_posting_submits_e_invoices_in_france_alone(market_api: Api) -> None:
    row = draft(market_api, operationalNumber="E-INVOICE", shouldSendViaElectronicInvoicing=True)
    plain = draft(market_api, operationalNumber="PLAIN")
    post(market_api, row)
    post(market_api, plain)
    french = market_api.market == "FR"
    assert [act["kind"] for act in acts(market_api) if act["document_id"] == row["id"]] == [
        "number",
        "posting",
        *(["e_invoice"] if french else []),
    ]
    assert [act["kind"] for act in acts(market_api) if act["document_id"] == plain["id"]] == ["number", "posting"]
    stored = market_api.stored("SalesInvoice", row["id"])
    assert (stored["eInvoicingStatus"], len(stored["eInvoice"])) == (("SUBMITTED", 1) if french else (None, 0))


@pytest.mark.parametrize(
    ("count", "kind", "is_made"), [(1, "PAYMENT_IN", True), (1, "UNDEFINED", False), (2, "PAYMENT_IN", False)]
)
def test_a_link_for_paying_needs_one_condition_that_pays_in(api: Api, count: int, kind: str, is_made: bool) -> None:
    mean = next(row["id"] for row in api.rows("PaymentMean") if row["type"] == kind)
    terms = [
        {"order": order, "value": value, "type": name, "condition": "DAY_OF_PAYMENT", "day": 0, "paymentMeanId": mean}
        for order, value, name in ((0, 30, "PERCENTAGE"), (9999, 0, "REMAINING_AMOUNT"))
    ][-count:]
    members = {"canGeneratePaymentLink": True, "invoiceEmail": "buyer@example.com", "paymentTermLines": terms}
    row = draft(api, operationalNumber=f"LINK-{count}-{kind}", **members)
    assert [act["kind"] for act in acts(api)] == ["number"]
    post(api, row)
    assert [act["kind"] for act in acts(api)] == ["number", "posting", *(["payment_link"] if is_made else [])]


def test_what_a_transaction_undoes_is_not_an_act(api: Api) -> None:
    api.sandbox.switches.mutation_transaction = True
    row = draft(api)
    closing = f'closeSalesInvoice(input:{{salesInvoiceId:"{row["id"]}"}}){{id}}'
    answer = api.answer(f"mutation{{a:{closing} b:{closing}}}")
    assert answer["data"] is None
    assert api.stored("SalesInvoice", row["id"])["status"] == "Pending"
    assert acts(api) == []
