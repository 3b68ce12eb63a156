"""`check` with every list of the contract, against a server that executes the schema and prices its documents."""

from collections.abc import Iterator

import pytest

from sage_active.config import validated
from sage_active.connect import build_client
from sage_active_sandbox.rights import EDITION, GENERAL
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.check import probed
from source_sage_active.configuration import SourceConfig
from unit_tests.source.test_check import MOST_REQUESTS, QUICK, ROOTS


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(rows=3, companies_per_market=3) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """Without what the test before changed."""
    yield served
    served.faults.clear()
    served.drift.clear()
    served.rights.replace({})
    served.change_switches({"max_field_cost": 650000})
    served.reset_tokens()
    served.requests.clear()


def remarks(sandbox: Sandbox) -> list[str]:
    """What `check` says about the lists."""
    config = sandbox.configuration("direct", "de")
    settings = validated(SourceConfig, config)
    client = build_client(settings, config, user_agent="unit/1", emit_now=lambda _: None, retry_policy=QUICK)
    try:
        return probed(client, ROOTS, [company for company in client.companies() if company.usable])
    finally:
        client.close()


def aliases_per_request(sandbox: Sandbox) -> list[int]:
    return [len(request.operations) for request in sandbox.requests if request.organization]


def test_every_list_can_be_read(sandbox: Sandbox) -> None:
    assert remarks(sandbox) == []
    assert len(sandbox.requests) <= MOST_REQUESTS
    assert aliases_per_request(sandbox) == [40, 11, 1, 1]


def test_what_rights_and_editions_refuse_costs_no_request(sandbox: Sandbox) -> None:
    sandbox.rights.replace({"suppliers": GENERAL, "accountingEntries": EDITION})
    found = remarks(sandbox)
    assert [remark.partition(":")[0] for remark in found] == ["Stream suppliers", "Stream accountingEntries"]
    assert aliases_per_request(sandbox) == [40, 11, 1, 1]


def test_lists_that_the_server_does_not_know_cost_a_request_for_five(sandbox: Sandbox) -> None:
    gone = ["suppliers", "products", "salesQuotes", "salesOrders", "salesInvoices", "employees"]
    sandbox.drift.dropped_fields = {f"Query.{name}" for name in gone}
    assert sorted(remark.partition(":")[0] for remark in remarks(sandbox)) == sorted(f"Stream {name}" for name in gone)
    assert aliases_per_request(sandbox) == [40, 35, 34, 11, 1, 1]


def test_a_low_limit_on_the_cost_makes_the_documents_smaller(sandbox: Sandbox) -> None:
    sandbox.change_switches({"max_field_cost": 60})
    assert remarks(sandbox) == []
    assert aliases_per_request(sandbox) == [40, 20, 10, *[5] * 10, 1, 1, 1]
