"""Rows that are deleted in Sage Active: what a run says of them, and which ids there still are."""

from collections.abc import Callable

from integration_tests.connector import STREAMS, Connector, Outcome
from integration_tests.expected import TYPES, rows, usable
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]


def notices(outcome: Outcome) -> list[str]:
    """What a run says of rows that are gone."""
    return [line for line in outcome.logs("INFO") if "existed at the last run" in line]


def delete(sandbox: Sandbox, company_id: str, stream: str, number: int) -> None:
    """Deletes some rows of a stream."""
    for row_id in list(rows(sandbox, company_id, stream))[:number]:
        sandbox.store.delete(company_id, TYPES[stream], row_id)


def test_each_company_and_stream_has_its_notice(sandbox: Sandbox, connect: Connect, market: str) -> None:
    connector = connect(sandbox, "direct", market)
    states = connector.read().last_states
    first, second = usable(sandbox, market)[:2]
    counts = {stream: len(sandbox.store.table(first.id, TYPES[stream])) for stream in STREAMS}
    delete(sandbox, first.id, "customers", 7)
    copied = next(iter(rows(sandbox, first.id, "customers").values()))
    for number in range(5):
        sandbox.store.insert(first.id, "Customer", {**copied, "id": f"new-{number}"})
    delete(sandbox, second.id, "invoices", 1)
    sandbox.requests.clear()
    outcome = connector.read(state=states)
    of_customers, of_invoices = sorted(notices(outcome))[:: 1 if first.name < second.name else -1]
    assert f"stream customers: 7 of {counts['customers']} rows" in of_customers
    assert first.id in of_customers
    assert "stream invoices: 1 of " in of_invoices
    assert second.id in of_invoices
    counting = [
        request for request in sandbox.requests if request.organization and "page:" not in (request.document or "")
    ]
    assert len(counting) <= 2 * len(usable(sandbox, market)), "they travel with the questions of the census"
    assert notices(connector.read(state=outcome.last_states)) == []


def test_an_invoice_that_becomes_a_credit_note_is_not_gone(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    states = connector.read(["invoices"]).last_states
    company = usable(sandbox, "de")[0]
    sandbox.store.touch(
        company.id, "SalesInvoice", next(iter(rows(sandbox, company.id, "invoices"))), {"type": "CREDIT_NOTE"}
    )
    assert notices(connector.read(["invoices"], state=states)) == []


def test_through_maesn_a_full_read_tells(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "maesn")
    first = connector.read()
    (company, *_) = usable(sandbox, "de")
    entries = {stream: first.entries(stream)[company.id] for stream in STREAMS}
    number = len(rows(sandbox, company.id, "invoices"))
    assert entries["invoices"]["existing"]["count"] == number
    assert not any("existing" in entries[stream] for stream in STREAMS if stream != "invoices"), (
        "they have no such date"
    )
    delete(sandbox, company.id, "invoices", 3)
    changes = connector.read(state=first.last_states)
    assert notices(changes) == []
    assert changes.entries("invoices")[company.id]["existing"] == entries["invoices"]["existing"]
    everything = connector.read(["invoices"], state=changes.last_states, full_refresh=True)
    (notice,) = notices(everything)
    assert f"3 of {number} rows that existed at the last run are gone or no longer visible." in notice
    assert everything.entries("invoices")[company.id]["existing"]["count"] == number - 3


def test_through_maesn_nothing_follows_from_an_empty_list(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "maesn")
    first = connector.read(["invoices"])
    for company in usable(sandbox, "de"):
        delete(sandbox, company.id, "invoices", 1000)
    outcome = connector.read(["invoices"], state=first.last_states, full_refresh=True)
    assert notices(outcome) == []
    assert not any("existing" in entry for entry in outcome.entries("invoices").values())


def test_record_ids_are_those_that_there_are(standing: Sandbox, connect: Connect, market: str) -> None:
    outcome = connect(standing, "direct", market).read(["record_ids"])
    found = outcome.records("record_ids")
    for company in usable(standing, market):
        for stream in STREAMS:
            ids = sorted(row["id"] for row in found if (row["object"], row["company_id"]) == (stream, company.id))
            assert ids == sorted(rows(standing, company.id, stream)), (stream, company.name)
    assert outcome.statuses("record_ids")[-1] == "COMPLETE"
