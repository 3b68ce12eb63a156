"""Numbers, nulls and keys of a row on their way from the wire to the RECORD line."""

import re
from collections.abc import Callable
from decimal import Decimal

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import key_of, rows, usable
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


def test_awkward_texts_stay_on_one_line(standing: Sandbox, connect: Connect, connection: str) -> None:
    outcome = connect(standing, connection).read()
    for stream in STREAMS:
        for data in outcome.records(stream):
            row = rows(standing, data["company_id"], stream)[data[key_of(connection, stream)]]
            for name in ("comments", "remarks", "socialName", "lineDescription"):
                if name in data:
                    assert data[name] == row[name]


def test_no_key_appears_twice_even_when_the_api_uses_our_names(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.drift.added_fields = {"Customer.company_id": "String", "Customer.updated_at": "String"}
    company = usable(sandbox, "de")[0]
    connector = connect(sandbox, "direct", companies=[{"company_id": company.id}])
    # Every line is parsed with a check for repeated keys.
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert {row["company_id"] for row in outcome.records("customers")} == {company.id}
    assert "added" not in {row["updated_at"] for row in outcome.records("customers")}
