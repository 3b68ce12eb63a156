"""A server that is not quite the one of the contract: fields gone, added, refused; shapes, costs and schemas."""

from collections.abc import Callable

import pytest

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import rows, usable
from integration_tests.schemas import undescribed, violations
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

Connect = Callable[..., Connector]


def one_company(sandbox: Sandbox, connect: Connect, **options: object) -> Connector:
    """A connector that reads the first company directly."""
    return connect(sandbox, "direct", companies=[{"company_id": usable(sandbox, "de")[0].id}], **options)


@pytest.mark.parametrize(
    ("field", "stream"),
    [
        ("Customer.tradeName", "customers"),
        ("CustomerContact.jobName", "customers"),
        ("ContactPhone.type", "customers"),
        ("SalesInvoiceLine.firstDiscount", "invoices"),
        ("Product.taxes", "items"),
    ],
)
def test_dropped_field_gives_one_warning_and_the_read_goes_on(
    sandbox: Sandbox, connect: Connect, field: str, stream: str
) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    connector.streams()
    sandbox.drift.dropped_fields = {field}
    outcome = connector.read([stream])
    assert outcome.code == 0
    assert outcome.ids(stream, company.id, "id") == sorted(rows(sandbox, company.id, stream))
    (warning,) = outcome.logs("WARN")
    assert field in warning
    owner, name = field.split(".")
    nested = {"ContactPhone": ("contacts", "phones"), "CustomerContact": ("contacts",), "SalesInvoiceLine": ("lines",)}
    carriers = outcome.records(stream)
    for member in nested.get(owner, ()):
        carriers = [child for carrier in carriers for child in carrier[member]]
    assert carriers
    assert not any(name in carrier for carrier in carriers)
    (summary,) = [text for text in outcome.logs("INFO") if "fields left out" in text]
    assert field in summary


def test_several_dropped_fields_each_give_one_warning_for_all_companies(sandbox: Sandbox, connect: Connect) -> None:
    gone = {"Customer.tradeName", "Customer.nafApeCode", "Customer.comments", "CustomerAddress.city"}
    gone |= {"Customer.discount", "Customer.gdprApplied", "Customer.vatNumber", "ContactEmail.usage"}
    connector = connect(sandbox, "direct")
    connector.streams()
    sandbox.drift.dropped_fields = gone
    outcome = connector.read(["customers"])
    for company in usable(sandbox, "de"):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))
    assert len(outcome.logs("WARN")) == len(gone)
    for field in gone:
        assert sum(f" {field} " in text for text in outcome.logs("WARN")) == 1


def test_renamed_field_counts_as_dropped(sandbox: Sandbox, connect: Connect) -> None:
    connector = one_company(sandbox, connect)
    connector.streams()
    sandbox.drift.renamed = {"Customer.tradeName": "tradingName"}
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert len(outcome.logs("WARN")) == 1
    assert not any({"tradeName", "tradingName"} & set(row) for row in outcome.records("customers"))


LEAF_TO_OBJECT = "AccountingAccountCode"


@pytest.mark.parametrize(
    ("field", "kind", "stream"),
    [
        ("Customer.tradeName", LEAF_TO_OBJECT, "customers"),
        # Other types have leaves of these names: only its place in the query tells which one is meant.
        ("ContactPhone.type", LEAF_TO_OBJECT, "customers"),
        ("Customer.code", LEAF_TO_OBJECT, "customers"),
        ("SalesInvoiceLine.totalNet", LEAF_TO_OBJECT, "invoices"),
        ("Customer.addresses", "String", "customers"),
        ("CustomerContact.phones", "[String]", "customers"),
        ("Customer.defaultAccountingAccount", "String", "customers"),
        ("SalesInvoiceLine.product", "UUID", "invoices"),
        ("SalesInvoice.mainAddress", "String", "invoices"),
        ("Product.taxes", "String", "items"),
    ],
)
def test_a_leaf_that_became_an_object_or_the_reverse_is_left_out_with_one_warning(
    sandbox: Sandbox, connect: Connect, field: str, kind: str, stream: str
) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    described = set(connector.streams()[stream]["json_schema"]["properties"])
    sandbox.drift.retyped = {field: kind}
    outcome = connector.read([stream])
    assert outcome.code == 0
    assert outcome.ids(stream, company.id, "id") == sorted(rows(sandbox, company.id, stream))
    (warning,) = outcome.logs("WARN")
    assert f" {field} " in warning
    owner, name = field.split(".")
    if owner in ("Customer", "Product", "SalesInvoice"):
        assert {frozenset(row) for row in outcome.records(stream)} == {frozenset(described - {name})}
    else:
        members = {"ContactPhone": ("contacts", "phones"), "CustomerContact": ("contacts",)}.get(owner, ("lines",))
        carriers = outcome.records(stream)
        for member in members:
            carriers = [child for carrier in carriers for child in carrier[member]]
        assert carriers
        assert all(name not in carrier and "id" in carrier for carrier in carriers)


def test_a_scalar_of_another_type_arrives_as_the_server_writes_it(sandbox: Sandbox, connect: Connect) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    connector.streams()
    sandbox.drift.retyped = {
        "Customer.disabled": "String",
        "CustomerPaymentTermLine.order": "String",
        "Customer.comments": "[String]",
    }
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert outcome.logs("WARN") == []
    held = rows(sandbox, company.id, "customers")
    assert outcome.ids("customers", company.id, "id") == sorted(held)
    orders = 0
    for data in outcome.records("customers"):
        row = held[data["id"]]
        assert data["disabled"] == str(row["disabled"])
        assert data["comments"] == [text for text in [row["comments"]] if text is not None]
        assert [line["order"] for line in data["paymentTermLines"]] == [
            str(line["order"]) for line in row["paymentTermLines"]
        ]
        orders += len(row["paymentTermLines"])
    assert orders


def test_a_key_that_became_an_object_fails_the_stream_by_name(sandbox: Sandbox, connect: Connect) -> None:
    connector = one_company(sandbox, connect)
    connector.streams()
    sandbox.drift.retyped = {"Customer.id": LEAF_TO_OBJECT}
    outcome = connector.read(["customers", "items"])
    assert outcome.code == 1
    assert outcome.records("customers") == []
    assert {stream: outcome.statuses(stream)[-1] for stream in ("customers", "items")} == {
        "customers": "INCOMPLETE",
        "items": "COMPLETE",
    }
    assert any("customers" in error["message"] for error in outcome.errors)


@pytest.mark.parametrize("date", ["creationDate", "modificationDate"])
def test_a_date_that_became_an_object_is_read_without(sandbox: Sandbox, connect: Connect, date: str) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    states = connector.read(["customers"]).last_states
    sandbox.drift.retyped = {f"Customer.{date}": LEAF_TO_OBJECT}
    outcome = connector.read(["customers"], state=states)
    assert outcome.code == 0
    assert set(outcome.ids("customers", company.id, "id")) == set(rows(sandbox, company.id, "customers"))
    warnings = outcome.logs("WARN")
    assert sum(f" Customer.{date} " in warning for warning in warnings) == 1
    assert any("customers" in warning and "without these dates" in warning for warning in warnings)


@pytest.mark.parametrize(
    "retyped",
    [
        {"CustomerFilterInput.modificationDate": "StringOperationFilterInput"},
        {"CustomerFilterInput.modificationDate": "DecimalOperationFilterInput"},
        {"CustomerFilterInput.addresses": "StringOperationFilterInput"},
        {"CustomerSortInput.creationDate": "AccountingAccountCodeSortInput"},
    ],
    ids=str,
)
def test_filters_and_orders_of_another_type_fall_back_with_a_warning(
    sandbox: Sandbox, connect: Connect, retyped: dict[str, str]
) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    states = connector.read(["customers"]).last_states
    sandbox.drift.retyped = retyped
    outcome = connector.read(["customers"], state=states)
    assert outcome.code == 0
    assert set(outcome.ids("customers", company.id, "id")) == set(rows(sandbox, company.id, "customers"))
    assert any("customers" in warning and "refuses the filter" in warning for warning in outcome.logs("WARN"))


def test_field_that_the_user_may_not_see_is_left_out(sandbox: Sandbox, connect: Connect) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    sandbox.drift.refused = {"Customer.comments": "AUTH_NOT_AUTHORIZED"}
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))
    assert not any("comments" in row for row in outcome.records("customers"))
    (warning,) = outcome.logs("WARN")
    assert "Customer.comments" in warning


def test_key_that_is_gone_fails_the_stream_by_name(sandbox: Sandbox, connect: Connect) -> None:
    connector = one_company(sandbox, connect)
    connector.streams()
    sandbox.drift.dropped_fields = {"Customer.id"}
    outcome = connector.read(["customers", "items"])
    assert outcome.code == 1
    assert outcome.statuses("customers")[-1] == "INCOMPLETE"
    assert outcome.statuses("items")[-1] == "COMPLETE"
    assert outcome.records("customers") == []


@pytest.mark.parametrize(
    "gone",
    [
        {"CustomerFilterInput.addresses"},
        {"CustomerFilterInput.modificationDate"},
        {"CustomerFilterInput.creationDate"},
        {"CustomerSortInput.creationDate"},
    ],
)
def test_refused_filters_and_orders_fall_back_with_a_warning(
    sandbox: Sandbox, connect: Connect, gone: set[str]
) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    states = connector.read(["customers"]).last_states
    touched = next(iter(rows(sandbox, company.id, "customers")))
    sandbox.store.touch(company.id, "Customer", touched)
    sandbox.drift.dropped_fields = gone
    outcome = connector.read(["customers"], state=states)
    assert outcome.code == 0
    found = set(outcome.ids("customers", company.id, "id"))
    assert touched in found
    # What cannot be filtered is read whole.
    assert found == set(rows(sandbox, company.id, "customers"))
    assert any("customers" in warning and "refuses the filter" in warning for warning in outcome.logs("WARN"))


@pytest.mark.parametrize("shape", ["object", "flat"])
def test_both_shapes_of_an_account_code(sandbox: Sandbox, connect: Connect, shape: str) -> None:
    sandbox.change_switches({"account_code": shape})
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    outcome = connector.read()
    assert outcome.code == 0
    assert outcome.logs("WARN") == []
    accounts = sandbox.store.table(company.id, "AccountingAccount")
    compared = 0
    for data in outcome.records("customers"):
        account = data["defaultAccountingAccount"]
        text = accounts[account["id"]]["code"]
        assert account["code"] == ({"value": text} if shape == "object" else text)
        compared += 1
    assert compared == len(rows(sandbox, company.id, "customers"))
    for stream in STREAMS:
        schema = connector.streams()[stream]["json_schema"]
        for data in outcome.records(stream):
            assert violations(schema, data) == []


@pytest.mark.parametrize("shape", ["fieldCost", "complexity"])
def test_cost_refusal_shrinks_pages(sandbox: Sandbox, connect: Connect, shape: str) -> None:
    sandbox.change_switches({"max_field_cost": 1500, "cost_error_shape": shape})
    company = usable(sandbox, "de")[0]
    outcome = one_company(sandbox, connect).read()
    assert outcome.code == 0
    for stream in STREAMS:
        assert outcome.ids(stream, company.id, "id") == sorted(rows(sandbox, company.id, stream))
    assert any("too expensive" in text for text in outcome.logs("INFO"))
    refused = [request for request in sandbox.requests if request.organization and request.status == 400]
    # Two refusals at most for each stream: the ratio that the server states leads there at once.
    assert 0 < len(refused) <= 2 * len(STREAMS)


def test_counts_that_are_too_expensive_together_are_asked_for_one_by_one(connect: Connect) -> None:
    refusal = {"message": "Too expensive.", "extensions": {"fieldCost": 9, "maxFieldCost": 8, "code": "HC0047"}}
    with Sandbox(rows=700, companies_per_market=1, switches=Switches(max_field_cost=3000)) as sandbox:
        (company,) = usable(sandbox, "de")
        fault = sandbox.faults.add("status", contains="c1:", status=400, body={"errors": [refusal]}, times=-1)
        outcome = connect(sandbox, "direct").read(["customers"])
        assert fault.seen
        assert outcome.code == 0
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))


def test_cost_that_no_page_meets_fails_by_name(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"max_field_cost": 20})
    outcome = one_company(sandbox, connect).read(["customers"])
    assert outcome.code == 1
    assert any("too expensive" in error["message"] and "customers" in error["message"] for error in outcome.errors)


@pytest.mark.parametrize("cursors", ["index", "keyset"])
def test_both_kinds_of_cursors(connect: Connect, cursors: str) -> None:
    switches = Switches(max_field_cost=3000)
    switches.set("cursors", cursors)
    with Sandbox(rows=100, companies_per_market=1, switches=switches) as sandbox:
        (company,) = usable(sandbox, "de")
        outcome = connect(sandbox, "direct").read(["customers", "invoices"])
        for stream in ("customers", "invoices"):
            assert outcome.ids(stream, company.id, "id") == sorted(rows(sandbox, company.id, stream))


@pytest.mark.parametrize("switch", ["sdl", "introspection"])
def test_discover_adds_what_the_servers_schema_reveals(sandbox: Sandbox, connect: Connect, switch: str) -> None:
    sandbox.change_switches({switch: True})
    sandbox.drift.added_fields = {"Customer.mood": "String", "SalesInvoiceLine.weight": "Decimal"}
    sandbox.drift.added_values = {"Customer.mood": "sunny"}
    connector = one_company(sandbox, connect)
    connector.check()
    schemas = {name: stream["json_schema"] for name, stream in connector.streams().items()}
    assert "mood" in schemas["customers"]["properties"]
    assert "weight" in schemas["invoices"]["properties"]["lines"]["items"]["properties"]
    outcome = connector.read(["customers", "invoices"])
    assert outcome.code == 0
    assert {row["mood"] for row in outcome.records("customers")} == {"sunny"}
    assert all("weight" in line for row in outcome.records("invoices") for line in row["lines"])
    for stream in ("customers", "invoices"):
        for data in outcome.records(stream):
            assert violations(schemas[stream], data) == []
            assert list(undescribed(schemas[stream], data)) == []


def test_added_field_that_went_again_is_left_out(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"sdl": True})
    sandbox.drift.added_fields = {"Customer.mood": "String"}
    connector = one_company(sandbox, connect)
    connector.check()
    connector.streams()
    sandbox.drift.added_fields = {}
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert len(outcome.records("customers")) == len(rows(sandbox, usable(sandbox, "de")[0].id, "customers"))
    (warning,) = outcome.logs("WARN")
    assert "Customer.mood" in warning


NEEDS_ARGUMENT = {"Customer.balance": "(currency: String!): Decimal"}


@pytest.mark.parametrize("switch", ["sdl", "introspection"])
def test_fields_that_need_an_argument_are_not_offered(sandbox: Sandbox, connect: Connect, switch: str) -> None:
    sandbox.change_switches({switch: True})
    optional = {"Customer.mood": "(language: String): String"}
    sandbox.drift.added_fields = NEEDS_ARGUMENT | optional
    connector = one_company(sandbox, connect)
    connector.check()
    offered = connector.streams()["customers"]["json_schema"]["properties"]
    assert "balance" not in offered
    assert "mood" in offered
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert outcome.logs("WARN") == []
    assert outcome.ids("customers", usable(sandbox, "de")[0].id, "id")


@pytest.mark.parametrize("member", ["Customer.tradeName", "CustomerContact.jobName", "Customer.addresses"])
def test_a_field_that_came_to_need_an_argument_is_left_out(sandbox: Sandbox, connect: Connect, member: str) -> None:
    connector = one_company(sandbox, connect)
    connector.streams()
    kind = "[CustomerAddress]" if member == "Customer.addresses" else "String"
    sandbox.drift.added_fields = {member: f"(language: String!): {kind}"}
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    company_id = usable(sandbox, "de")[0].id
    assert outcome.ids("customers", company_id, "id") == sorted(rows(sandbox, company_id, "customers"))
    (warning,) = outcome.logs("WARN")
    assert f" {member} " in warning


LABELS = {"Organization.socialName", "Organization.legislationCode"}


@pytest.mark.parametrize(
    "gone", [*({label} for label in sorted(LABELS)), LABELS], ids=lambda gone: "+".join(sorted(gone))
)
def test_labels_of_companies_that_are_gone_stop_nothing(sandbox: Sandbox, connect: Connect, gone: set[str]) -> None:
    company = usable(sandbox, "de")[0]
    connector = one_company(sandbox, connect)
    connector.streams()
    sandbox.drift.dropped_fields = gone
    assert connector.check().status[0] == "SUCCEEDED"
    outcome = connector.read(["customers", "companies"])
    assert outcome.code == 0
    assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))
    (row,) = [data for data in outcome.records("companies") if data["id"] == company.id]
    assert row["name"] == (company.id if "Organization.socialName" in gone else company.name)
    assert row["market"] == "DE"
    assert len(outcome.logs("WARN")) == len(gone)
    assert all(any(f" {label} " in text for text in outcome.logs("WARN")) for label in gone)


def test_a_label_that_the_user_may_not_see_stops_nothing(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.drift.refused = {"Organization.socialName": "AUTH_NOT_AUTHORIZED"}
    outcome = one_company(sandbox, connect).read(["customers"])
    assert outcome.code == 0
    assert outcome.records("customers")
    assert len(outcome.logs("WARN")) == 1


def test_what_companies_cannot_be_told_apart_without_fails_by_name(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.drift.dropped_fields = {"Organization.status", "Organization.socialName"}
    status, message = one_company(sandbox, connect).check().status
    assert status == "FAILED"
    assert "`companies` cannot be read without" in message


def test_deselected_fields_are_not_asked_for(sandbox: Sandbox, connect: Connect) -> None:
    connector = one_company(sandbox, connect)
    properties = connector.streams()["customers"]["json_schema"]["properties"]
    kept = {name: properties[name] for name in ("id", "code", "company_id", "updated_at", "addresses")}
    connector.streams()["customers"]["json_schema"]["properties"] = kept
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    for row in outcome.records("customers"):
        assert set(row) == {*kept, "creationDate", "modificationDate"}
    assert not any("socialName" in request.document for request in sandbox.requests if request.organization)


def test_unknown_enum_members_do_not_break_a_read(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    company = usable(sandbox, "de")[0]
    row_id = next(iter(rows(sandbox, company.id, "invoices")))
    rows(sandbox, company.id, "invoices")[row_id] |= {"status": "BrandNew", "documentLanguage": "KLINGON"}
    outcome = connect(sandbox, connection).read(["invoices"])
    assert outcome.code == 0
    key = {"direct": "id", "maesn": "invoiceId"}[connection]
    (record,) = [data for data in outcome.records("invoices") if data[key] == row_id]
    if connection == "direct":
        assert (record["status"], record["documentLanguage"]) == ("BrandNew", "KLINGON")
