"""Faults of the way and of the servers that a read gets over, and the ones that it reports."""

from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import key_of, rows, usable
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]
ONCE: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500, "body": "oops"}),
    ("status", {"status": 503, "body": ""}),
    ("status", {"status": 502, "body": "<html></html>", "content_type": "text/html"}),
    ("reset_before", {}),
    ("answer_lost", {}),
    ("reset_mid_body", {}),
    ("truncate_json", {}),
    ("gzip_cut", {}),
    ("empty_200", {}),
    ("html_200", {}),
    ("null_nodes", {}),
    ("wrong_count", {"delta": 3}),
    ("empty_page", {}),
]
OF_ROWS = {"direct": {"operation": "customers"}, "maesn": {"path": "/accounting/customers"}}


@pytest.mark.parametrize(("action", "options"), ONCE, ids=[f"{action}-{options}" for action, options in ONCE])
def test_a_fault_that_passes_costs_nothing_but_time(
    sandbox: Sandbox, connect: Connect, connection: str, action: str, options: dict[str, Any]
) -> None:
    connector = connect(sandbox, connection)
    connector.check()
    fault = sandbox.faults.add(action, **OF_ROWS[connection], **options)
    outcome = connector.read(["customers"])
    assert fault.seen > 1
    assert (outcome.code, outcome.errors) == (0, [])
    for company in usable(sandbox, "de"):
        held = sorted(rows(sandbox, company.id, "customers"))
        assert sorted(set(outcome.ids("customers", company.id, "id"))) == held
    assert outcome.statuses("customers")[-1] == "COMPLETE"


def test_retry_after_is_obeyed(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(sandbox, connection)
    connector.check()
    sandbox.faults.add(
        "status", status=429, headers={"Retry-After": "1"}, body={"statusCode": 429}, **OF_ROWS[connection]
    )
    sandbox.requests.clear()
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    requests = [request for request in sandbox.requests if (request.company_id)]
    refused = next(request for request in requests if request.status == 429)
    again = [
        request
        for request in requests
        if request.company_id == refused.company_id and request.text == refused.text and request.time > refused.time
    ]
    assert 1.0 <= (again[0].time - refused.time).total_seconds() < 5.0
    for company in usable(sandbox, "de"):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))


def test_count_that_stays_wrong_fails_by_name(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.faults.add("wrong_count", operation="customers", delta=1, times=-1)
    outcome = connect(sandbox, "direct").read(["customers", "items"])
    assert outcome.code == 1
    assert outcome.statuses("customers")[-1] == "INCOMPLETE"
    assert outcome.statuses("items")[-1] == "COMPLETE"
    assert any("customers" in error["message"] and "contradicts" in error["message"] for error in outcome.errors)
    assert not any(outcome.cursors("customers").values())


def test_pages_that_shift_on_maesn_are_read_again(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.faults.add("wrong_count", path="/accounting/invoices", delta=1)
    outcome = connect(sandbox, "maesn").read(["invoices"])
    assert outcome.code == 0
    for company in usable(sandbox, "de"):
        found = set(outcome.ids("invoices", company.id, key_of("maesn", "invoices")))
        assert found == set(rows(sandbox, company.id, "invoices"))


@pytest.mark.parametrize("page", [1, 2])
def test_maesn_without_pagination_is_not_ended_by_one_empty_page(connect: Connect, page: int) -> None:
    with Sandbox(rows=250, companies_per_market=1) as sandbox:
        sandbox.change_switches({"maesn_pagination": "missing"})
        sandbox.faults.add("empty_page", path="/accounting/customers", page=page)
        outcome = connect(sandbox, "maesn").read(["customers"])
        assert outcome.code == 0
        (company,) = usable(sandbox, "de")
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))


def test_maesn_without_pagination_is_read_to_the_end(connect: Connect) -> None:
    with Sandbox(rows=130, companies_per_market=1) as sandbox:
        sandbox.change_switches({"maesn_pagination": "missing"})
        outcome = connect(sandbox, "maesn").read()
        (company,) = usable(sandbox, "de")
        for stream in STREAMS:
            held = sorted(rows(sandbox, company.id, stream))
            assert outcome.ids(stream, company.id, key_of("maesn", stream)) == held
