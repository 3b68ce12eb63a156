"""Quotes, orders and delivery notes: numbers, statuses, what becomes of their lines, and the links between them."""

from collections.abc import Iterator
from typing import Any

import pytest

from unit_tests.sandbox.conftest import Api

UNKNOWN = "00000000-0000-0000-0000-000000000001"
REFUSALS = "businessErrors.undocumented_"
STATUS_REFUSED = [f"sales.{REFUSALS}statusNotAllowed"]
USED_UP = [f"sales.{REFUSALS}originLineAlreadyUsed"]
IN_USE = [f"global.{REFUSALS}recordInUse"]
WRONG = [f"global.{REFUSALS}referenceNotAllowed"]
MISSING = [f"global.{REFUSALS}referenceNotFound"]
KINDS = {"SalesQuote": "QUOTE", "SalesOrder": "ORDER", "SalesDeliveryNote": "DELIVERY_NOTE"}
COUNTED = ("SalesQuote", "SalesOrder")
LINES = [{"productName": "x", "totalQuantity": 4, "unitPrice": 25}]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def root(kind: str) -> str:
    return f"{kind[0].lower()}{kind[1:]}s"


def write(api: Api, kind: str, lines: Any = LINES, **members: Any) -> dict[str, Any]:
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": lines, **members}
    return read(api, kind, api.write(f"create{kind}", sent)["id"])


def read(api: Api, kind: str, row_id: str) -> dict[str, Any]:
    """The document as the list shows it."""
    counted = " pendingQuantity status" if kind in COUNTED else ""
    members = f"id operationalNumber status totalNet totalLiquid sourceType socialName lines{{id order{counted}}}"
    page = api.data(f'{{{root(kind)}(first:2,where:{{id:{{eq:"{row_id}"}}}}){{nodes{{{members}}}}}}}')
    (row,) = page["nodes"]
    return dict(row)


def step(api: Api, kind: str, row: dict[str, Any], name: str, **members: Any) -> dict[str, Any]:
    api.write(f"update{kind}", {"id": row["id"], "updateDocumentStatus": name, **members})
    return read(api, kind, row["id"])


def from_line(kind: str, row: dict[str, Any], quantity: float, position: int = 0) -> dict[str, Any]:
    origin = {"originType": KINDS[kind], "originId": row["id"], "originLineId": row["lines"][position]["id"]}
    return {"productName": "x", "totalQuantity": quantity, "unitPrice": 25, **origin}


def links(api: Api, document_id: str) -> list[dict[str, Any]]:
    members = "documentType originId originDocumentType operationalNumber status totalLiquid"
    where = f'where:{{documentId:{{eq:"{document_id}"}}}}'
    found: list[dict[str, Any]] = api.data(f"{{relatedSalesDocuments(first:9,{where}){{nodes{{{members}}}}}}}")["nodes"]
    return found


def test_documents_have_numbers_at_once_and_run_through_their_series(market_api: Api, kind: str) -> None:
    first, second = (write(market_api, kind, documentDate="2026-05-04") for _ in range(2))
    assert int(second["operationalNumber"][-5:]) == int(first["operationalNumber"][-5:]) + 1
    assert "2026-" in first["operationalNumber"]
    assert (first["status"], first["sourceType"], first["totalNet"]) == ("Pending", "PUBLIC_API", 100)
    assert first["socialName"] == market_api.rows("Customer")[0]["socialName"][:50]
    if kind in COUNTED:
        assert [(line["pendingQuantity"], line["status"]) for line in first["lines"]] == [(4, "Pending")]
    stored = market_api.stored(kind, first["id"])
    assert not {"salesInvoiceId", "availableForCreditNoteQuantity"} & stored["lines"][0].keys()
    assert not {"openItems", "type", "paymentTermLines"} & stored.keys()


@pytest.mark.parametrize("setting", ["unique", "repeatable"])
def test_a_stated_number_is_unique_or_not(api: Api, kind: str, setting: Any) -> None:
    api.sandbox.switches.document_numbers = setting
    number = f"OWN-{setting}"
    assert write(api, kind, operationalNumber=number)["operationalNumber"] == number
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": LINES, "operationalNumber": number}
    if setting == "unique":
        assert api.refusal(f"create{kind}", sent) == [f"global.{REFUSALS}codeAlreadyExists"]
    else:
        assert read(api, kind, api.write(f"create{kind}", sent)["id"])["operationalNumber"] == number


def test_a_pending_document_changes_and_a_closed_one_does_not(api: Api, kind: str) -> None:
    row = write(api, kind)
    line = {"id": row["lines"][0]["id"], "totalQuantity": 6}
    api.write(f"update{kind}", {"id": row["id"], "remarks": "mark", "lines": [line], "operationalNumber": None})
    changed = read(api, kind, row["id"])
    assert (changed["totalNet"], changed["operationalNumber"]) == (150, row["operationalNumber"])
    assert api.stored(kind, row["id"])["remarks"] == "mark"
    if kind in COUNTED:
        assert changed["lines"][0]["pendingQuantity"] == 6
    assert step(api, kind, row, "CLOSE")["status"] == "Closed"
    assert api.refusal(f"update{kind}", {"id": row["id"], "remarks": "late"}) == STATUS_REFUSED
    assert api.refusal(f"update{kind}", {"id": row["id"], "updateDocumentStatus": "CLOSE"}) == STATUS_REFUSED
    assert api.refusal(f"delete{kind}", {"id": row["id"]}) == STATUS_REFUSED


def test_a_deleted_document_is_gone(api: Api, kind: str) -> None:
    row = write(api, kind)
    assert api.write(f"delete{kind}", {"id": row["id"]}) == {"id": row["id"]}
    assert row["id"] not in {found["id"] for found in api.rows(kind)}
    assert api.refusal(f"delete{kind}", {"id": row["id"]}) == [f"global.{REFUSALS}recordNotFound"]


@pytest.mark.parametrize(
    ("spelling", "decline", "undo"), [("actions", "DECLINE", "CANCEL_DECLINE"), ("statuses", "DECLINED", "PENDING")]
)
def test_quotes_are_declined_with_a_reason_and_opened_again(api: Api, spelling: Any, decline: str, undo: str) -> None:
    api.sandbox.switches.quote_steps = spelling
    row = write(api, "SalesQuote")
    declined = step(api, "SalesQuote", row, decline, declinedReason="Too late")
    assert (declined["status"], declined["lines"][0]["status"]) == ("Declined", "Declined")
    assert api.stored("SalesQuote", row["id"])["declinedReason"] == "Too late"
    assert api.refusal("updateSalesQuote", {"id": row["id"], "remarks": "x"}) == STATUS_REFUSED
    line = from_line("SalesQuote", declined, 1)
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [line]}
    assert api.refusal("createSalesOrder", sent) == STATUS_REFUSED
    opened = step(api, "SalesQuote", row, undo)
    assert (opened["status"], opened["lines"]) == ("Pending", row["lines"])
    other = {"DECLINE": "DECLINED", "DECLINED": "DECLINE"}[decline]
    assert api.refusal("updateSalesQuote", {"id": row["id"], "updateDocumentStatus": other}) == WRONG


def test_quotes_go_to_somebody_who_is_no_customer(market_api: Api) -> None:
    sent = {"lines": LINES, "socialName": "Lead", "contactName": "Ann"}
    row = market_api.write("createSalesQuote", sent, "customerId socialName contactName totalNet")
    assert row == {"customerId": None, "socialName": "Lead", "contactName": "Ann", "totalNet": 100}
    if market_api.market == "FR":
        assert market_api.refusal("createSalesQuote", {"lines": LINES}) == [f"global.{REFUSALS}mandatoryField"]
    else:
        assert market_api.write("createSalesQuote", {"lines": LINES}, "socialName") == {"socialName": None}


@pytest.mark.parametrize("origin", COUNTED)
@pytest.mark.parametrize("target", ["SalesDeliveryNote", "SalesInvoice"])
def test_lines_are_taken_over_until_nothing_is_pending(api: Api, origin: str, target: str) -> None:
    row = write(api, origin)
    write_target = f"create{target}"
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [from_line(origin, row, 1)]}
    first = api.write(write_target, sent)["id"]
    part = read(api, origin, row["id"])
    assert (part["status"], part["lines"][0]["pendingQuantity"], part["lines"][0]["status"]) == (
        "Pending",
        3,
        "Partial",
    )
    kinds = (KINDS.get(target, "INVOICE"), KINDS[origin], row["id"])
    (link,) = links(api, first)
    assert (link["documentType"], link["originDocumentType"], link["originId"]) == kinds
    assert api.refusal(f"delete{origin}", {"id": row["id"]}) == IN_USE
    api.write(write_target, {**sent, "lines": [from_line(origin, row, 5)]})
    whole = read(api, origin, row["id"])
    assert (whole["status"], whole["lines"][0]["pendingQuantity"]) == ("Closed", 0)
    assert whole["lines"][0]["status"] == "Completed"
    assert api.refusal(write_target, sent) == STATUS_REFUSED


def test_a_line_of_an_order_names_the_line_of_its_quote(api: Api) -> None:
    row = write(api, "SalesQuote", [*LINES, *LINES])
    order = write(api, "SalesOrder", [from_line("SalesQuote", row, 4, position=1)])
    stored = api.stored("SalesOrder", order["id"])["lines"][0]
    assert stored["salesQuoteLineId"] == row["lines"][1]["id"]
    assert not {"originType", "originId", "originLineId"} & stored.keys()
    half = read(api, "SalesQuote", row["id"])
    assert [line["status"] for line in half["lines"]] == ["Pending", "Completed"]
    again = {"customerId": api.rows("Customer")[0]["id"], "lines": [from_line("SalesQuote", row, 1, position=1)]}
    assert api.refusal("createSalesOrder", again) == USED_UP


def test_a_line_of_a_delivery_note_is_used_once_and_never_opens_again(api: Api) -> None:
    api.sandbox.switches.origin_lines = "pending"
    note = write(api, "SalesDeliveryNote", [*LINES, *LINES])
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [from_line("SalesDeliveryNote", note, 1)]}
    twice = {**sent, "lines": [*sent["lines"], *sent["lines"]]}
    assert api.refusal("createSalesInvoice", twice) == USED_UP
    invoice = api.write("createSalesInvoice", sent, "id lines{id}")
    same = {"id": invoice["lines"][0]["id"], **sent["lines"][0], "unitPrice": 30}
    api.write("updateSalesInvoice", {"id": invoice["id"], "lines": [same]})
    replaced = {"id": invoice["id"], "lines": sent["lines"], "replaceAll": ["LINES"]}
    assert api.refusal("updateSalesInvoice", replaced) == USED_UP
    api.write("deleteSalesInvoice", {"id": invoice["id"]})
    assert links(api, invoice["id"]) == []
    assert api.refusal("createSalesInvoice", sent) == USED_UP
    api.write("createSalesInvoice", {**sent, "lines": [from_line("SalesDeliveryNote", note, 4, position=1)]})
    assert read(api, "SalesDeliveryNote", note["id"])["status"] == "Closed"


@pytest.mark.parametrize(("setting", "left"), [("used", 0), ("pending", 4)])
def test_deleting_the_later_document_counts_back_or_not(api: Api, setting: Any, left: int) -> None:
    api.sandbox.switches.origin_lines = setting
    order = write(api, "SalesOrder")
    note = write(api, "SalesDeliveryNote", [from_line("SalesOrder", order, 4)])
    api.write("deleteSalesDeliveryNote", {"id": note["id"]})
    after = read(api, "SalesOrder", order["id"])
    assert (after["status"], after["lines"][0]["pendingQuantity"]) == ("Pending" if left else "Closed", left)


@pytest.mark.parametrize(
    ("target", "origin", "changes", "reason"),
    [
        ("SalesQuote", "SalesQuote", {}, WRONG),
        ("SalesOrder", "SalesDeliveryNote", {}, WRONG),
        ("SalesDeliveryNote", "SalesDeliveryNote", {}, WRONG),
        ("SalesInvoice", "SalesOrder", {"originId": UNKNOWN}, MISSING),
        ("SalesInvoice", "SalesOrder", {"originLineId": UNKNOWN}, MISSING),
        ("SalesInvoice", "SalesOrder", {"originLineId": None}, MISSING),
        ("SalesOrder", "SalesQuote", {"originType": None}, MISSING),
        ("SalesInvoice", "SalesOrder", {"originType": None}, MISSING),
    ],
)
def test_origins_that_do_not_fit_are_refused_and_use_nothing(
    api: Api, target: str, origin: str, changes: dict[str, Any], reason: list[str]
) -> None:
    row = write(api, origin)
    line = {**from_line(origin, row, 1), **changes}
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [line]}
    assert api.refusal(f"create{target}", sent) == reason
    assert read(api, origin, row["id"]) == row


def test_links_follow_the_number_and_status_of_their_document(api: Api) -> None:
    order = write(api, "SalesOrder")
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [from_line("SalesOrder", order, 4)]}
    draft = api.write("createSalesInvoice", sent)["id"]
    assert [(link["operationalNumber"], link["status"]) for link in links(api, draft)] == [(None, "Pending")]
    number = api.write("closeSalesInvoice", {"salesInvoiceId": draft}, "operationalNumber")["operationalNumber"]
    assert [(link["operationalNumber"], link["status"]) for link in links(api, draft)] == [(number, "Closed")]
    note = api.write("generateCreditNote", {"id": draft})["id"]
    kinds = [(link["documentType"], link["originDocumentType"], link["originId"]) for link in links(api, note)]
    assert kinds == [("CREDIT_NOTE", "INVOICE", draft)]
    api.write("updateSalesInvoice", {"id": note, "remarks": "mark"})
    assert api.stored("SalesInvoice", note)["type"] == "CREDIT_NOTE"


def test_a_deduction_is_linked_to_its_advance_invoice(api: Api) -> None:
    concept = api.write("createProduct", {"code": "LINKED", "name": "x", "category": "CONCEPT"})["id"]
    line = {"productId": concept, "totalQuantity": 1, "unitPrice": 100}
    sent = {"customerId": api.rows("Customer")[0]["id"], "lines": [line]}
    advance = api.write("createSalesInvoice", {**sent, "operationalNumber": "ADVANCE-L"})["id"]
    deduction = {**line, "totalQuantity": -1, "originId": advance}
    final = api.write("createSalesInvoice", {**sent, "lines": [*LINES, deduction]})["id"]
    kinds = [(link["documentType"], link["originDocumentType"], link["originId"]) for link in links(api, final)]
    assert kinds == [("INVOICE", "ADVANCE_INVOICE", advance)]
    wrong = {**sent, "lines": [*LINES, {**deduction, "originId": final}]}
    assert api.refusal("createSalesInvoice", wrong) == WRONG


def test_documents_are_linked_afterwards_once(api: Api) -> None:
    order, note = write(api, "SalesOrder"), write(api, "SalesDeliveryNote")
    sent = {"documentId": note["id"], "originId": order["id"]}
    linked = api.write("linkRelatedSalesDocument", sent, "documentId documentType originId originDocumentType")
    assert linked == {**sent, "documentType": "DELIVERY_NOTE", "originDocumentType": "ORDER"}
    api.write("linkRelatedSalesDocument", sent, "documentId")
    assert [link["originId"] for link in links(api, note["id"])] == [order["id"]]
    backwards = {"documentId": order["id"], "originId": note["id"]}
    assert api.refusal("linkRelatedSalesDocument", backwards, "documentId") == WRONG
    unknown = {**sent, "originId": UNKNOWN}
    assert api.refusal("linkRelatedSalesDocument", unknown, "documentId") == [f"global.{REFUSALS}recordNotFound"]


def test_a_transaction_undoes_what_was_used(api: Api) -> None:
    api.sandbox.switches.mutation_transaction = True
    order = write(api, "SalesOrder")
    customer, line = api.rows("Customer")[0]["id"], from_line("SalesOrder", order, 4)
    document = (
        "mutation($note:SalesDeliveryNoteCreateGLDtoInput!)"
        '{a:createSalesDeliveryNote(input:$note){id} b:createProduct(input:{code:"a b",name:"x"}){id}}'
    )
    answer = api.answer(document, {"note": {"customerId": customer, "lines": [line]}})
    assert answer["data"] is None
    assert read(api, "SalesOrder", order["id"]) == order
    assert not [row for row in api.rows("RelatedSalesDocument") if row["originId"] == order["id"]]
