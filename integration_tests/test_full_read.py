"""check, discover and a full read, for each connection and each market."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Connector, Outcome
from integration_tests.expected import (
    CREDIT_NOTE,
    TYPES,
    as_sent,
    differences,
    key_of,
    listed,
    missing_leaves,
    rows,
    shown_by_maesn,
    usable,
)
from integration_tests.schemas import undescribed, violations
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

CHILDREN: dict[str, dict[str, tuple[str, ...]]] = {
    "direct": {
        "customers": ("addresses", "contacts", "paymentTermLines"),
        "suppliers": ("addresses", "contacts", "paymentTermLines"),
        "invoices": ("lines", "openItems", "paymentTermLines"),
    },
    "maesn": {
        "customers": ("addresses", "contactPersons", "emailAddresses", "phoneNumbers"),
        "suppliers": ("addresses", "contactPersons", "emailAddresses", "phoneNumbers"),
        "invoices": ("addresses", "lineItems"),
    },
}
OF_A_CONTACT: dict[str, tuple[str, tuple[str, ...]]] = {
    "direct": ("contacts", ("emails", "phones", "socialMedias")),
    "maesn": ("contactPersons", ("emailAddresses", "phoneNumbers")),
}

Read = tuple[Connector, Outcome]


@pytest.fixture(scope="module")
def reads(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Read]:
    """A full read of all streams, made once for each connection and market."""
    results: dict[tuple[str, str], Read] = {}

    def read(connection: str, market: str) -> Read:
        if (connection, market) not in results:
            shared_sandbox.reset_tokens()
            folder: Path = tmp_path_factory.mktemp("read")
            companies = [{"company_id": company.id} for company in usable(shared_sandbox, market)]
            connector = Connector.over(shared_sandbox, connection, market, folder, companies=companies)
            results[connection, market] = connector, connector.read((*STREAMS, "companies"))
        return results[connection, market]

    return read


def test_check_succeeds_and_names_the_companies(
    standing: Sandbox, connect: Callable[..., Connector], connection: str, market: str
) -> None:
    outcome = connect(standing, connection, market).check()
    status, message = outcome.status
    assert (outcome.code, status) == (0, "SUCCEEDED")
    for company in usable(standing, market):
        assert company.name in message
        assert company.id in message


def test_discover_gives_keys_cursors_and_modes(
    standing: Sandbox, connect: Callable[..., Connector], connection: str, market: str
) -> None:
    streams = connect(standing, connection, market).streams()
    names = list(streams)
    further = ["record_ids", "companies"] if connection == "direct" else ["companies"]
    assert (set(STREAMS) <= set(names), names[-len(further) :]) == (True, further)
    for name in STREAMS:
        stream = streams[name]
        assert stream["source_defined_primary_key"] == [["company_id"], [key_of(connection, name)]]
        assert stream["default_cursor_field"] == ["updated_at"]
        assert stream["source_defined_cursor"] is True
        assert stream["supported_sync_modes"] == ["full_refresh", "incremental"]
        for described in (*stream["source_defined_primary_key"], stream["default_cursor_field"]):
            assert described[0] in stream["json_schema"]["properties"]
    assert {tuple(streams[name]["supported_sync_modes"]) for name in further} == {("full_refresh",)}


def test_discover_needs_no_sign_in(standing: Sandbox, connect: Callable[..., Connector], connection: str) -> None:
    outcome = connect(standing, connection).discover()
    assert (outcome.code, len(outcome.of_type("CATALOG"))) == (0, 1)
    assert standing.requests == []


def test_full_read_delivers_exactly_what_the_companies_hold(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], connection: str, market: str
) -> None:
    _, outcome = reads(connection, market)
    assert (outcome.code, outcome.errors) == (0, [])
    for stream in STREAMS:
        for company in usable(shared_sandbox, market):
            held = sorted(rows(shared_sandbox, company.id, stream))
            assert held
            assert outcome.ids(stream, company.id, key_of(connection, stream)) == held, stream
        assert {row["company_id"] for row in outcome.records(stream)} == {
            company.id for company in usable(shared_sandbox, market)
        }


def test_full_read_needs_no_warnings(reads: Callable[[str, str], Read], connection: str, market: str) -> None:
    _, outcome = reads(connection, market)
    assert outcome.logs("WARN") == []
    assert outcome.stderr == ""


def test_records_fit_their_schemas(reads: Callable[[str, str], Read], connection: str, market: str) -> None:
    connector, outcome = reads(connection, market)
    for stream in (*STREAMS, "companies"):
        schema = connector.streams()[stream]["json_schema"]
        assert outcome.records(stream)
        for row in outcome.records(stream):
            assert violations(schema, row) == []


def test_every_member_of_every_record_is_described(
    reads: Callable[[str, str], Read], connection: str, market: str
) -> None:
    connector, outcome = reads(connection, market)
    for stream in (*STREAMS, "companies"):
        schema = connector.streams()[stream]["json_schema"]
        assert {path for row in outcome.records(stream) for path in undescribed(schema, row)} == set()


def test_nulls_are_kept_all_described_members_are_there(
    reads: Callable[[str, str], Read], connection: str, market: str
) -> None:
    connector, outcome = reads(connection, market)
    for stream in STREAMS:
        described = set(connector.streams()[stream]["json_schema"]["properties"])
        # Maesn gives invoices one of two keys, or both (switch `maesn_invoice_key`).
        either = {"id"} if (connection, stream) == ("maesn", "invoices") else set()
        for row in outcome.records(stream):
            assert described - either == set(row)


def test_direct_records_equal_the_stored_rows(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], market: str
) -> None:
    _, outcome = reads("direct", market)
    for stream in STREAMS:
        for data in outcome.records(stream):
            api_members = {name: value for name, value in data.items() if name not in ("company_id", "updated_at")}
            row = rows(shared_sandbox, data["company_id"], stream)[data["id"]]
            assert list(differences(shared_sandbox, data["company_id"], api_members, row)) == []
            assert list(missing_leaves(api_members, TYPES[stream])) == []


def test_maesn_records_equal_the_stored_rows(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], market: str
) -> None:
    _, outcome = reads("maesn", market)
    for stream in STREAMS:
        for data in outcome.records(stream):
            api_members = {name: value for name, value in data.items() if name not in ("company_id", "updated_at")}
            row = rows(shared_sandbox, data["company_id"], stream)[data[key_of("maesn", stream)]]
            assert api_members == as_sent(shown_by_maesn(shared_sandbox, data["company_id"], stream, row))


@pytest.mark.parametrize("stream", ["customers", "suppliers", "invoices"])
def test_nested_children_are_there(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], connection: str, market: str, stream: str
) -> None:
    _, outcome = reads(connection, market)
    records = outcome.records(stream)
    for name in CHILDREN[connection][stream]:
        assert any(row[name] for row in records), name
    if stream != "invoices":
        contacts, channels = OF_A_CONTACT[connection]
        for name in channels:
            stored = _stored(shared_sandbox, market, stream, name)
            assert sum(len(contact[name]) for row in records for contact in row[contacts]) == stored, name
            assert stored or name == "socialMedias"


def test_direct_children_are_those_of_the_store_by_id(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], market: str
) -> None:
    _, outcome = reads("direct", market)
    compared = 0
    for stream, lists in CHILDREN["direct"].items():
        for data in outcome.records(stream):
            row = rows(shared_sandbox, data["company_id"], stream)[data["id"]]
            for name in lists:
                assert [child["id"] for child in data[name]] == [child["id"] for child in row[name]]
                compared += len(row[name])
            for contact, stored in zip(data.get("contacts", ()), row.get("contacts", ()), strict=True):
                for name in OF_A_CONTACT["direct"][1]:
                    assert [child["id"] for child in contact[name]] == [child["id"] for child in stored[name]]
                    compared += len(stored[name])
    assert compared > 100


def test_invoices_come_without_credit_notes_but_with_odd_types(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], market: str
) -> None:
    _, outcome = reads("direct", market)
    held = [
        row
        for company in usable(shared_sandbox, market)
        for row in shared_sandbox.store.table(company.id, "SalesInvoice").values()
    ]
    assert CREDIT_NOTE in {row["type"] for row in held}
    assert {row["type"] for row in outcome.records("invoices")} == {row["type"] for row in held} - {CREDIT_NOTE}
    assert None in {row["type"] for row in outcome.records("invoices")}


def test_updated_at_is_the_modification_or_creation_date(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], connection: str, market: str
) -> None:
    _, outcome = reads(connection, market)
    for stream in STREAMS:
        for data in outcome.records(stream):
            row = rows(shared_sandbox, data["company_id"], stream)[data[key_of(connection, stream)]]
            moment = row["modificationDate"] or row["creationDate"]
            sent = as_sent(moment)
            assert data["updated_at"] == (sent and f"{sent[:-1]}000Z")


def test_stream_companies_has_every_company_that_the_connection_lists(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], connection: str, market: str
) -> None:
    _, outcome = reads(connection, market)
    # Maesn lists only companies that can be used.
    held = {"direct": listed, "maesn": usable}[connection](shared_sandbox, market)
    delivered = outcome.records("companies")
    assert sorted(row["name"] for row in delivered) == sorted(company.name for company in held)
    assert {row["name"] for row in delivered if row["usable"]} == {company.name for company in held if company.usable}
    assert {row["market"] for row in delivered} == {market.upper()}


def test_both_connections_show_the_same_records(
    shared_sandbox: Sandbox, reads: Callable[[str, str], Read], market: str
) -> None:
    def keys(connection: str, stream: str) -> set[Any]:
        _, outcome = reads(connection, market)
        return {(row["company_id"], row[key_of(connection, stream)]) for row in outcome.records(stream)}

    for stream in STREAMS:
        assert keys("direct", stream) == keys("maesn", stream)


@pytest.mark.parametrize("null_dates", ["null", "0001"])
def test_dates_that_were_never_set_count_as_null(
    connect: Callable[..., Connector], sandbox: Sandbox, null_dates: str
) -> None:
    sandbox.change_switches({"null_dates": null_dates})
    outcome = connect(sandbox, "direct").read()
    for stream in STREAMS:
        for data in outcome.records(stream):
            row = rows(sandbox, data["company_id"], stream)[data["id"]]
            assert (
                list(differences(sandbox, data["company_id"], {"modificationDate": data["modificationDate"]}, row))
                == []
            )
            expected = as_sent(row["modificationDate"] or row["creationDate"])
            assert data["updated_at"] == (expected and f"{expected[:-1]}000Z")


@pytest.fixture(scope="module")
def large_sandbox() -> Any:
    """A company with several hundred rows of which the server lets only small pages out."""
    with Sandbox(rows=300, companies_per_market=1, switches=Switches(max_field_cost=1200)) as sandbox:
        yield sandbox


@pytest.mark.parametrize("stream", ["customers", "invoices"])
def test_large_company_is_read_in_windows_and_pages(
    large_sandbox: Sandbox, connect: Callable[..., Connector], stream: str
) -> None:
    large_sandbox.reset_tokens()
    large_sandbox.requests.clear()
    (company,) = usable(large_sandbox, "de")
    outcome = connect(large_sandbox, "direct").read([stream])
    assert outcome.code == 0
    held = sorted(rows(large_sandbox, company.id, stream))
    assert outcome.ids(stream, company.id, "id") == held
    root = {"customers": "customers", "invoices": "salesInvoices"}[stream]
    pages = [
        request for request in large_sandbox.requests if root in request.operations and "nodes" in request.document
    ]
    assert len(pages) > len(held) / 200
    assert any("$to_" in request.document for request in pages), "no window with an end"
    assert any("after: $after" in request.document for request in pages), "no second page"


def test_maesn_pages_of_a_large_company(large_sandbox: Sandbox, connect: Callable[..., Connector]) -> None:
    large_sandbox.requests.clear()
    (company,) = usable(large_sandbox, "de")
    outcome = connect(large_sandbox, "maesn").read()
    for stream in STREAMS:
        held = sorted(rows(large_sandbox, company.id, stream))
        assert outcome.ids(stream, company.id, key_of("maesn", stream)) == held
    pages = {request.query["page"][0] for request in large_sandbox.requests if request.path == "/accounting/invoices"}
    assert pages >= {"1", "2", "3", "4", "5", "6"}


def test_a_row_that_disappears_in_mid_read_hides_no_other(connect: Callable[..., Connector]) -> None:
    with Sandbox(rows=120, companies_per_market=1, switches=Switches(max_field_cost=3000)) as sandbox:
        (company,) = usable(sandbox, "de")
        early = next(iter(rows(sandbox, company.id, "customers")))
        sandbox.faults.add(
            "run_before",
            operation="customers",
            contains='"after"',
            run=lambda: sandbox.store.delete(company.id, "Customer", early),
        )
        outcome = connect(sandbox, "direct").read(["customers"])
        assert early not in rows(sandbox, company.id, "customers"), "the fault did not strike"
        assert outcome.code == 0
        assert set(outcome.ids("customers", company.id, "id")) >= set(rows(sandbox, company.id, "customers"))


def _stored(sandbox: Sandbox, market: str, stream: str, name: str) -> int:
    member = {"emailAddresses": "emails", "phoneNumbers": "phones"}.get(name, name)
    return sum(
        len(contact[member])
        for company in usable(sandbox, market)
        for row in rows(sandbox, company.id, stream).values()
        for contact in row["contacts"]
    )
