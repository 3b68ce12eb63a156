"""Numbers, nulls and keys of a row on their way from the wire to the RECORD line."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import as_sent, key_of, rows, shown_by_maesn, usable
from sage_active.direct.query import guard_name
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]
SAMPLES = ("12345678901234567.89", "19.990000", "1E-7", "0.00", "-0.10", "100")
PRICE = {"direct": "salesUnitPrice", "maesn": "unitSalesPrice"}


def test_number_text_is_the_same_byte_for_byte(
    sandbox: Sandbox, connect: Connect, connection: str, market: str
) -> None:
    company = usable(sandbox, market)[0]
    items = list(rows(sandbox, company.id, "items").values())
    prices = dict(zip((row["id"] for row in items), SAMPLES, strict=False))
    assert len(prices) == len(SAMPLES)
    for row_id, text in prices.items():
        rows(sandbox, company.id, "items")[row_id]["salesUnitPrice"] = Decimal(text)
    outcome = connect(sandbox, connection, market).read(["items"], real=market == "de")
    found = {}
    for line in outcome.lines:
        if line.type == "RECORD" and line.message["record"]["data"]["id"] in prices:
            (text,) = re.findall(rb'"%b":([^,}]*)' % PRICE[connection].encode(), line.text)
            found[line.message["record"]["data"]["id"]] = text.decode()
    assert found == prices


def test_the_stores_own_samples_arrive(standing: Sandbox, connect: Connect, connection: str, market: str) -> None:
    lines = connect(standing, connection, market).read().lines
    written = b"\n".join(line.text for line in lines if line.type == "RECORD")
    assert f'"{PRICE[connection]}":12345678901234567.89'.encode() in written
    assert f'"{PRICE[connection]}":19.990000'.encode() in written
    if connection == "direct":
        assert b'"discount":1E-7' in written


def test_every_number_of_every_row_keeps_its_text(standing: Sandbox, connect: Connect, connection: str) -> None:
    """Amounts of lines as well; scale is part of the text, so 10.50 must not become 10.5."""
    outcome = connect(standing, connection).read(["invoices"])
    lines, price = {"direct": ("lines", "unitPrice"), "maesn": ("lineItems", "unitAmount")}[connection]
    compared = 0
    for data in outcome.records("invoices"):
        row = rows(standing, data["company_id"], "invoices")[data[key_of(connection, "invoices")]]
        assert [str(line[price]) for line in data[lines]] == [str(line["unitPrice"]) for line in row["lines"]]
        compared += len(row["lines"])
    assert compared > 50


def test_nulls_are_kept(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    company = usable(sandbox, "de")[0]
    row_id = list(rows(sandbox, company.id, "items"))[2]
    rows(sandbox, company.id, "items")[row_id].update(salesUnitPrice=None, name=None)
    (data,) = [row for row in connect(sandbox, connection).read(["items"]).records("items") if row["id"] == row_id]
    assert data[PRICE[connection]] is None
    assert data["name"] is None


AWKWARD = 'a "quote", a back\\slash, a\ttab, a\nline\r\nend, \u2028\u2029, \x85, <é>, \U0001f600, {}: [], null'
NAMES = {"customers": "socialName", "suppliers": "socialName", "items": "name", "invoices": "comments"}


def test_awkward_texts_stay_on_one_line(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    company = usable(sandbox, "de")[0]
    chosen = {stream: next(iter(rows(sandbox, company.id, stream))) for stream in STREAMS}
    for stream, row_id in chosen.items():
        rows(sandbox, company.id, stream)[row_id][NAMES[stream]] = AWKWARD
    # Each line of stdout is parsed for itself.
    outcome = connect(sandbox, connection).read()
    for stream, row_id in chosen.items():
        key = key_of(connection, stream)
        (data,) = [row for row in outcome.records(stream) if row[key] == row_id]
        if connection == "direct":
            assert data[NAMES[stream]] == AWKWARD
        else:
            row = rows(sandbox, company.id, stream)[row_id]
            reply = as_sent(shown_by_maesn(sandbox, company.id, stream, row))
            carriers = [name for name, value in reply.items() if value == AWKWARD]
            assert carriers or stream == "invoices"
            assert {name: data[name] for name in carriers} == dict.fromkeys(carriers, AWKWARD)


def answering(sandbox: Sandbox, connection: str, row: dict[str, Any]) -> None:
    """Lets every list of customers be this one row."""
    page = {"totalCount": 1, "nodes": [row], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    maesn = {"data": [row], "meta": {"warnings": None, "pagination": {"total": 1, "totalPages": 1}}}
    if connection == "direct":
        data = {"page": page, guard_name(0): {"totalCount": 1}}
        sandbox.faults.add("status", status=200, body=json.dumps({"data": data}), times=-1, operation="customers")
    else:
        sandbox.faults.add("status", status=200, body=json.dumps(maesn), times=-1, path="/accounting/customers")


def test_no_key_appears_twice_even_when_the_api_uses_our_names(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    company = usable(sandbox, "de")[0]
    connector = connect(sandbox, connection, companies=[{"company_id": company.id}])
    answering(sandbox, connection, {"id": "1", "company_id": "theirs", "name": "kept", "updated_at": "theirs"})
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    (line,) = [line for line in outcome.lines if line.type == "RECORD"]
    assert line.message["record"]["data"] == {"id": "1", "name": "kept", "company_id": company.id, "updated_at": None}
    assert line.text.count(b'"company_id"') == line.text.count(b'"updated_at"') == 1


def test_half_a_character_becomes_visible_and_costs_nothing_else(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(sandbox, connection, companies=[{"company_id": usable(sandbox, "de")[0].id}])
    answering(sandbox, connection, {"id": "1", "name": "cut \ud83d", "text": "\\ud83d \U0001f600"})
    outcome = connector.read(["customers"])
    assert (outcome.code, outcome.statuses("customers")[-1]) == (0, "COMPLETE")
    (row,) = outcome.records("customers")
    assert (row["name"], row["text"]) == ("cut \ufffd", "\\ud83d \U0001f600")
    assert any("half a character" in warning for warning in outcome.logs("WARN"))


def test_our_names_are_not_asked_for_even_when_the_api_has_them(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"sdl": True})
    sandbox.drift.added_fields = {"Customer.company_id": "String", "Customer.updated_at": "String"}
    connector = connect(sandbox, "direct")
    connector.check()
    properties = connector.streams()["customers"]["json_schema"]["properties"]
    assert properties["company_id"]["description"].startswith("Id of the company")
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    companies = {company.id for company in usable(sandbox, "de")}
    assert {row["company_id"] for row in outcome.records("customers")} == companies
    documents = [request.document for request in sandbox.requests if request.organization]
    assert documents
    assert not any("company_id" in document or "updated_at" in document for document in documents)
