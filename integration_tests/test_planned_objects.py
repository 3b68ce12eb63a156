"""What Maesn plans, under every setting of the sandbox's `maesn_planned`: the commands over HTTP."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

import pytest

from integration_tests.connector import Connector, Message, Outcome
from integration_tests.expected import usable
from integration_tests.schemas import undescribed, violations
from integration_tests.variations import settings
from sage_active.markets import MAESN
from sage_active.resources.capabilities import is_planned
from sage_active.resources.table import RESOURCES
from sage_active_sandbox.maesn.mapping import Lookup, record
from sage_active_sandbox.maesn.objects import PLANNED as VIEWS
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row
from sage_active_sandbox.switches import Switches

PLACES: Final = {
    resource.name: resource.maesn for resource in RESOURCES if resource.maesn and is_planned(resource, MAESN)
}
DATED: Final = [name for name, binding in PLACES.items() if binding.dates]
OFFERED: Final = "customers"
NOT_OFFERED: Final = {"absent": 404, "refused": 405}
# How lists of Maesn may be otherwise.
SWITCHES: Final = ("maesn_dates", "maesn_filter", "maesn_pagination")
Connect = Callable[..., Connector]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(rows=6, companies_per_market=2) as sandbox:
        for company in sandbox.store.companies.values():
            if company.usable:
                values = {"totalLiquid": Decimal("-11.90"), "invoiceNumber": "VC-1", "vatLines": [], "status": "Posted"}
                sandbox.store.insert(company.id, "PurchaseInvoice", values)
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """Without what the test before changed."""
    served.requests.clear()
    yield served
    usual = Switches().as_dict()
    served.change_switches({name: usual[name] for name in ("maesn_planned", *SWITCHES)})


def held(sandbox: Sandbox, company_id: str, stream: str) -> list[Row]:
    """The rows that a list of the sandbox's Maesn has, in the store's order."""
    view = VIEWS[PLACES[stream].path]
    return [row for row in view.rows_of(sandbox.store, sandbox.store.companies[company_id]) if view.belongs(row)]


def outcomes(outcome: Outcome, *streams: str) -> dict[str, tuple[str, int]]:
    """The last status of each stream, and how many records it has."""
    return {stream: (outcome.statuses(stream)[-1], len(outcome.records(stream))) for stream in streams}


def states(outcome: Outcome, stream: str) -> list[Message]:
    """The companies of a stream's last state."""
    (found,) = [
        state["stream"]["stream_state"]["states"]
        for state in outcome.last_states
        if state["stream"]["stream_descriptor"]["name"] == stream
    ]
    entries: list[Message] = found
    return entries


# --- discover and check ---


def test_they_are_in_the_catalog_whatever_the_server_says(sandbox: Sandbox, connect: Connect) -> None:
    streams = connect(sandbox, "maesn").streams()
    assert sandbox.requests == [] and set(PLACES) < set(streams)
    for name in PLACES:
        assert streams[name]["json_schema"]["description"] == "Planned by Maesn; read as soon as Maesn answers."
        assert streams[name]["source_defined_primary_key"] == [["company_id"], ["id"]]
        assert ("incremental" in streams[name]["supported_sync_modes"]) is (name in DATED)
    assert "description" not in streams[OFFERED]["json_schema"]


@pytest.mark.parametrize("setting", sorted(settings("maesn_planned")))
def test_check_succeeds_and_mentions_them(sandbox: Sandbox, connect: Connect, setting: str) -> None:
    sandbox.change_switches({"maesn_planned": setting})
    status, message = connect(sandbox, "maesn").check().status
    verdict = {
        "absent": "is not offered yet, HTTP 404",
        "refused": "is not offered yet, HTTP 405",
        "empty": "answers with no rows",
        "rows": "answers with rows",
    }[setting]
    assert status == "SUCCEEDED"
    assert ", ".join(f"{name} ({verdict})" for name in PLACES) in message
    assert {request.method for request in sandbox.requests} == {"GET"}


# --- read ---


@pytest.mark.parametrize("full_refresh", [False, True], ids=["incremental", "full"])
@pytest.mark.parametrize("setting", NOT_OFFERED)
def test_what_is_not_offered_is_refused_by_name(
    sandbox: Sandbox, connect: Connect, setting: str, full_refresh: bool
) -> None:
    sandbox.change_switches({"maesn_planned": setting})
    connector = connect(sandbox, "maesn")
    outcome = connector.read((OFFERED, *PLACES), full_refresh=full_refresh)
    rows = len(outcome.records(OFFERED))
    assert (outcome.code, bool(rows)) == (1, True)
    assert outcomes(outcome, OFFERED, *PLACES) == {OFFERED: ("COMPLETE", rows)} | dict.fromkeys(
        PLACES, ("INCOMPLETE", 0)
    )
    for name in PLACES:
        (error,) = [error for error in outcome.errors if error["message"].startswith(f"`{name}` is planned")]
        assert error["failure_type"] == "config_error"
        assert f"(HTTP {NOT_OFFERED[setting]} in " in error["message"]
        assert all(company.name in error["message"] for company in usable(sandbox, "de"))


@pytest.mark.parametrize("full_refresh", [False, True], ids=["incremental", "full"])
@pytest.mark.parametrize("setting", NOT_OFFERED)
def test_what_is_not_offered_can_be_tried(sandbox: Sandbox, connect: Connect, setting: str, full_refresh: bool) -> None:
    sandbox.change_switches({"maesn_planned": setting})
    outcome = connect(sandbox, "maesn", planned_objects="try").read(PLACES, full_refresh=full_refresh)
    assert (outcome.code, outcome.errors) == (0, [])
    assert outcomes(outcome, *PLACES) == dict.fromkeys(PLACES, ("COMPLETE", 0))
    for name in PLACES:
        (warning,) = [text for text in outcome.logs("WARN") if text.startswith(f"`{name}` is planned")]
        assert f"HTTP {NOT_OFFERED[setting]}" in warning


@pytest.mark.parametrize("pagination", sorted(settings("maesn_pagination")))
@pytest.mark.parametrize("option", ["refuse", "try"])
def test_an_empty_list_is_complete_and_leaves_the_state_alone(
    sandbox: Sandbox, connect: Connect, pagination: str, option: str
) -> None:
    sandbox.change_switches({"maesn_planned": "rows"})
    connector = connect(sandbox, "maesn", planned_objects=option)
    before = connector.read(PLACES).last_states
    sandbox.change_switches({"maesn_planned": "empty", "maesn_pagination": pagination})
    outcome = connector.read(PLACES, state=before)
    assert (outcome.code, outcome.errors, outcome.logs("WARN")) == (0, [], [])
    assert outcomes(outcome, *PLACES) == dict.fromkeys(PLACES, ("COMPLETE", 0))
    for name in PLACES:
        remarks = [text for text in outcome.logs("INFO") if f"stream {name}: it is planned" in text]
        assert len(remarks) == len(usable(sandbox, "de"))
    for name in DATED:
        (known,) = [state for state in before if state["stream"]["stream_descriptor"]["name"] == name]
        assert states(outcome, name) == known["stream"]["stream_state"]["states"]
        assert states(connector.read([name]), name) == []


@pytest.mark.parametrize("market", ["de", "es", "fr"])
def test_what_answers_is_read_like_any_other_object(sandbox: Sandbox, connect: Connect, market: str) -> None:
    sandbox.change_switches({"maesn_planned": "rows"})
    connector = connect(sandbox, "maesn", market)
    outcome = connector.read(PLACES)
    assert (outcome.code, outcome.errors) == (0, [])
    for name in PLACES:
        assert outcome.statuses(name)[-1] == "COMPLETE"
        for company in usable(sandbox, market):
            rows = held(sandbox, company.id, name)
            assert rows and outcome.ids(name, company.id, "id") == sorted(row["id"] for row in rows)
        schema = connector.streams()[name]["json_schema"]
        for row in outcome.records(name):
            assert violations(schema, row) == []
            assert list(undescribed(schema, row)) == []
            assert set(schema["properties"]) == set(row)


@pytest.mark.parametrize("switch", SWITCHES)
def test_other_switches_change_nothing_about_what_is_read(sandbox: Sandbox, connect: Connect, switch: str) -> None:
    for setting in sorted(settings(switch), key=str):
        sandbox.change_switches({"maesn_planned": "rows", switch: setting})
        connector = connect(sandbox, "maesn", lookback_minutes=0)
        first = connector.read(PLACES)
        assert (first.code, first.errors) == (0, [])
        for name in PLACES:
            for company in usable(sandbox, "de"):
                rows = held(sandbox, company.id, name)
                assert first.ids(name, company.id, "id") == sorted(row["id"] for row in rows)
        again = connector.read(PLACES, state=first.last_states)
        assert (again.code, again.errors) == (0, [])


def test_the_records_are_those_of_the_sandbox(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"maesn_planned": "rows"})
    outcome = connect(sandbox, "maesn").read(PLACES)
    for name, binding in PLACES.items():
        for data in outcome.records(name):
            lookup = Lookup(sandbox.store, data["company_id"], lambda _: True)
            (row,) = [row for row in held(sandbox, data["company_id"], name) if row["id"] == data["id"]]
            expected = record(row, VIEWS[binding.path].mapping, lookup)
            numbers = {member: value for member, value in expected.items() if isinstance(value, Decimal)}
            assert {member: str(data[member]) for member in numbers} == {
                member: str(value) for member, value in numbers.items()
            }


@pytest.mark.parametrize("name", DATED)
def test_the_next_run_brings_what_has_changed(sandbox: Sandbox, connect: Connect, name: str) -> None:
    sandbox.change_switches({"maesn_planned": "rows"})
    connector = connect(sandbox, "maesn", lookback_minutes=0)
    first = connector.read([name])
    company = usable(sandbox, "de")[0]
    changed = held(sandbox, company.id, name)[0]
    sandbox.store.touch(company.id, VIEWS[PLACES[name].path].type_name, changed["id"])
    outcome = connector.read([name], state=first.last_states)
    assert changed["id"] in outcome.ids(name, company.id, "id")
    not_final = {"NO_OPEN_ITEM", "PENDING", "PARTLY_PAID", "UNKNOWN"} if PLACES[name].open_documents else set()
    others = [row for row in outcome.records(name) if row["id"] != changed["id"]]
    cursors = first.cursors(name)
    assert all(
        row.get("paymentStatus") in not_final or row["updated_at"] >= (cursors[row["company_id"]] or "")[:19]
        for row in others
    )


def test_every_run_asks_first(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"maesn_planned": "rows"})
    connector = connect(sandbox, "maesn")
    connector.streams()
    path = f"/accounting/{PLACES['accounts'].path}"
    for _ in range(2):
        sandbox.requests.clear()
        connector.read(["accounts"])
        company = usable(sandbox, "de")[0]
        lists = [
            (one.path, one.query["limit"]) for one in sandbox.requests if one.query.get("companyId") == [company.id]
        ]
        assert lists[:2] == [("/accounting/customers", ["5"]), (path, ["5"])]
        assert not [one for one in sandbox.requests if one.method != "GET"]


def test_a_catalog_with_all_streams_is_read_as_soon_as_they_are_there(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "maesn")
    assert connector.read(connector.streams()).code == 1
    sandbox.change_switches({"maesn_planned": "rows"})
    assert connector.read(connector.streams()).code == 0
