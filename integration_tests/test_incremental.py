"""What a second run delivers: changes, what the lookback covers, documents that are not final, and nothing else."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Connector, Message, Outcome, cursors_of
from integration_tests.expected import NO_DATE, TYPES, changed, key_of, latest_of, own_change, rows, usable
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]
CHILD = {"customers": "addresses", "suppliers": "contacts", "invoices": "openItems"}


def since(states: Sequence[Message], stream: str, company_id: str, lookback_minutes: int) -> datetime:
    """From when on a company's changes are due."""
    cursor = cursors_of(states, stream)[company_id]
    assert cursor is not None
    return datetime.fromisoformat(cursor) - timedelta(minutes=lookback_minutes)


def due(
    sandbox: Sandbox, connection: str, states: Sequence[Message], lookback_minutes: int = 60, market: str = "de"
) -> dict[tuple[str, str], list[str]]:
    """What the next read must deliver for every stream and company of a market."""
    return {
        (stream, company.id): sorted(
            changed(sandbox, connection, company.id, stream, since(states, stream, company.id, lookback_minutes))
        )
        for stream in STREAMS
        for company in usable(sandbox, market)
    }


def delivered(
    outcome: Outcome, sandbox: Sandbox, connection: str, market: str = "de"
) -> dict[tuple[str, str], list[str]]:
    """What a read did deliver, in the same form; a row may come twice, for its date and because it is not final."""
    return {
        (stream, company.id): sorted(set(outcome.ids(stream, company.id, key_of(connection, stream))))
        for stream in STREAMS
        for company in usable(sandbox, market)
    }


def final_and_old(sandbox: Sandbox, company_id: str, stream: str) -> list[str]:
    """Rows that an incremental read has no reason to deliver: final, and all their dates before the lookback."""
    known = rows(sandbox, company_id, stream)
    latest = max(date for row in known.values() if (date := own_change(row)))
    recent = changed(sandbox, "direct", company_id, stream, latest - timedelta(hours=1))
    return [row_id for row_id, row in known.items() if row_id not in recent and row["creationDate"]]


def touch(sandbox: Sandbox, stream: str, row_id: str, company_id: str, **options: Any) -> None:
    """Changes one row as the server would."""
    sandbox.store.touch(
        company_id, TYPES[stream], row_id, move_parent_date=sandbox.switches.parent_dates_move, **options
    )


def touch_parents(sandbox: Sandbox, market: str = "de", count: int = 2) -> dict[tuple[str, str], set[str]]:
    """Changes some old rows of every stream in every company."""
    touched = {}
    for stream in STREAMS:
        for company in usable(sandbox, market):
            chosen = final_and_old(sandbox, company.id, stream)[:count]
            assert chosen, (stream, company.name)
            for row_id in chosen:
                touch(sandbox, stream, row_id, company.id)
            touched[stream, company.id] = set(chosen)
    return touched


def touch_children(sandbox: Sandbox, market: str = "de") -> dict[tuple[str, str], set[str]]:
    """Changes a child of one old row of every stream that has children, in every company."""
    touched = {}
    for stream, child in CHILD.items():
        for company in usable(sandbox, market):
            known = rows(sandbox, company.id, stream)
            chosen = next(
                candidate for candidate in final_and_old(sandbox, company.id, stream) if known[candidate][child]
            )
            touch(sandbox, stream, chosen, company.id, child=child)
            touched[stream, company.id] = {chosen}
    return touched


@pytest.fixture
def sandbox() -> Any:
    """One with enough rows that each company has old and final ones of every kind."""
    with Sandbox(rows=30, companies_per_market=2) as sandbox:
        yield sandbox


def test_changed_parents_come_back_and_nothing_else(
    sandbox: Sandbox, connect: Connect, connection: str, market: str
) -> None:
    connector = connect(sandbox, connection, market)
    states = connector.read().last_states
    touched = touch_parents(sandbox, market)
    outcome = connector.read(state=states)
    assert outcome.code == 0
    found = delivered(outcome, sandbox, connection, market)
    assert found == due(sandbox, connection, states, market=market)
    for key, ids in touched.items():
        assert ids <= set(found[key])


def test_untouched_final_rows_stay_away(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    states = connector.read().last_states
    old = {key: set(final_and_old(sandbox, key[1], key[0])) for key in due(sandbox, "direct", states)}
    touched = touch_parents(sandbox)
    found = delivered(connector.read(state=states), sandbox, "direct")
    for key, ids in touched.items():
        assert old[key] & set(found[key]) == ids
        assert len(old[key]) > 2 * len(ids)


@pytest.mark.parametrize("parent_dates_move", [True, False])
def test_changes_of_children_alone_directly(
    sandbox: Sandbox, connect: Connect, parent_dates_move: bool, market: str
) -> None:
    sandbox.change_switches({"parent_dates_move": parent_dates_move})
    connector = connect(sandbox, "direct", market)
    states = connector.read().last_states
    touched = touch_children(sandbox, market)
    outcome = connector.read(state=states)
    found = delivered(outcome, sandbox, "direct", market)
    assert found == due(sandbox, "direct", states, market=market)
    for key, ids in touched.items():
        assert ids <= set(found[key])


@pytest.mark.parametrize("name", ["emails", "phones"])
def test_changes_of_a_contacts_channels_directly(sandbox: Sandbox, connect: Connect, name: str) -> None:
    company = usable(sandbox, "de")[0]
    connector = connect(sandbox, "direct")
    states = connector.read(["customers"]).last_states
    known = rows(sandbox, company.id, "customers")
    old = final_and_old(sandbox, company.id, "customers")
    row_id = next(candidate for candidate in old if any(contact[name] for contact in known[candidate]["contacts"]))
    channel = next(contact[name][0] for contact in known[row_id]["contacts"] if contact[name])
    channel["modificationDate"] = sandbox.store.clock.now()
    outcome = connector.read(["customers"], state=states)
    assert row_id in outcome.ids("customers", company.id, "id")


def test_changes_of_children_through_maesn_when_parents_move(sandbox: Sandbox, connect: Connect, market: str) -> None:
    connector = connect(sandbox, "maesn", market)
    states = connector.read().last_states
    touched = touch_children(sandbox, market)
    found = delivered(connector.read(state=states), sandbox, "maesn", market)
    assert found == due(sandbox, "maesn", states, market=market)
    for key, ids in touched.items():
        assert ids <= set(found[key])


def test_maesn_shows_changes_of_children_only_through_parents(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"parent_dates_move": False})
    connector = connect(sandbox, "maesn")
    states = connector.read().last_states
    touch_children(sandbox)
    assert delivered(connector.read(state=states), sandbox, "maesn") == due(sandbox, "maesn", states)


@pytest.mark.parametrize("null_dates", ["null", "0001"])
def test_rows_that_were_never_modified(
    sandbox: Sandbox, connect: Connect, connection: str, null_dates: str, market: str
) -> None:
    sandbox.change_switches({"null_dates": null_dates})
    company = usable(sandbox, market)[0]
    connector = connect(sandbox, connection, market)
    states = connector.read().last_states
    fresh = {}
    for stream in STREAMS:
        known = rows(sandbox, company.id, stream)
        old = final_and_old(sandbox, company.id, stream)
        chosen = next(candidate for candidate in old if known[candidate]["modificationDate"] is None)
        touch(sandbox, stream, chosen, company.id)
        copy = {name: value for name, value in known[chosen].items() if name != "id"}
        if stream == "customers":
            fresh[stream] = sandbox.store.insert(company.id, TYPES[stream], {**copy, "code": "NEW-1"})["id"]
        fresh[f"{stream} touched"] = chosen
    outcome = connector.read(state=states)
    found = delivered(outcome, sandbox, connection, market)
    assert found == due(sandbox, connection, states, market=market)
    for name, row_id in fresh.items():
        assert row_id in found[name.split()[0], company.id], name


@pytest.mark.parametrize(("null_dates", "never"), [("null", None), ("0001", NO_DATE)], ids=["null", "year-1"])
def test_rows_without_any_date_come_every_time(
    sandbox: Sandbox, connect: Connect, null_dates: str, never: datetime | None
) -> None:
    sandbox.change_switches({"null_dates": null_dates})
    company = usable(sandbox, "de")[0]
    connector = connect(sandbox, "direct")
    states = connector.read().last_states
    fresh = {}
    for stream in ("customers", "invoices"):
        known = rows(sandbox, company.id, stream)
        copy = {**known[final_and_old(sandbox, company.id, stream)[0]], "id": "99999999-0000-4000-8000-000000000001"}
        bare = {name: [] if isinstance(value, list) else value for name, value in copy.items()}
        fresh[stream] = sandbox.store.insert(company.id, TYPES[stream], bare)
        fresh[stream] |= {"creationDate": never, "modificationDate": never}
    before = {stream: cursors_of(states, stream)[company.id] for stream in fresh}
    for _ in range(2):
        outcome = connector.read(state=states)
        assert outcome.code == 0
        assert outcome.logs("WARN") == []
        found = delivered(outcome, sandbox, "direct")
        assert found == due(sandbox, "direct", states)
        states = outcome.last_states
        for stream, row in fresh.items():
            assert row["id"] in found[stream, company.id]
            assert {data["updated_at"] for data in outcome.records(stream) if data["id"] == row["id"]} == {None}
            assert str(cursors_of(states, stream)[company.id])[:19] == str(before[stream])[:19]
    sandbox.reset_tokens()
    bounded = connect(sandbox, "direct", start_date="2025-06-01").read(["invoices"])
    assert fresh["invoices"]["id"] in bounded.ids("invoices", company.id, "id")


@pytest.mark.parametrize("lookback_minutes", [0, 60, 525600])
def test_lookback_is_what_the_option_says(
    sandbox: Sandbox, connect: Connect, connection: str, lookback_minutes: int
) -> None:
    connector = connect(sandbox, connection, lookback_minutes=lookback_minutes)
    states = connector.read().last_states
    outcome = connector.read(state=states)
    assert delivered(outcome, sandbox, connection) == due(sandbox, connection, states, lookback_minutes)


def test_wider_lookback_delivers_more(sandbox: Sandbox, connect: Connect) -> None:
    counts = []
    for lookback_minutes in (0, 525600):
        connector = connect(sandbox, "direct", lookback_minutes=lookback_minutes)
        sandbox.reset_tokens()
        states = connector.read(["customers"]).last_states
        counts.append(len(connector.read(["customers"], state=states).records("customers")))
    assert 0 < counts[0] < counts[1]


def test_without_rereading_open_documents_only_changes_come(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(sandbox, connection, reread_open_documents=False)
    states = connector.read(["invoices"]).last_states
    company = usable(sandbox, "de")[0]
    chosen = final_and_old(sandbox, company.id, "invoices")[0]
    touch(sandbox, "invoices", chosen, company.id)
    outcome = connector.read(["invoices"], state=states)
    found = outcome.ids("invoices", company.id, key_of(connection, "invoices"))
    known = rows(sandbox, company.id, "invoices")
    start = since(states, "invoices", company.id, 60)
    still_open = {row_id for row_id, row in known.items() if row["status"] != "Collected"}
    assert chosen in found
    assert len(still_open - set(found)) > len(still_open) / 2
    assert set(found) - still_open == changed(sandbox, connection, company.id, "invoices", start) - still_open


def test_second_run_without_changes(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(sandbox, connection)
    first = connector.read()
    touch_parents(sandbox)
    second = connector.read(state=first.last_states)
    third = connector.read(state=second.last_states)
    assert third.code == 0
    assert delivered(third, sandbox, connection) == due(sandbox, connection, second.last_states)
    for stream in STREAMS:
        before, after = second.cursors(stream), third.cursors(stream)
        assert list(before) == list(after)
        # A cursor may catch up with what the server's clock, in whole seconds, held back; it never returns.
        assert all(str(before[company_id])[:19] == str(after[company_id])[:19] for company_id in before)
        assert all(str(before[company_id]) <= str(after[company_id]) for company_id in before)


def test_state_follows_the_records_and_never_the_future(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    company = usable(sandbox, "de")[0]
    tomorrow = sandbox.store.clock.now() + timedelta(days=1)
    row_id = final_and_old(sandbox, company.id, "customers")[0]
    rows(sandbox, company.id, "customers")[row_id]["modificationDate"] = tomorrow
    began = sandbox.store.clock.now().replace(microsecond=0)
    outcome = connect(sandbox, connection).read(["customers"])
    ended = sandbox.store.clock.now()
    for company_id, cursor in outcome.cursors("customers").items():
        dates = [latest_of(row) for row in outcome.records("customers") if row["company_id"] == company_id]
        latest = max(date for date in dates if date)
        assert cursor is not None
        if company_id == company.id:
            assert latest > ended.isoformat()
            assert began <= datetime.fromisoformat(cursor) <= ended
        else:
            assert cursor == latest


def test_a_row_of_the_future_does_not_hide_later_changes(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    company = usable(sandbox, "de")[0]
    early, later = final_and_old(sandbox, company.id, "customers")[:2]
    held = rows(sandbox, company.id, "customers")
    held[early]["modificationDate"] = sandbox.store.clock.now() + timedelta(days=1)
    connector = connect(sandbox, connection, lookback_minutes=0)
    states = connector.read(["customers"]).last_states
    sandbox.store.touch(company.id, "Customer", later)
    assert {early, later} <= set(connector.read(["customers"], state=states).ids("customers", company.id, "id"))


def test_the_servers_clock_counts_not_this_machines(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    sandbox.change_switches({"clock_offset_seconds": -7200})
    company = usable(sandbox, "de")[0]
    row_id = final_and_old(sandbox, company.id, "customers")[0]
    rows(sandbox, company.id, "customers")[row_id]["modificationDate"] = datetime.now(UTC) - timedelta(hours=1)
    cursor = connect(sandbox, connection).read(["customers"]).cursors("customers")[company.id]
    assert cursor is not None
    assert datetime.fromisoformat(cursor) <= sandbox.store.clock.now()


def test_full_refresh_ignores_the_state(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(sandbox, connection)
    states = connector.read(["customers"]).last_states
    outcome = connector.read(["customers"], state=states, full_refresh=True)
    for company in usable(sandbox, "de"):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))


def test_start_date_bounds_documents_and_not_master_data(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    outcome = connect(sandbox, connection, start_date="2024-06-01").read(["customers", "invoices"])
    begin = datetime(2024, 6, 1, tzinfo=UTC)
    for company in usable(sandbox, "de"):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))
        known = rows(sandbox, company.id, "invoices")
        expected = changed(sandbox, connection, company.id, "invoices", begin)
        recent = {
            row_id
            for row_id in expected
            if known[row_id]["status"] == "Collected"
            or max(known[row_id]["modificationDate"] or begin, known[row_id]["creationDate"]) > begin
        }
        found = set(outcome.ids("invoices", company.id, key_of(connection, "invoices")))
        old = {row_id for row_id in known if row_id not in expected}
        assert recent <= found
        assert old
        assert not old & found


def test_maesn_without_dates_is_read_in_full_with_a_warning(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "maesn")
    states = connector.read(["customers"]).last_states
    for setting in ({"maesn_dates": "some"}, {"maesn_dates": "none"}):
        sandbox.change_switches(setting)
        outcome = connector.read(["customers"], state=states)
        for company in usable(sandbox, "de"):
            assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))
        assert len(outcome.logs("WARN")) == len(usable(sandbox, "de"))
    assert {row["updated_at"] for row in outcome.records("customers")} == {None}
