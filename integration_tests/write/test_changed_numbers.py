"""Documents whose number changes, whose number is all that they have, and versions of which the first one waits."""

from collections import Counter
from typing import Any

import pytest

from integration_tests.connector import run_here
from integration_tests.destination import (
    AT_ONCE,
    DESTINATION,
    Destination,
    catalog,
    received,
    record,
    records,
    state,
    stats,
)
from integration_tests.rich_records import RichRecords, stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

pytestmark = pytest.mark.usefixtures("stock")


def numbers(sandbox: Sandbox, company: Company) -> list[tuple[str, str]]:
    """Number and comments of the invoices that there are."""
    rows = sandbox.store.table(company.id, "SalesInvoice").values()
    return sorted((row["externalReference"], row["comments"]) for row in rows)


def test_a_document_whose_number_has_changed_is_the_same_document(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(document_key="externalReference")
    before = {**invoices[0], "externalReference": "A", "comments": "a"}
    after = {**before, "externalReference": "B", "comments": "b"}
    assert destination.write([record("invoices", before)]).code == 0
    assert destination.write([record("invoices", after)], {"invoices": "append"}).code == 1
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) in [
        ("exists", "externalReference"),
        ("exists", "comments"),
    ]
    sandbox.mutations.clear()
    for action in ("update", "unchanged"):
        assert destination.write([record("invoices", after), state("invoices", 1)]).code == 0
        assert destination.counts() == {action: 1}
        assert [receipt["key"] for receipt in destination.receipts()] == [{"externalReference": "B"}]
        assert numbers(sandbox, company) == [("B", "b")]
    assert received(sandbox) == {"updateSalesInvoice": 1}


def test_a_number_that_goes_to_another_record_leaves_each_a_document(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(document_key="externalReference")
    first, second = ({**row, "comments": f"n{number}"} for number, row in enumerate(invoices[:2]))
    assert destination.write([record("invoices", {**first, "externalReference": "A"})]).code == 0
    moved = [{**second, "externalReference": "A"}, {**first, "externalReference": "B"}]
    for action in ({"create": 1, "update": 1}, {"unchanged": 2}):
        assert destination.write(records("invoices", moved)).code == 0
        assert destination.counts() == action
        assert numbers(sandbox, company) == [("A", "n1"), ("B", "n0")]


def test_without_a_primary_key_the_number_alone_says_what_is_the_same(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(document_key="externalReference")
    configured = catalog({"invoices": "append"}, primary_key=())
    configured["streams"][0]["stream"]["json_schema"] = {"type": "object", "properties": {"id": {"type": "string"}}}
    rows = [{**row, "id": "ORDER-1"} for row in invoices]
    for action in ("create", "unchanged"):
        outcome = run_here(destination.arguments(configured), DESTINATION, b"".join(records("invoices", rows)))
        assert outcome.code == 0, outcome.errors
        assert destination.counts() == {action: len(invoices)}
        assert len(numbers(sandbox, company)) == len(invoices)


# --- records that wait ---


@pytest.mark.parametrize("document_key", [None, "externalReference"])
@pytest.mark.parametrize("is_flushed", [True, False], ids=["flushed-between", "in-one-flush"])
def test_a_later_version_does_not_overtake_the_one_that_waits(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    document_key: str | None,
    is_flushed: bool,
) -> None:
    destination.set(document_key=document_key)
    (late,) = RichRecords(sandbox, company).of("items", 1)
    first = {**invoices[0], "comments": "first", "lines": [{**invoices[0]["lines"][0], "product": {"code": "LATE"}}]}
    second = {**invoices[0], "comments": "second"}
    item = record("items", {**late, "code": "LATE"})
    if is_flushed:
        lines = [record("invoices", {**first, **AT_ONCE}), item, record("invoices", second)]
    else:
        lines = [record("invoices", first), record("invoices", {**second, **AT_ONCE}), item]
    lines += [record("invoices", invoices[1]), state("invoices", 1)]
    destination.set(dry_run=True)
    assert destination.write(lines).code == 0
    plan = Counter(step["action"] for step in destination.plan())
    destination.set(dry_run=False)
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == plan == {"create": 3, "update": 1}
    assert stats(outcome) == [(1, 3, 0)]
    known = stored(sandbox, company, "invoices", "externalReference")
    assert known[invoices[0]["externalReference"]]["comments"] == "second"
    assert len(known) == 2
