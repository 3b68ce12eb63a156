"""Sales invoices: drafts and numbers, what comes from customer and product, totals, statuses, posting, credit notes."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit_tests.sandbox.conftest import Api

UNKNOWN = "00000000-0000-0000-0000-000000000001"
STATUS_REFUSED = ["sales.businessErrors.undocumented_statusNotAllowed"]
DOCUMENT = (
    "id status type operationalNumber sourceType documentDate socialName documentId vatNumber discount "
    "totalGross totalDiscount totalCustomerDiscount totalNet totalVat totalLiquid firstDueDate hasCreditNote "
    "openItems{amount paidAmountAccumulated dueDate status} paymentTermLines{order type day} "
    "lines{id order productId productCode productName totalQuantity unitPrice vatPercentage totalNet totalLiquid "
    "availableForCreditNoteQuantity}"
)


def customer(api: Api, **members: Any) -> str:
    sent = {"socialName": "Käufer", "addresses": [{"city": "Ulm"}], **members}
    row_id: str = api.write("createCustomer", sent)["id"]
    return row_id


def draft(api: Api, **members: Any) -> dict[str, Any]:
    sent = {
        "customerId": customer(api),
        "lines": [{"productName": "x", "totalQuantity": 2, "unitPrice": 50}],
        **members,
    }
    return api.write("createSalesInvoice", sent, DOCUMENT)


def test_an_invoice_is_a_draft_without_number(market_api: Api) -> None:
    row = draft(market_api)
    assert (row["status"], row["type"], row["operationalNumber"]) == ("Pending", "NORMAL", None)
    assert (row["sourceType"], row["openItems"], row["firstDueDate"]) == ("PUBLIC_API", [], None)
    assert row["documentDate"].endswith("T00:00:00.000Z")
    assert row["totalNet"] == Decimal("100.00")
    assert row["lines"][0]["vatPercentage"] > 0
    assert row["totalLiquid"] == row["totalNet"] + row["totalVat"]


def test_customer_and_product_fill_what_was_not_sent(api: Api) -> None:
    terms = [{"order": 9999, "value": 0, "type": "REMAINING_AMOUNT", "condition": "DAY_OF_PAYMENT", "day": 14}]
    buyer = customer(api, documentId="22345678901", vatNumber="DE822222222", paymentTermLines=terms)
    product = api.write("createProduct", {"code": "FILL", "name": "Schraube", "salesUnitPrice": 9})["id"]
    row = api.write(
        "createSalesInvoice", {"customerId": buyer, "lines": [{"productId": product, "totalQuantity": 3}]}, DOCUMENT
    )
    assert (row["socialName"], row["documentId"], row["vatNumber"]) == ("Käufer", "22345678901", "DE822222222")
    assert row["paymentTermLines"] == [{"order": 9999, "type": "REMAINING_AMOUNT", "day": 14}]
    line = row["lines"][0]
    assert (line["productCode"], line["productName"]) == ("FILL", "Schraube")
    assert line["unitPrice"] == 0, "the price is not taken from the product"


def test_contact_members_are_accepted_and_ignored(api: Api) -> None:
    sent = {"customerId": customer(api), "contactName": "Nobody", "contactEmail": "n@example.de", "lines": []}
    row = api.write("createSalesInvoice", sent, "contactName contactEmail")
    assert row == {"contactName": None, "contactEmail": None}


def test_a_product_code_alone_finds_the_product(api: Api) -> None:
    product = api.write("createProduct", {"code": "BY-CODE", "name": "x"})["id"]
    row = draft(api, lines=[{"productCode": "BY-CODE", "totalQuantity": 1, "unitPrice": 1}])
    assert row["lines"][0]["productId"] == product
    sent = {"customerId": customer(api), "lines": [{"productCode": "NOBODY", "totalQuantity": 1}]}
    assert api.refusal("createSalesInvoice", sent) == ["global.businessErrors.undocumented_referenceNotFound"]


def test_a_number_on_create_closes_and_is_unique(api: Api) -> None:
    row = draft(api, operationalNumber="MY-1")
    assert (row["status"], row["operationalNumber"]) == ("Closed", "MY-1")
    assert [item["amount"] for item in row["openItems"]] == [row["totalLiquid"]]
    sent = {"customerId": customer(api), "operationalNumber": "MY-1", "lines": []}
    assert api.refusal("createSalesInvoice", sent) == ["global.businessErrors.undocumented_codeAlreadyExists"]


def test_closing_numbers_in_sequence(api: Api) -> None:
    numbers = []
    for _ in range(2):
        row = draft(api)
        reply = api.write("closeSalesInvoice", {"salesInvoiceId": row["id"]}, "id operationalNumber")
        assert reply["id"] == row["id"]
        numbers.append(reply["operationalNumber"])
        assert api.refusal("closeSalesInvoice", {"salesInvoiceId": row["id"]}) == STATUS_REFUSED
    first, second = (int(re.sub(r".*-", "", number)) for number in numbers)
    assert second == first + 1


def test_only_drafts_are_changed_and_deleted(api: Api) -> None:
    row = draft(api)
    assert api.write("updateSalesInvoice", {"id": row["id"], "remarks": "x"}, "remarks") == {"remarks": "x"}
    api.write("closeSalesInvoice", {"salesInvoiceId": row["id"]})
    assert api.refusal("updateSalesInvoice", {"id": row["id"], "remarks": "y"}) == STATUS_REFUSED
    assert api.refusal("deleteSalesInvoice", {"id": row["id"]}) == STATUS_REFUSED
    assert api.stored("SalesInvoice", row["id"])["remarks"] == "x"
    other = draft(api)
    assert api.write("deleteSalesInvoice", {"id": other["id"]}) == {"id": other["id"]}
    api.sandbox.switches.deletion = "free"
    assert api.write("deleteSalesInvoice", {"id": row["id"]}) == {"id": row["id"]}


def test_lines_are_patched_and_totals_follow(api: Api) -> None:
    row = draft(api, lines=[{"productName": name, "totalQuantity": 1, "unitPrice": 10} for name in "abc"])
    a, b, _c = row["lines"]
    changed = api.write(
        "updateSalesInvoice",
        {
            "id": row["id"],
            "discount": 10,
            "lines": [
                {"id": a["id"], "requestedAction": "DELETE"},
                {"id": b["id"], "unitPrice": 20},
                {"productName": "d", "totalQuantity": 2, "unitPrice": 5},
            ],
        },
        DOCUMENT,
    )
    assert [(line["order"], line["productName"]) for line in changed["lines"]] == [(1, "b"), (2, "c"), (3, "d")]
    assert (changed["totalGross"], changed["totalCustomerDiscount"], changed["totalNet"]) == (40, 4, 36)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"customerId": UNKNOWN}, "global.businessErrors.undocumented_referenceNotFound"),
        ({"lines": [{"productId": UNKNOWN}]}, "global.businessErrors.undocumented_referenceNotFound"),
        ({"externalReference": "x" * 21}, "global.businessErrors.undocumented_maximumLength"),
        ({"type": "CREDIT_NOTE"}, "sales.businessErrors.undocumented_creditNoteNeedsSource"),
        (
            {"documentDate": "2026-03-01", "operationDate": "2026-03-02"},
            "sales.businessErrors.undocumented_operationDateAfterDocumentDate",
        ),
        ({"canGeneratePaymentLink": True}, "sales.businessErrors.undocumented_invoiceEmailIsMandatory"),
    ],
)
def test_refused_invoices_leave_nothing(api: Api, sent: dict[str, Any], reason: str) -> None:
    before = len(api.rows("SalesInvoice"))
    assert api.refusal("createSalesInvoice", {"customerId": customer(api), "lines": [], **sent}) == [reason]
    assert len(api.rows("SalesInvoice")) == before


@pytest.mark.parametrize("setting", ["optional", "mandatory"])
def test_spanish_documents_need_an_identification_or_not(market_api: Api, setting: Any) -> None:
    market_api.sandbox.switches.es_document_id = setting
    sent = {"customerId": customer(market_api), "lines": []}
    if market_api.market == "ES" and setting == "mandatory":
        assert market_api.refusal("createSalesInvoice", sent) == [
            "sales.businessErrors.undocumented_documentIdIsMandatory"
        ]
        simplified = customer(market_api, customerType="INDIVIDUAL", nonIdentifiedCustomer=True)
        assert market_api.write("createSalesInvoice", {"customerId": simplified, "lines": []})["id"]
    else:
        assert market_api.write("createSalesInvoice", sent)["id"]


def test_equivalence_surcharge_and_withholding(api: Api) -> None:
    spain = Api(api.sandbox, "ES")
    buyer = customer(spain, hasEquivalenceSurcharge=True)
    product = spain.write("createProduct", {"code": "IRPF", "name": "x", "useWithholding": True})["id"]
    sent = {"customerId": buyer, "lines": [{"productId": product, "totalQuantity": 1, "unitPrice": 100}]}
    members = "totalVatBase totalVat totalFeeSurcharge totalWithholding totalLiquid"
    row = spain.write("createSalesInvoice", sent, members)
    spain.session.close()
    assert row["totalFeeSurcharge"] > 0
    assert row["totalWithholding"] == Decimal("15.00")
    assert row["totalLiquid"] == 100 + row["totalVat"] + row["totalFeeSurcharge"] - row["totalWithholding"]


def test_the_advance_product_makes_an_advance_invoice(api: Api) -> None:
    concept = api.write("createProduct", {"code": "ADVANCE", "name": "Anzahlung", "category": "CONCEPT"})["id"]
    row = draft(api, lines=[{"productId": concept, "totalQuantity": 1, "unitPrice": 100}])
    assert row["type"] == "PAYMENT_IN_ADVANCE"


def test_instalments_of_a_closed_invoice(api: Api) -> None:
    terms = [
        {"order": 0, "value": 30, "type": "PERCENTAGE", "condition": "DAY_OF_PAYMENT", "day": 0},
        {"order": 9999, "value": 0, "type": "REMAINING_AMOUNT", "condition": "DAY_OF_PAYMENT", "day": 30},
    ]
    row = draft(api, documentDate="2026-01-31", paymentTermLines=terms, operationalNumber="TERMS-1")
    assert sum(item["amount"] for item in row["openItems"]) == row["totalLiquid"] == Decimal("119.00")
    assert [item["amount"] for item in row["openItems"]] == [Decimal("35.70"), Decimal("83.30")]
    assert row["firstDueDate"].startswith("2026-01-31")
    assert row["openItems"][1]["dueDate"].startswith("2026-03-02")
    assert {item["status"] for item in row["openItems"]} == {"NOT_SPECIFIED"}


def test_posting_makes_a_balanced_entry(market_api: Api) -> None:
    row = draft(market_api, operationalNumber="POST-1")
    journals = {journal["type"]: journal["id"] for journal in market_api.rows("JournalType")}
    sent = {"salesInvoiceId": row["id"], "accountingEntryDescription": "Verkauf"}
    wrong = {**sent, "journalTypeId": journals["PURCHASE_INVOICE"]}
    assert market_api.refusal("postSalesInvoice", wrong, "accountingEntryId") == [
        "global.businessErrors.undocumented_referenceNotAllowed"
    ]
    right = {**sent, "journalTypeId": journals["SALES_INVOICE"]}
    members = "accountingEntryId accountingEntryNumber accountingEntries{accountingEntryId}"
    reply = market_api.write("postSalesInvoice", right, members)
    assert [entry["accountingEntryId"] for entry in reply["accountingEntries"]] == [reply["accountingEntryId"]]
    entry = market_api.stored("AccountingEntry", reply["accountingEntryId"])
    lines = entry["accountingEntryLines"]
    assert sum(line["debitAmount"] for line in lines) == sum(line["creditAmount"] for line in lines) > 0
    assert market_api.stored("SalesInvoice", row["id"])["status"] == "Posted"
    assert market_api.refusal("postSalesInvoice", right, "accountingEntryId") == STATUS_REFUSED


def test_credit_notes_use_up_the_quantities(api: Api) -> None:
    product = api.write("createProduct", {"code": "CREDIT", "name": "x"})["id"]
    lines = [{"productId": product, "totalQuantity": 4, "unitPrice": 10}]
    row = draft(api, lines=lines, operationalNumber="CREDIT-1")
    part = {"id": row["id"], "lines": [{"productId": product, "quantity": 1}]}
    note = api.stored("SalesInvoice", api.write("generateCreditNote", part)["id"])
    assert (note["type"], note["status"], note["sourceSalesInvoiceId"]) == ("CREDIT_NOTE", "Pending", row["id"])
    assert note["totalNet"] == Decimal("10.00")
    source = api.stored("SalesInvoice", row["id"])
    assert source["hasCreditNote"] is True
    assert source["lines"][0]["availableForCreditNoteQuantity"] == 3
    too_much = {"id": row["id"], "lines": [{"productId": product, "quantity": 4}]}
    assert api.refusal("generateCreditNote", too_much) == ["sales.businessErrors.undocumented_quantityNotAvailable"]
    rest = api.stored("SalesInvoice", api.write("generateCreditNote", {"id": row["id"]})["id"])
    assert rest["totalNet"] == Decimal("30.00")
    assert api.refusal("generateCreditNote", {"id": draft(api)["id"]}) == STATUS_REFUSED


def test_drafts_of_credit_notes_may_take_nothing_until_they_are_closed(api: Api) -> None:
    product = api.write("createProduct", {"code": "LATER", "name": "x"})["id"]
    row = draft(api, lines=[{"productId": product, "totalQuantity": 4, "unitPrice": 10}], operationalNumber="LATER-1")

    def left() -> Decimal:
        found: Decimal = api.stored("SalesInvoice", row["id"])["lines"][0]["availableForCreditNoteQuantity"]
        return found

    api.sandbox.change_switches({"credit_note_drafts": "take_nothing"})
    part = {"id": row["id"], "lines": [{"productId": product, "quantity": 3}]}
    first, second = (api.write("generateCreditNote", part)["id"] for _ in range(2))
    assert left() == 4
    # A change of the draft changes nothing about that.
    api.write("updateSalesInvoice", {"id": first, "comments": "x"})
    api.write("closeSalesInvoice", {"salesInvoiceId": first})
    assert left() == 1
    refusal = ["sales.businessErrors.undocumented_quantityNotAvailable"]
    assert api.refusal("closeSalesInvoice", {"salesInvoiceId": second}) == refusal
    assert left() == 1
    assert api.stored("SalesInvoice", second)["status"] == "Pending"
    api.sandbox.change_switches({"credit_note_drafts": "reserve"})


NUMBERS = st.decimals(min_value=0, max_value=1000, places=3)
LINES = st.lists(
    st.tuples(NUMBERS, NUMBERS, st.one_of(st.none(), st.decimals(min_value=0, max_value=100, places=2))),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.one_of(st.none(), st.decimals(min_value=0, max_value=100, places=2)))
def test_totals_always_add_up(api: Api, lines: Any, discount: Decimal | None) -> None:
    written = ",".join(
        f"{{totalQuantity:{quantity},unitPrice:{price},firstDiscount:{'null' if rebate is None else rebate}}}"
        for quantity, price, rebate in lines
    )
    buyer = api.rows("Customer")[0]["id"]
    whole = "null" if discount is None else discount
    members = "totalGross totalDiscount totalCustomerDiscount totalNet totalVat totalLiquid"
    row = api.data(
        f'mutation{{createSalesInvoice(input:{{customerId:"{buyer}",discount:{whole},lines:[{written}]}})'
        f"{{id {members} lines{{{members}}}}}}}"
    )
    for totals in (row, *row["lines"]):
        assert totals["totalGross"] - totals["totalDiscount"] - totals["totalCustomerDiscount"] == totals["totalNet"]
        assert totals["totalNet"] + totals["totalVat"] == totals["totalLiquid"]
    assert all(row[name] == sum(line[name] for line in row["lines"]) for name in members.split())
    api.write("deleteSalesInvoice", {"id": row["id"]})
