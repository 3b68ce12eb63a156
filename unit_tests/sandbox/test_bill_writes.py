"""Bills: rates and treatments that the server chooses, due dates, numbers, posting and what it books."""

from decimal import Decimal
from typing import Any

import pytest
import requests

from unit_tests.sandbox.conftest import Api

REFUSALS = "businessErrors.undocumented_"
STATUS_REFUSED = [f"sales.{REFUSALS}statusNotAllowed"]
REQUIRED = [f"global.{REFUSALS}mandatoryField"]
MISSING = [f"global.{REFUSALS}referenceNotFound"]
NOTHING = (Decimal(0), Decimal(0))
UNKNOWN = "00000000-0000-0000-0000-000000000001"
USUAL = {"DE": 19, "ES": 21, "FR": 20}
MEMBERS = (
    "id status sourceType invoiceNumber totalLiquid pendingAmount firstDueDate hasCashVat "
    "openItems{amount dueDate status} vatLines{id totalVatBase totalVat taxId tax{percentage} "
    "taxTreatment{registerType isIntracomunity} purchaseAccountingAccountId}"
)


def supplier(api: Api, **members: Any) -> str:
    sent = {"socialName": "Lieferant", "addresses": [{"city": "Ulm"}], **members}
    return str(api.write("createSupplier", sent)["id"])


def sent_bill(api: Api, **members: Any) -> dict[str, Any]:
    rate = USUAL[api.market]
    line = {"totalVatBase": 200, "totalVat": 2 * rate, "vatPercentage": rate}
    dates = {"invoiceDate": "2025-11-03", "operationDate": "2025-11-01"}
    total = 200 + 2 * rate
    return {
        "supplierId": supplier(api),
        "invoiceNumber": "B-1",
        "totalLiquid": total,
        "vatLines": [line],
        **dates,
    } | members


def read(api: Api, row_id: str) -> dict[str, Any]:
    page = api.data(f'{{purchaseInvoices(first:2,where:{{id:{{eq:"{row_id}"}}}}){{nodes{{{MEMBERS}}}}}}}')
    (row,) = page["nodes"]
    return dict(row)


def write(api: Api, **members: Any) -> dict[str, Any]:
    return read(api, api.write("createPurchaseInvoice", sent_bill(api, **members))["id"])


def journal(api: Api, kind: str = "PURCHASE_INVOICE") -> str:
    return str(next(row["id"] for row in api.rows("JournalType") if row["type"] == kind))


def posting(api: Api, row: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "purchaseInvoiceId": row["id"],
        "accountingEntryDescription": "Bill",
        "journalTypeId": journal(api),
        **members,
    }


def post(api: Api, row: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The entry of a bill that is posted."""
    reply = api.write("postPurchaseInvoice", posting(api, row, **members), "accountingEntryId accountingEntryNumber")
    entry = api.stored("AccountingEntry", reply["accountingEntryId"])
    assert entry["number"] == reply["accountingEntryNumber"]
    return entry


def test_a_percentage_finds_rate_treatment_and_account(market_api: Api) -> None:
    row = write(market_api)
    assert (row["status"], row["sourceType"], row["openItems"]) == ("Pending", "PUBLIC_API", [])
    assert row["totalLiquid"] == row["pendingAmount"] == 200 + 2 * USUAL[market_api.market]
    (line,) = row["vatLines"]
    assert line["tax"]["percentage"] == USUAL[market_api.market]
    assert line["taxTreatment"] == {"registerType": "RECEIVED", "isIntracomunity": False}
    assert line["purchaseAccountingAccountId"] is not None
    assert row["firstDueDate"].startswith("2025-11-03")
    assert (row["hasCashVat"] is None) == (market_api.market == "ES")
    assert "vatPercentage" not in market_api.stored("PurchaseInvoice", row["id"])["vatLines"][0]


def test_the_first_treatment_need_not_be_one_of_purchases_at_home(api: Api) -> None:
    api.sandbox.switches.bill_treatment = "intracommunity"
    (line,) = write(api)["vatLines"]
    assert line["taxTreatment"]["isIntracomunity"] is True
    domestic = next(row["id"] for row in api.rows("TaxTreatment") if row["taxCode"] == "9")
    totals = {"totalVatBase": 200, "totalVat": 38, "taxId": line["taxId"], "taxTreatmentId": domestic}
    (line,) = write(api, vatLines=[totals])["vatLines"]
    assert line["taxTreatment"]["isIntracomunity"] is False


def test_a_pending_bill_changes_with_what_follows_from_its_members(api: Api) -> None:
    terms = [{"order": 9999, "value": 0, "type": "REMAINING_AMOUNT", "condition": "DAY_OF_PAYMENT", "day": 10}]
    row = write(api, supplierId=supplier(api, paymentTermLines=terms))
    assert row["firstDueDate"].startswith("2025-11-13")
    line = {"id": row["vatLines"][0]["id"], "vatPercentage": 7, "totalVat": 14}
    api.write(
        "updatePurchaseInvoice",
        {"id": row["id"], "vatLines": [line], "totalLiquid": 214, "invoiceDate": "2025-11-05"},
    )
    changed = read(api, row["id"])
    assert (changed["pendingAmount"], changed["firstDueDate"][:10]) == (214, "2025-11-15")
    (now,), (then,) = changed["vatLines"], row["vatLines"]
    assert now["tax"]["percentage"] == 7
    assert now["purchaseAccountingAccountId"] != then["purchaseAccountingAccountId"]


@pytest.mark.parametrize("setting", ["repeatable", "unique"])
def test_a_number_of_a_supplier_is_unique_or_not(api: Api, setting: Any) -> None:
    api.sandbox.switches.bill_numbers = setting
    sent = sent_bill(api)
    api.write("createPurchaseInvoice", sent)
    api.write("createPurchaseInvoice", {**sent, "supplierId": supplier(api)})
    if setting == "unique":
        assert api.refusal("createPurchaseInvoice", sent) == [f"global.{REFUSALS}codeAlreadyExists"]
    else:
        api.write("createPurchaseInvoice", sent)


@pytest.mark.parametrize(
    ("changes", "line", "reason"),
    [
        ({"supplierId": UNKNOWN}, {}, MISSING),
        ({"invoiceNumber": "x" * 51}, {}, [f"global.{REFUSALS}maximumLength"]),
        ({"operationDate": "2025-11-04"}, {}, [f"purchases.{REFUSALS}operationDateAfterInvoiceDate"]),
        ({"totalLiquid": -238}, {}, [f"purchases.{REFUSALS}negativeTotal"]),
        ({}, {"vatPercentage": 18}, MISSING),
        ({}, {"taxTreatmentId": UNKNOWN}, MISSING),
        ({}, {"taxId": "usual"}, [f"purchases.{REFUSALS}taxAndPercentage"]),
    ],
)
def test_refused_bills_leave_nothing(
    api: Api, changes: dict[str, Any], line: dict[str, Any], reason: list[str]
) -> None:
    api.sandbox.switches.negative_bills = "refused"
    usual = next(row["id"] for row in api.rows("Tax") if row["percentage"] == USUAL[api.market])
    sent = sent_bill(api) | changes
    sent["vatLines"][0] |= line | ({"taxId": usual} if line.get("taxId") else {})
    before = len(api.rows("PurchaseInvoice"))
    assert api.refusal("createPurchaseInvoice", sent) == reason
    assert len(api.rows("PurchaseInvoice")) == before


def test_a_deleted_bill_is_gone_and_a_posted_one_stays(api: Api) -> None:
    row = write(api)
    api.write("deletePurchaseInvoice", {"id": row["id"]})
    assert api.data(f'{{purchaseInvoices(where:{{id:{{eq:"{row["id"]}"}}}}){{totalCount}}}}') == {"totalCount": 0}
    posted = write(api)
    post(api, posted)
    assert api.refusal("deletePurchaseInvoice", {"id": posted["id"]}) == STATUS_REFUSED
    assert api.refusal("updatePurchaseInvoice", {"id": posted["id"], "totalLiquid": 1}) == STATUS_REFUSED
    assert api.refusal("postPurchaseInvoice", posting(api, posted), "accountingEntryId") == STATUS_REFUSED


def test_posting_books_the_bill_and_opens_its_instalments(market_api: Api) -> None:
    terms = [
        {"order": 0, "value": 50, "type": "PERCENTAGE", "condition": "DAY_OF_PAYMENT", "day": 0},
        {"order": 9999, "value": 0, "type": "REMAINING_AMOUNT", "condition": "DAY_OF_PAYMENT", "day": 30},
    ]
    row = write(market_api, supplierId=supplier(market_api, paymentTermLines=terms))
    before = trial_balance(market_api)
    entry = post(market_api, row, postingDate="2025-11-20T10:00:00Z")
    assert (entry["date"].isoformat()[:10], entry["documentDate"].isoformat()[:10]) == ("2025-11-20", "2025-11-03")
    assert (entry["documentNumber"], entry["sourceEntityId"]) == ("B-1", row["id"])
    posted = read(market_api, row["id"])
    total = posted["totalLiquid"]
    assert posted["status"] == "Posted"
    assert [item["amount"] for item in posted["openItems"]] == [total / 2, total / 2]
    assert [item["dueDate"][:10] for item in posted["openItems"]] == ["2025-11-03", "2025-12-03"]
    assert sum(item["amount"] for item in open_items(market_api, row["id"])) == total
    moved = [
        (debit - before.get(code, NOTHING)[0], credit - before.get(code, NOTHING)[1])
        for code, (debit, credit) in trial_balance(market_api).items()
    ]
    assert sorted(amounts for amounts in moved if amounts != NOTHING) == [(0, total), (total - 200, 0), (200, 0)]
    acts = requests.get(f"{market_api.sandbox.url}/admin/acts", timeout=10).json()
    assert [(act["kind"], act["document_id"], act["number"]) for act in acts] == [("posting", row["id"], "B-1")]


def open_items(api: Api, bill_id: str) -> list[dict[str, Any]]:
    where = f'where:{{purchaseInvoiceId:{{eq:"{bill_id}"}}}}'
    found: list[dict[str, Any]] = api.data(f"{{purchaseInvoiceOpenItems(first:9,{where}){{nodes{{amount}}}}}}")["nodes"]
    return found


def trial_balance(api: Api) -> dict[str, tuple[Decimal, Decimal]]:
    """Debit and credit of 2025 by the code of the account."""
    exercise = next(row["id"] for row in api.rows("AccountingExercise") if row["startDate"].year == 2025)
    dates = 'startDate:"2025-01-01T00:00:00Z",endDate:"2025-12-31T00:00:00Z"'
    members = "accountCode debitAmount creditAmount"
    rows = api.data(f'{{accountingTrialBalance(input:{{exerciseId:"{exercise}",{dates}}}){{{members}}}}}')
    return {row["accountCode"]: (row["debitAmount"], row["creditAmount"]) for row in rows}


def test_reverse_charge_is_booked_on_both_sides_and_not_owed(api: Api) -> None:
    api.sandbox.switches.bill_treatment = "intracommunity"
    row = write(api, totalLiquid=200)
    entry = post(api, row)
    lines = entry["accountingEntryLines"]
    assert sum(line["debitAmount"] for line in lines) == sum(line["creditAmount"] for line in lines) == 238
    assert read(api, row["id"])["openItems"][0]["amount"] == 200


def test_income_tax_of_a_spanish_supplier_is_withheld(api: Api) -> None:
    spain = Api(api.sandbox, "ES")
    withheld = supplier(spain, personalIncomeTax=True)
    lines = post(spain, write(spain, supplierId=withheld, totalLiquid=212))["accountingEntryLines"]
    spain.session.close()
    assert sorted(line["creditAmount"] for line in lines if line["creditAmount"]) == [30, 212]


@pytest.mark.parametrize(
    ("bill", "sent", "reason"),
    [
        ({}, {"accountingEntryDescription": " "}, REQUIRED),
        ({}, {"journalTypeId": "sales"}, [f"global.{REFUSALS}referenceNotAllowed"]),
        ({}, {"journalTypeId": UNKNOWN}, MISSING),
        ({}, {"purchaseInvoiceId": UNKNOWN}, [f"global.{REFUSALS}recordNotFound"]),
        ({"totalLiquid": 237}, {}, [f"purchases.{REFUSALS}totalsDiffer"]),
        ({"supplierId": None}, {}, REQUIRED),
        ({"invoiceNumber": None}, {}, REQUIRED),
    ],
)
def test_refused_postings_leave_a_draft(
    api: Api, bill: dict[str, Any], sent: dict[str, Any], reason: list[str]
) -> None:
    row, entries = write(api, **bill), len(api.rows("AccountingEntry"))
    wanted = posting(api, row) | sent
    if wanted["journalTypeId"] == "sales":
        wanted["journalTypeId"] = journal(api, "SALES_INVOICE")
    assert api.refusal("postPurchaseInvoice", wanted, "accountingEntryId") == reason
    assert (read(api, row["id"]), len(api.rows("AccountingEntry"))) == (row, entries)


def test_a_bill_on_which_a_decision_is_due_is_not_posted(api: Api) -> None:
    row = write(api)
    api.stored("PurchaseInvoice", row["id"])["status"] = "AwaitingDecision"
    assert api.refusal("postPurchaseInvoice", posting(api, row), "accountingEntryId") == STATUS_REFUSED
