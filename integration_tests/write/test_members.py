"""Every member that can be written arrives, a second sync changes nothing, and an upsert changes what changed."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema, build_schema, get_named_type

from integration_tests import maesn_records
from integration_tests.connector import STREAMS, Outcome
from integration_tests.destination import Destination, committed, received, record, records, state, stats
from integration_tests.expected import TYPES
from integration_tests.rich_records import RichRecords, differing, stored
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sage_active_sandbox.store import Company, Row

# One market in full, the others as a smoke test.
RECORDS = {"DE": 200, "ES": 20, "FR": 20}
MASTERS = ("customers", "suppliers", "items")
# Members of inputs that no record carries, each with the reason.
NOT_CARRIED = {
    "operationalNumber": "set aside unless `keep_numbers` (test_documents)",
    "countryId": "`countryIsoCodeAlpha2` says the same",
    "originType": "of lines that come from another document",
    "originId": "of lines that come from another document",
    "originLineId": "of lines that come from another document",
    "type": "the server decides",
    "contactName": "accepted and ignored by the server",
    "contactPhone": "accepted and ignored by the server",
    "contactEmail": "accepted and ignored by the server",
    "contactJobAreaId": "accepted and ignored by the server",
}
# The record's own id is a key in its source; the marker is added to the remarks.
OWN = ("id", "remarks")


def direct_lines(rich: RichRecords, count: int, streams: tuple[str, ...] = STREAMS) -> list[bytes]:
    """The records of several streams, each stream closed with a STATE."""
    return [line for stream in streams for line in (*records(stream, rich.of(stream, count)), state(stream, count))]


def assert_success(outcome: Outcome) -> None:
    assert outcome.code == 0, (outcome.errors, outcome.logs("WARN")[:3], outcome.stderr)
    assert not outcome.logs("ERROR")


@pytest.mark.parametrize("market", MARKETS)
def test_direct_arrives_field_by_field_and_stays_as_it_is(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rich, count = RichRecords(sandbox, company), RECORDS[company.market]
    lines = direct_lines(rich, count)
    first = destination.write(lines)
    assert_success(first)
    assert destination.counts() == {"create": count * len(STREAMS)}
    assert sorted(stats(first)) == [(count, count, 0)] * len(STREAMS)
    for stream in STREAMS:
        member = "externalReference" if stream == "invoices" else "code"
        known = stored(sandbox, company, stream, member)
        sent = rich.of(stream, count)
        assert set(known) == {data[member] for data in sent}
        found = [path for data in sent for path in differing(sandbox, company, data, known[data[member]], OWN)]
        assert not found, found[:5]
    for number, row in enumerate(stored(sandbox, company, "invoices", "externalReference").values()):
        assert row["remarks"].split("\n")[0] == f"Intern {row['externalReference'][-5:].lstrip('0') or 0}", number
        assert row["status"] == "Pending"
    sandbox.mutations.clear()
    assert_success(destination.write(lines))
    assert destination.counts() == {"unchanged": count * len(STREAMS)}
    assert received(sandbox) == {}


@pytest.mark.parametrize("market", MARKETS)
def test_maesn_arrives_field_by_field_and_stays_as_it_is(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    count = RECORDS[company.market]
    batches = {stream: maesn_records.of(sandbox, company, stream, count) for stream in STREAMS}
    lines = [line for stream in STREAMS for line in (*records(stream, batches[stream]), state(stream, count))]
    destination = Destination.over(sandbox, "maesn", company, tmp_path, document_key="reference")
    modes = dict.fromkeys(STREAMS, "append")
    assert_success(destination.write(lines, modes))
    assert destination.counts() == {"create": count * len(STREAMS)}
    for stream, key in maesn_records.KEYS.items():
        known = stored(sandbox, company, stream, "externalReference" if stream == "invoices" else "code")
        assert set(known) == {data[key] for data in batches[stream]}
        found = [
            path
            for data in batches[stream]
            for path in maesn_records.differing(sandbox, company, stream, data, known[data[key]])
        ]
        assert not found, found[:5]
    sandbox.mutations.clear()
    assert_success(destination.write(lines, modes))
    assert destination.counts() == {"unchanged": count * len(STREAMS)}
    assert received(sandbox) == {}


@pytest.mark.parametrize("market", ["es"])
@pytest.mark.parametrize("stream", STREAMS)
def test_the_records_have_every_member_that_can_be_written(sandbox: Sandbox, company: Company, stream: str) -> None:
    schema = build_schema((files("sage_active") / "sage-active.graphql").read_text(encoding="utf-8"), assume_valid=True)
    kind = schema.type_map[f"{TYPES[stream]}CreateGLDtoInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    carried = set().union(*(set(names(row)) for row in RichRecords(sandbox, company).of(stream, 3)))
    assert [name for name in accepted(schema, kind) if name not in carried and name not in NOT_CARRIED] == []


def accepted(schema: GraphQLSchema, kind: GraphQLInputObjectType) -> Iterator[str]:
    """The members of an input and of all that is below it."""
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        yield name
        if isinstance(inner, GraphQLInputObjectType):
            yield from accepted(schema, inner)


def names(data: dict[str, Any]) -> Iterator[str]:
    """The members of a record as inputs call them."""
    for name, value in data.items():
        yield from (name, f"{name}Id", *(["taxGroupId"] if name == "taxes" else []))
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield from names(child)


# --- updates ---

CHANGED = 7


Change = Callable[[dict[str, Any]], None]


def set_member(name: str, value: Any) -> Change:
    return lambda data: data.__setitem__(name, value)


def change_child(children: str, name: str, value: Any) -> Change:
    return lambda data: data[children][-1].__setitem__(name, value)


def add_address(data: dict[str, Any]) -> None:
    data["addresses"].append(
        {**data["addresses"][-1], "name": "Neu", "city": "Bonn", "isDefaultDeliveryAddress": False}
    )


def change_email(data: dict[str, Any]) -> None:
    if data["contacts"]:
        data["contacts"][0]["emails"][1]["usage"] = "PAYMENTS"
    else:
        data["socialName"] += " neu"


CHANGES: dict[str, tuple[str, Change]] = {
    "a member": ("customers", set_member("tradeName", "Neuer Name")),
    "a member that is cleared": ("customers", set_member("comments", None)),
    "an address": ("customers", change_child("addresses", "city", "Hamburg")),
    "a further address": ("customers", add_address),
    "an e-mail address of a contact": ("customers", change_email),
    "a payment term": ("suppliers", change_child("paymentTermLines", "day", 21)),
    "a price": ("items", set_member("salesUnitPrice", Decimal("4.20"))),
    "a line": ("invoices", change_child("lines", "productName", "Anderer Text")),
    "a quantity": ("invoices", change_child("lines", "totalQuantity", 99)),
    "a part": ("invoices", lambda data: data["mainAddress"].__setitem__("city", "Ulm")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_upsert_updates_exactly_what_changed(
    sandbox: Sandbox, company: Company, destination: Destination, change: str
) -> None:
    stream, apply = CHANGES[change]
    destination.set(settle_seconds=0)
    rich = RichRecords(sandbox, company)
    needed = MASTERS if stream == "invoices" else ()
    assert_success(destination.write(direct_lines(rich, 20, (*needed, stream))))
    member = "externalReference" if stream == "invoices" else "code"
    before = deepcopy(stored(sandbox, company, stream, member))
    rows = rich.of(stream, 20)
    chosen = rows[3 : 3 + CHANGED]
    for row in chosen:
        apply(row)
    sandbox.mutations.clear()
    assert_success(destination.write(records(stream, rows)))
    assert destination.counts() == {"update": CHANGED, "unchanged": len(rows) - CHANGED}
    assert committed(sandbox) == {f"update{TYPES[stream]}": CHANGED}
    after = stored(sandbox, company, stream, member)
    keys = {row[member] for row in chosen}
    assert {key for key, row in after.items() if row != before[key]} == keys
    for row in chosen:
        # A cleared member is null, the others are as sent.
        assert not list(differing(sandbox, company, row, after[row[member]], OWN))
    sandbox.mutations.clear()
    assert_success(destination.write(records(stream, rows)))
    assert destination.counts() == {"unchanged": len(rows)}
    assert received(sandbox) == {}


REMOVED: dict[str, tuple[str, str]] = {
    "an address": ("customers", "addresses"),
    "a contact": ("suppliers", "contacts"),
    "a line": ("invoices", "lines"),
}


@pytest.mark.parametrize("missing_children", ["keep", "remove"])
@pytest.mark.parametrize("child", REMOVED)
def test_children_that_the_record_lacks(
    sandbox: Sandbox, company: Company, destination: Destination, child: str, missing_children: str
) -> None:
    stream, name = REMOVED[child]
    destination.set(settle_seconds=0, missing_children=missing_children)
    rich = RichRecords(sandbox, company)
    assert_success(destination.write(direct_lines(rich, 20, MASTERS if stream != "invoices" else STREAMS)))
    rows = [row for row in rich.of(stream, 20) if len(row[name]) >= 2]
    for row in rows:
        del row[name][0]
    sandbox.mutations.clear()
    assert_success(destination.write(records(stream, rows)))
    known = stored(sandbox, company, stream, "externalReference" if stream == "invoices" else "code")
    kept = {row["code"] if "code" in row else row["externalReference"]: len(row[name]) for row in rows}
    extra = 0 if missing_children == "remove" else 1
    assert {key: len(known[key][name]) for key in kept} == {key: count + extra for key, count in kept.items()}
    assert destination.counts() == {"update" if missing_children == "remove" else "unchanged": len(rows)}
    if missing_children == "keep":
        assert received(sandbox) == {}


def test_update_reports_what_it_cannot_find(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    destination.set(max_rejected_percent=100)
    rich = RichRecords(sandbox, company)
    assert_success(destination.write(direct_lines(rich, 10, ("customers",))))
    sandbox.mutations.clear()
    rows = rich.of("customers", 13)
    rows[0]["tradeName"] = "Neu"
    outcome = destination.write([*records("customers", rows), state("customers", 1)], {"customers": "update"})
    assert_success(outcome)
    assert destination.counts() == {"update": 1, "unchanged": 9, "reject": 3}
    assert committed(sandbox) == {"updateCustomer": 1}
    assert stats(outcome) == [(1, 10, 3)]
    rejections = destination.rejected()
    assert [line["record"]["data"]["code"] for line in rejections] == [row["code"] for row in rows[10:]]
    assert {line["rejected_reason"] for line in rejections} == {"not-found"}


def test_append_rejects_what_is_there_with_other_content(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rich = RichRecords(sandbox, company)
    assert_success(destination.write(direct_lines(rich, 5, ("items",))))
    rows = rich.of("items", 6)
    rows[1]["name"] = "Anders"
    sandbox.mutations.clear()
    assert_success(destination.write(records("items", rows), {"items": "append"}))
    assert destination.counts() == {"create": 1, "unchanged": 4, "reject": 1}
    assert committed(sandbox) == {"createProduct": 1}
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("exists", "name")


def test_the_same_key_twice_in_one_sync_is_one_record(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    (first,) = RichRecords(sandbox, company).of("items", 1)
    lines = [record("items", {**first, "name": name}) for name in ("eins", "zwei", "zwei")]
    assert_success(destination.write(lines))
    assert destination.counts() == {"create": 1, "update": 1, "unchanged": 1}
    row: Row = stored(sandbox, company, "items", "code")[first["code"]]
    assert row["name"] == "zwei"


@pytest.mark.parametrize("connection", ["direct", "maesn"])
@pytest.mark.parametrize("foreign", ["erika{}@example.com", "0b2f5a10-0000-4000-8000-00000000000{}", " "])
def test_an_id_of_another_system_is_no_key(
    sandbox: Sandbox, company: Company, tmp_path: Path, connection: str, foreign: str
) -> None:
    destination = Destination.over(sandbox, connection, company, tmp_path)
    country = {"countryIsoCodeAlpha2": "DE"} if connection == "direct" else {"city": "Köln", "countryCode": "DE"}
    name = {"socialName": "CRM"} if connection == "direct" else {"companyName": "CRM", "contactType": "COMPANY"}
    rows = [{"id": foreign.format(number), **name, "addresses": [country]} for number in range(3)]
    for _ in range(2):
        # What was created under an id of Sage Active's own would be created again and again.
        outcome = destination.write([*records("customers", rows), state("customers", 1)], {"customers": "append"})
        # Everything was rejected, so the stream has failed and its state is held back.
        assert (outcome.code, stats(outcome)) == (1, [])
        assert {line["rejected_reason"] for line in destination.rejected()} == {"no-key"}
        assert "erika" not in str(outcome.messages)
    assert received(sandbox) == {}
    key = "code" if connection == "direct" else "number"
    keyed = [{**row, key: str(10001 + number)} for number, row in enumerate(rows)]
    for action in ("create", "unchanged"):
        assert_success(destination.write(records("customers", keyed), {"customers": "append"}))
        assert destination.counts() == {action: 3}


@pytest.mark.parametrize("document_key", ["externalReference", "salesOrderNumber"])
def test_documents_are_found_by_their_document_key(
    sandbox: Sandbox, company: Company, destination: Destination, document_key: str
) -> None:
    destination.set(document_key=document_key)
    rich = RichRecords(sandbox, company)
    lines = direct_lines(rich, 20)
    assert_success(destination.write(lines))
    assert destination.counts() == {"create": 80}
    known = stored(sandbox, company, "invoices", document_key)
    for sent in rich.of("invoices", 20):
        held = known[sent[document_key]]
        assert not list(differing(sandbox, company, sent, held, OWN))
        assert held["remarks"].split("\n")[0] == sent["remarks"]
    for row in sandbox.store.table(company.id, "SalesInvoice").values():
        row["remarks"] = row["remarks"].split("\n")[0]
    sandbox.mutations.clear()
    # Where no mark says whose a document is, the number of the user's own counts.
    again = [{**sent, "id": f"other-{sent['id']}"} for sent in rich.of("invoices", 20)]
    assert_success(destination.write(records("invoices", again)))
    assert destination.counts() == {"unchanged": 20}
    assert received(sandbox) == {}
