"""No two spellings of a value make two records: in one sync, in two syncs, or after version 0.1."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.values import digits
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command
from unit_tests.destination.one_form import ADDRESS, Target, counts, former_mark, line, warnings

CODE = {DIRECT: "code", MAESN: "itemNumber"}
NUMBER = {DIRECT: "code", MAESN: "number"}
VAT = {DIRECT: "vatNumber", MAESN: "vatId"}
Placed = Callable[[str], Target]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests of this module; each has a company of its own."""
    with Sandbox(rows=1, companies_per_market=1) as running:
        yield running


@pytest.fixture(scope="module")
def placed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Placed:
    """An empty company, written to through a connection."""
    command = Command(tmp_path_factory.mktemp("one_form"))
    return lambda connection: Target(sandbox, command, connection)


@pytest.fixture
def direct(placed: Placed) -> Target:
    """An empty company, written to directly."""
    return placed(DIRECT)


def item(connection: str, code: str, **more: Any) -> bytes:
    """An item whose code is a JSON text."""
    price = {} if connection == DIRECT else {"type": "PRODUCT"}
    rest = json.dumps({"name": "Item", **price, **more})[1:]
    return line("items", f'{{"{CODE[connection]}":{code},{rest}')


def customer(connection: str, member: str, value: str, **more: Any) -> bytes:
    """A customer with one key, which is JSON."""
    content: dict[str, Any] = (
        {"socialName": "Client", "addresses": [ADDRESS]}
        if connection == DIRECT
        else {"companyName": "Client", "contactType": "COMPANY", "addresses": [{"city": "Paris", "countryCode": "FR"}]}
    )
    return line("customers", f'{{"{member}":{value},{json.dumps({**content, **more})[1:]}')


def invoice(**members: str) -> bytes:
    """An invoice; members are JSON."""
    rest = {
        "customer": '{"code": 10200.0}',
        "lines": '[{"product": {"code": 4711.0}, "totalQuantity": 1, "unitPrice": 9}]',
        "documentDate": '"2026-04-01"',
        **members,
    }
    return line("invoices", "{" + ",".join(f'"{name}":{value}' for name, value in rest.items()) + "}")


def with_partners(target: Target, customer_code: str = "10200", product_code: str = "4711") -> dict[str, Any]:
    """Fills in a customer and a product. Returns the input of an invoice to the one, of the other."""
    (customer_id,) = target.fill("customers", {"code": customer_code, "socialName": "Client", "addresses": [ADDRESS]})
    (product_id,) = target.fill("items", {"code": product_code, "name": "Item"})
    return {
        "customerId": customer_id,
        "documentDate": "2026-04-01",
        "lines": [{"productId": product_id, "totalQuantity": 1, "unitPrice": 9}],
    }


# --- numbers ---


@st.composite
def literals(draw: st.DrawFn, *, are_former: bool = False) -> list[str]:
    """JSON of the numbers 4000, 100000, 12300 and 7, each in one of its spellings."""
    spellings = {
        "4000": ["4000", "4000.0", "4e3", "4.0E3"],
        "100000": ["100000", "100000.0", "1e5", "1E+05", "1.0E5"],
        "12300": ["12300", "12300.0", "1.23e4"],
        "7": ["7", "7.0"],
    }
    now = {"4000": ["4000.000"], "100000": ["100000.00"], "12300": ["123.0e2"], "7": ["7.00", "70e-1"]}
    return [
        draw(st.sampled_from(forms if are_former else [*forms, *now[number], f'"{number}"']))
        for number, forms in spellings.items()
    ]


@pytest.mark.parametrize("connection", CONNECTIONS)
@given(first=literals(), again=literals(), second=literals())
@settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_spellings_of_a_code_are_one_item(
    placed: Placed, connection: str, first: list[str], again: list[str], second: list[str]
) -> None:
    target = placed(connection)
    both = [item(connection, code) for code in (*first, *again)]
    assert counts(target.write(both, "items")) == "4 created, 0 updated, 4 unchanged, 0"
    outcome = target.write([item(connection, code) for code in second], "items")
    assert counts(outcome) == "0 created, 0 updated, 4 unchanged, 0"
    assert target.column("Product", "code") == ["100000", "12300", "4000", "7"]


@pytest.mark.parametrize("connection", CONNECTIONS)
@given(former=literals(are_former=True), now=literals())
@settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_codes_that_version_0_1_wrote_are_found(
    placed: Placed, connection: str, former: list[str], now: list[str]
) -> None:
    target = placed(connection)
    sent = [str(Decimal(code)) if set(code) & set(".eE") else code for code in former]
    target.fill("items", *({"code": code, "name": "Item"} for code in sent))
    lines = [item(connection, code) for code in now]
    for dry_run in (True, False, False):
        outcome = target.write(lines, "items", dry_run=dry_run)
        assert counts(outcome) == "0 created, 0 updated, 4 unchanged, 0", (sent, now)
        assert warnings(outcome) == []
    assert target.column("Product", "code") == sorted(sent)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_customer_that_version_0_1_called_by_a_float_stays_one(placed: Placed, connection: str) -> None:
    target = placed(connection)
    target.fill(
        "customers", {"code": "9001.0", "socialName": "Client", "addresses": [{**ADDRESS, "zipCode": "75001.0"}]}
    )
    lines = [customer(connection, NUMBER[connection], number) for number in ("9001", "9001.0", '"9001"')]
    assert counts(target.write(lines, "customers", dry_run=True)).startswith("0 created")
    first = target.write(lines, "customers")
    # The code is fixed; the zip code is corrected where there are updates.
    assert counts(first) == (
        "0 created, 1 updated, 2 unchanged, 0" if connection == DIRECT else "0 created, 0 updated, 3 unchanged, 0"
    )
    assert counts(target.write(lines, "customers")) == "0 created, 0 updated, 3 unchanged, 0"
    assert target.column("Customer", "code") == ["9001.0"]
    zip_codes = [address["zipCode"] for row in target.rows("Customer") for address in row["addresses"]]
    assert zip_codes == ["75001" if connection == DIRECT else "75001.0"]


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_text_that_looks_like_a_float_is_another_code(placed: Placed, connection: str) -> None:
    target = placed(connection)
    target.fill("items", {"code": "9001.0", "name": "Item"})
    lines = [item(connection, "9001"), item(connection, '"9001.0"')]
    for created in (1, 0):
        outcome = target.write(lines, "items")
        assert counts(outcome) == f"{created} created, 0 updated, {2 - created} unchanged, 0"
        assert warnings(outcome) == []
    assert target.column("Product", "code") == ["9001", "9001.0"]


def test_of_two_rows_the_one_in_the_one_form_is_written_to_and_the_other_is_named_once(direct: Target) -> None:
    _, now = direct.fill("items", {"code": "9001.0", "name": "Before"}, {"code": "9001", "name": "Now"})
    outcome = direct.write([item(DIRECT, "9001.0"), item(DIRECT, "9001")], "items")
    assert counts(outcome) == "0 created, 1 updated, 1 unchanged, 0"
    (warning,) = warnings(outcome)
    assert "two spellings" in warning
    assert now in warning
    assert direct.column("Product", "name") == ["Before", "Item"]


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", "1" * 120, "1e-999999999"])
def test_a_number_without_bounds_is_a_rejected_record(placed: Placed, connection: str, number: str) -> None:
    lines = [item(connection, number), item(connection, '"A"', name=1), item(connection, '"B"')]
    outcome = placed(connection).write(lines, "items", max_rejected_percent=100)
    assert counts(outcome) == "2 created, 0 updated, 0 unchanged, 1"
    assert any("is a number of more than 100 digits" in text for text in outcome.logs)


# --- references and documents ---


@pytest.mark.parametrize(("customer_code", "product_code"), [("10200", "4711"), ("10200.0", "4711.0")])
def test_references_are_numbers_in_any_spelling(direct: Target, customer_code: str, product_code: str) -> None:
    with_partners(direct, customer_code, product_code)
    spellings = ["10200", "10200.0", '"10200"', "1.02e4"]
    lines = [
        invoice(
            externalReference=f'"R{index}"',
            customer=f'{{"code": {code}}}',
            lines=f'[{{"product": {{"code": 4711}}, "productCode": {product}, "totalQuantity": 1, "unitPrice": 9}}]',
        )
        for index, (code, product) in enumerate(zip(spellings, ["4711", "4711.0", '"4711"', "47.11e2"], strict=True))
    ]
    for expected in ("4 created, 0 updated, 0 unchanged, 0", "0 created, 0 updated, 4 unchanged, 0"):
        assert counts(direct.write(lines, "invoices", document_key="externalReference")) == expected
    assert len(direct.rows("Customer")) == len(direct.rows("Product")) == 1


def test_references_through_maesn(placed: Placed) -> None:
    target = placed(MAESN)
    with_partners(target, "10200.0", "4711.0")
    lines = [
        line(
            "invoices",
            f'{{"reference": {number}, "invoiceDate": "2026-04-01", "contact": {{"number": 10200}},'
            '"lineItems": [{"item": {"itemNumber": 4711.0}, "quantity": 1, "unitAmount": 9}]}',
        )
        for number in ("501.0", "501", '"501"')
    ]
    assert counts(target.write(lines, "invoices", document_key="reference")) == "1 created, 0 updated, 2 unchanged, 0"
    assert counts(target.write(lines, "invoices", document_key="reference")) == "0 created, 0 updated, 3 unchanged, 0"


@pytest.mark.parametrize("status", ["draft", "closed"])
@pytest.mark.parametrize("former", ["1E+5", "100000.0"])
def test_documents_whose_mark_version_0_1_made_are_found(direct: Target, status: str, former: str) -> None:
    number = digits(Decimal(former))
    direct.fill("invoices", {**with_partners(direct), "remarks": f"Note\n{former_mark(former)}"})
    for spelling, dry_run in ((number, True), (f'"{number}"', False), (f"{number}.0", False)):
        outcome = direct.write(
            [invoice(id=spelling, remarks='"Note"')], "invoices", key="id", invoice_status=status, dry_run=dry_run
        )
        expected = (
            "0 created, 1 updated" if status == "closed" and spelling != f"{number}.0" else "0 created, 0 updated"
        )
        assert counts(outcome).startswith(expected)
    (row,) = direct.rows("SalesInvoice")
    assert former_mark(former) in row["remarks"]
    assert counts(direct.write([invoice(id=number, remarks='"New"')], "invoices", key="id")).endswith(
        "1 updated, 0 unchanged, 0" if status == "draft" else "0 updated, 0 unchanged, 1"
    )


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_documents_whose_number_version_0_1_wrote_are_found(direct: Target, status: str) -> None:
    direct.fill("invoices", {**with_partners(direct), "externalReference": "2012.0", "comments": "88.0"})
    options = {"document_key": "externalReference", "invoice_status": status}
    for spelling in ("2012", "2012.0", '"2012"'):
        lines = [invoice(externalReference=spelling)]
        assert counts(direct.write(lines, "invoices", **options)).startswith("0 created")
    assert direct.column("SalesInvoice", "externalReference") == ["2012.0"]
    # Any other text is corrected while the document can be changed, and is not a difference afterwards.
    lines = [invoice(externalReference="2012", comments="88.0")]
    changed = 1 if status == "draft" else 0
    for updated in (changed, 0):
        expected = f"0 created, {updated} updated, {1 - updated} unchanged, 0"
        assert counts(direct.write(lines, "invoices", **options)) == expected
    assert direct.column("SalesInvoice", "comments") == ["88" if changed else "88.0"]


def test_of_two_documents_the_one_with_the_mark_is_the_record(direct: Target) -> None:
    plain = with_partners(direct)
    marked, _ = direct.fill(
        "invoices",
        {**plain, "externalReference": "2012.0", "remarks": former_mark("5.0")},
        {**plain, "externalReference": "2012"},
    )
    outcome = direct.write(
        [invoice(id="5", externalReference="2012", comments='"New"')],
        *("invoices",),
        key="id",
        document_key="externalReference",
    )
    assert counts(outcome) == "0 created, 1 updated, 0 unchanged, 0"
    (warning,) = warnings(outcome)
    assert f"{marked} and" in warning
    assert {row["id"]: row.get("comments") for row in direct.rows("SalesInvoice")}[marked] == "New"


# --- identification numbers ---


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("is_there", [None, "FR 12.345-678/901", "fr12345678901"])
def test_spellings_of_a_vat_number_are_one_customer(placed: Placed, connection: str, is_there: str | None) -> None:
    target = placed(connection)
    if is_there:
        target.fill("customers", {"socialName": "Client", "vatNumber": is_there, "addresses": [ADDRESS]})
    spellings = ['"FR12345678901"', '"FR 12 345 678 901"', '"fr-12.345.678.901"', '"FR 12/345 678-901 "']
    lines = [customer(connection, VAT[connection], spelling) for spelling in spellings]
    created = 0 if is_there else 1
    outcome = target.write(lines, "customers", dry_run=True)
    assert counts(outcome).startswith(f"{created} created")
    outcome = target.write(lines, "customers")
    assert counts(outcome) == f"{created} created, 0 updated, {4 - created} unchanged, 0"
    assert counts(target.write(lines, "customers")) == "0 created, 0 updated, 4 unchanged, 0"
    # What somebody typed stays; a difference of spelling alone is none.
    assert target.column("Customer", "vatNumber") == [is_there or "FR12345678901"]


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_an_identification_number_from_a_float_column(placed: Placed, connection: str) -> None:
    target = placed(connection)
    lines = [customer(connection, "documentId", number) for number in ("123456789.0", '"123 456 789"', "123456789")]
    assert counts(target.write(lines, "customers")) == "1 created, 0 updated, 2 unchanged, 0"
    assert target.column("Customer", "documentId") == ["123456789"]


def test_of_customers_that_version_0_1_made_of_one_number_the_one_in_the_one_form_is_written_to(direct: Target) -> None:
    former = (
        {"socialName": "Client", "vatNumber": number, "addresses": [ADDRESS]} for number in ("FR 1 2", "FR12", "fr12")
    )
    direct.fill("customers", *former)
    outcome = direct.write([customer(DIRECT, "vatNumber", '"FR1 2"', socialName="New")], "customers")
    assert counts(outcome) == "0 created, 1 updated, 0 unchanged, 0"
    assert sum("two spellings" in text for text in warnings(outcome)) == 2
    assert {row["vatNumber"]: row["socialName"] for row in direct.rows("Customer")}["FR12"] == "New"


def test_the_list_of_numbers_is_read_once_and_only_where_records_are_matched_by_them(
    direct: Target, sandbox: Sandbox
) -> None:
    def lists() -> int:
        return sum("vatNumber: { neq: null }" in request.document for request in sandbox.requests)

    sandbox.requests.clear()
    direct.write([customer(DIRECT, "code", '"C1"', vatNumber="FR 1")], "customers")
    assert lists() == 0
    direct.write([customer(DIRECT, "vatNumber", f'"FR {number}"') for number in (1, 2, 1)], "customers")
    assert lists() == 1
    assert direct.column("Customer", "vatNumber") == ["FR1", "FR2"]


# --- days ---


@pytest.mark.parametrize("status", ["draft", "closed"])
@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-04-01T00:00:00+02:00", "2026-04-01"),
        ("2026-04-01 00:00:00+02", "2026-04-01"),
        ("2026-04-01T23:30:00-05:00", "2026-04-01"),
        ("20260401", "2026-04-01"),
        ("2026-04-01T00:00:00.000z", "2026-04-01"),
        ("2026-03-31T22:00:00Z", "2026-04-01"),
        ("2026-04-01T10:00:00+00:00", "2026-04-01"),
    ],
)
def test_a_day_in_any_notation_settles(direct: Target, status: str, written: str, day: str) -> None:
    with_partners(direct)
    lines = [invoice(externalReference='"D1"', documentDate=f'"{written}"', operationDate=f'"{written}"')]
    options = {"document_key": "externalReference", "invoice_status": status}
    assert counts(direct.write(lines, "invoices", dry_run=True, **options)) == "1 created, 0 updated, 0 unchanged, 0"
    for expected in ("1 created, 0 updated, 0 unchanged, 0", "0 created, 0 updated, 1 unchanged, 0"):
        assert counts(direct.write(lines, "invoices", **options)) == expected
    (row,) = direct.rows("SalesInvoice")
    midnight = datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
    assert (row["documentDate"], row["operationDate"]) == (midnight, midnight)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_days_of_every_object_are_taken_in_the_time_zone(placed: Placed, connection: str) -> None:
    target = placed(connection)
    with_partners(target)
    moment = '"2026-03-31T22:00:00Z"'
    if connection == DIRECT:
        lines = [
            customer(connection, "code", '"C1"', gdprAppliedDate=json.loads(moment)),
            invoice(externalReference='"D1"', documentDate=moment),
        ]
    else:
        lines = [
            line(
                "invoices",
                f'{{"reference": "D1", "invoiceDate": {moment}, "dueDate": {moment}, "contact": {{"number": "10200"}},'
                '"lineItems": [{"item": {"itemNumber": "4711"}, "quantity": 1, "unitAmount": 9}]}',
            )
        ]
    names = ("customers", "invoices") if connection == DIRECT else ("invoices",)
    key = "externalReference" if connection == DIRECT else "reference"
    for time_zone, day in ((None, "2026-04-01"), ("Atlantic/Azores", "2026-03-31")):
        outcome = target.write(
            lines, *names, document_key=key, time_zone=time_zone, mode="append", dry_run=day == "2026-03-31"
        )
        messages = warnings(outcome)
        assert sum(f"in the time zone {time_zone or 'Europe/Paris'}" in text for text in messages) == len(names)
        assert sum("in another month" in text for text in messages) >= (len(names) if time_zone is None else 0)
    (row,) = target.rows("SalesInvoice")
    assert row["documentDate"].date().isoformat() == "2026-04-01"
    if connection == DIRECT:
        assert "2026-04-01" in {
            str(customer_row.get("gdprAppliedDate"))[:10] for customer_row in target.rows("Customer")
        }


def test_days_in_another_month_are_listed_up_to_a_bound(direct: Target) -> None:
    lines = [customer(DIRECT, "code", f'"C{index:03}"', disabledDate="2026-03-31T22:00:00Z") for index in range(103)]
    messages = warnings(direct.write(lines, "customers", dry_run=True))
    assert sum("in another month" in text and "record code C" in text for text in messages) == 100
    assert sum("further days" in text for text in messages) == 1


@pytest.mark.parametrize("written", ["31.03.2026", "2026-02-30", "1/4/2026"])
def test_what_is_not_a_day_is_rejected(direct: Target, written: str) -> None:
    with_partners(direct)
    lines = [invoice(externalReference='"D1"', documentDate=f'"{written}"')]
    outcome = direct.write(lines, "invoices", document_key="externalReference", max_rejected_percent=100)
    assert counts(outcome) == "0 created, 0 updated, 0 unchanged, 1"
    assert any("documentDate" in text and "YYYY-MM-DD" in text for text in outcome.logs)
    assert direct.rows("SalesInvoice") == []
