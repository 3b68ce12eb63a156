"""The store: tables, scopes, dates of insertions and changes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sage_active_sandbox.store import Clock, Company, Journal, Store

COMPANY = "5c1d8f0e-0000-4000-8000-000000000001"
LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)


class SetClock(Clock):
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, 0, tzinfo=UTC) + timedelta(seconds=self.offset_seconds)


def store() -> Store:
    full_store = Store(clock=SetClock())
    company = Company(COMPANY, "Nordlicht", "DE", "READY", True, environment_id="e")
    company.tables["Customer"] = {
        "c1": {
            "id": "c1",
            "creationDate": LONG_AGO,
            "modificationDate": None,
            "addresses": [
                {"id": "a1", "city": "Ulm", "modificationDate": None},
                {"id": "a2", "city": "Hof", "modificationDate": None},
            ],
            "contacts": [],
        }
    }
    full_store.companies[COMPANY] = company
    full_store.market_tables["DE"] = {"Country": {"x": {"id": "x", "isoCodeAlpha2": "DE"}}}
    return full_store


@pytest.mark.parametrize(
    ("status", "onboarded", "usable"), [("READY", True, True), ("READY", False, False), ("EXPIRED", True, False)]
)
def test_usable_means_ready_and_onboarded(status: str, onboarded: bool, usable: bool) -> None:
    assert Company("i", "n", "DE", status, onboarded, "e").usable is usable


def test_table_resolves_company_and_market_scope() -> None:
    full_store = store()
    assert list(full_store.table(COMPANY, "Customer")) == ["c1"]
    assert list(full_store.table(COMPANY.upper(), "Country")) == ["x"]
    assert full_store.table(COMPANY, "Dimension") == {}
    assert full_store.table("unknown", "Customer") == {}
    assert full_store.company("unknown") is None


def test_insert_stamps_id_and_dates() -> None:
    full_store = store()
    row = full_store.insert(COMPANY, "Product", {"code": "A", "modificationDate": LONG_AGO})
    assert full_store.table(COMPANY, "Product") == {row["id"]: row}
    assert len(row["id"]) == 36
    assert row["creationDate"] == full_store.clock.now()
    assert row["modificationDate"] is None
    assert full_store.insert(COMPANY, "Product", {"id": "own"})["id"] == "own"


def test_insert_into_an_unknown_company_is_an_error() -> None:
    with pytest.raises(KeyError):
        store().insert("unknown", "Product", {})


def test_touch_changes_the_row_and_its_date() -> None:
    full_store = store()
    full_store.clock.offset_seconds = 90
    row = full_store.touch(COMPANY, "Customer", "c1", {"code": "9"})
    assert (row["code"], row["modificationDate"]) == ("9", datetime(2026, 3, 1, 12, 1, 30, tzinfo=UTC))
    assert row["creationDate"] == LONG_AGO


@pytest.mark.parametrize("moves", [True, False])
def test_touch_of_a_child_moves_the_parent_only_on_request(moves: bool) -> None:
    full_store = store()
    row = full_store.touch(COMPANY, "Customer", "c1", {"city": "Jena"}, child="addresses", move_parent_date=moves)
    first, second = row["addresses"]
    assert (first["city"], first["modificationDate"]) == ("Jena", full_store.clock.now())
    assert (second["city"], second["modificationDate"]) == ("Hof", None)
    assert row["modificationDate"] == (full_store.clock.now() if moves else None)


def test_touch_creates_no_child() -> None:
    full_store = store()
    assert full_store.touch(COMPANY, "Customer", "c1", {"name": "x"}, child="contacts")["contacts"] == []


def test_delete_and_touch_of_a_missing_row() -> None:
    full_store = store()
    full_store.delete(COMPANY, "Customer", "c1")
    assert full_store.table(COMPANY, "Customer") == {}
    with pytest.raises(KeyError):
        full_store.delete(COMPANY, "Customer", "c1")
    with pytest.raises(KeyError):
        full_store.touch(COMPANY, "Customer", "c1")


def test_lock_is_reentrant_and_shared_by_writers() -> None:
    full_store = store()

    def insert_many() -> None:
        for _ in range(200):
            full_store.insert(COMPANY, "Product", {})

    with full_store.lock:
        full_store.insert(COMPANY, "Product", {})
    threads = [threading.Thread(target=insert_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(full_store.table(COMPANY, "Product")) == 801


def test_clock_is_real_time_plus_offset() -> None:
    ahead = Clock(offset_seconds=3600).now() - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)


def test_a_replaced_row_keeps_its_place() -> None:
    full_store = store()
    full_store.insert(COMPANY, "Customer", {"id": "c2"})
    changed = full_store.replace(COMPANY, "Customer", {"id": "c1", "modificationDate": None, "socialName": "new"})
    assert changed["modificationDate"] == full_store.clock.now()
    assert [*full_store.table(COMPANY, "Customer")] == ["c1", "c2"]
    kept = full_store.replace(COMPANY, "Customer", {"id": "c1", "modificationDate": LONG_AGO}, stamp=False)
    assert kept["modificationDate"] == LONG_AGO
    with pytest.raises(KeyError):
        full_store.replace(COMPANY, "Customer", {"id": "c3"})


def test_a_pause_lets_others_have_the_lock() -> None:
    full_store = store()
    wrote = threading.Event()

    def write() -> None:
        full_store.insert(COMPANY, "Customer", {"id": "c2"})
        wrote.set()

    with full_store.lock, full_store.lock:
        writer = threading.Thread(target=write)
        writer.start()
        assert not wrote.is_set()
        for _ in range(500):
            full_store.pause(0.01)
            if wrote.is_set():
                break
        assert wrote.is_set()
    writer.join()


def test_a_journal_notes_what_was_there_before() -> None:
    full_store = store()
    table = full_store.table(COMPANY, "Customer")
    original = table["c1"]
    journal: Journal = {}
    with full_store.journaled(journal):
        full_store.replace(COMPANY, "Customer", {**original, "socialName": "new"})
        full_store.replace(COMPANY, "Customer", {**original, "socialName": "newer"})
        full_store.insert(COMPANY, "Customer", {"id": "c2"})
        full_store.delete(COMPANY, "Customer", "c2")
    full_store.insert(COMPANY, "Customer", {"id": "c3"})
    assert journal == {("Customer", "c1"): (table, original), ("Customer", "c2"): (table, None)}
