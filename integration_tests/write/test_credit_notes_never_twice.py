"""Never two credit notes of one record by one run, or by runs one after another; every doubt is named."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from integration_tests import credit_records
from integration_tests.books.test_written import Writer
from integration_tests.credit_records import CREATE, MARK, by_comments, credit, invoice, notes, reasons, write
from integration_tests.destination import Destination, committed, received, stats
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

COUNT = 12
FAULTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "answers that are lost": (
        {"action": "answer_lost"},
        {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
        {"action": "whole_null", "commits": 2},
        {"action": "expire_tokens"},
        {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
    ),
    "commits that come late": ({"action": "late_commit", "seconds": 0.4},),
}


@pytest.fixture
def crediting(sandbox: Sandbox, company: Company, destination: Destination) -> Destination:
    """A destination whose company has what the invoices of these tests need; writes settle within a second."""
    return credit_records.prepare_company(sandbox, company, destination, settle_seconds=1)


@pytest.fixture
def source(sandbox: Sandbox, company: Company) -> Row:
    """An invoice of 9 items."""
    return invoice(sandbox, company, "RE-1", ("CR-1", 9, 10))


@pytest.mark.parametrize("name", FAULTS)
def test_faults_make_no_second_credit_note(
    sandbox: Sandbox, company: Company, crediting: Destination, name: str
) -> None:
    rows = credit_records.of(sandbox, company, COUNT)
    sandbox.mutations.clear()
    for operation in (CREATE, MARK):
        for skip, fault in enumerate(FAULTS[name]):
            sandbox.faults.add(**fault, writes=True, operation=operation, skip=skip)
    outcome = write(crediting, *rows)
    assert (outcome.code, crediting.rejected()) == (0, []), (outcome.errors, outcome.logs("WARN")[:3])
    assert (crediting.counts(), stats(outcome)) == ({"create": COUNT}, [(1, COUNT, 0)])
    assert committed(sandbox)[CREATE] == COUNT
    assert by_comments(sandbox, company).keys() == {row["id"] for row in rows}
    sandbox.mutations.clear()
    assert write(crediting, *rows).code == 0
    assert (crediting.counts(), received(sandbox)) == ({"unchanged": COUNT}, {})


def test_what_may_still_arrive_is_not_sent_again_in_one_run(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    sandbox.faults.add("reset_before", writes=True, operation=CREATE)
    rows = [credit(source, number, ("CR-1", 2)) for number in ("A", "B")]
    write(crediting, *rows)
    # Nothing of the same invoice is sent beside it either.
    assert (reasons(crediting), notes(sandbox, company)) == ([("unknown", None)] * 2, [])
    assert write(crediting, *rows).code == 0
    assert crediting.counts() == {"create": 2}


@pytest.mark.parametrize(
    "others",
    [{"sourceType": "SALES"}, {"status": "Closed"}, {"remarks": "[ref:abcdefabcdefabcdefabcdef]"}],
    ids=["typed in", "closed", "marked for another record"],
)
def test_drafts_of_others_are_left_alone(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row, others: dict[str, Any]
) -> None:
    crediting.set(settle_seconds=0)
    lines = [{"productId": source["lines"][0]["productId"], "quantity": 2}]
    sent = {"id": source["id"], "outputDocumentDate": "2026-03-20", "lines": lines}
    draft = Writer(sandbox, company).write(CREATE, "GenerateCreditNoteGLDtoInput", sent)
    table = sandbox.store.table(company.id, "SalesInvoice")
    table[draft["id"]].update(others)
    assert write(crediting, credit(source, "A", ("CR-1", 2))).code == 0
    assert (crediting.counts(), len(notes(sandbox, company))) == ({"create": 1}, 2)
    assert table[draft["id"]]["comments"] is None


def test_a_draft_that_another_program_has_just_made_is_not_taken(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    lines = [{"productId": source["lines"][0]["productId"], "quantity": 2}]
    sent = {"id": source["id"], "outputDocumentDate": "2026-03-20", "lines": lines}
    writer = Writer(sandbox, company)
    draft = writer.write(CREATE, "GenerateCreditNoteGLDtoInput", sent)

    def mark() -> None:
        """What the other program does a moment later, while this run waits."""
        change = {"id": draft["id"], "remarks": "[ref:abcdefabcdefabcdefabcdef]", "comments": "Credit other"}
        writer.write(MARK, "SalesInvoiceUpdateGLDtoInput", change)

    # The second look-up of drafts comes after the wait.
    sandbox.faults.add("run_before", writes=False, contains="sourceSalesInvoiceId: { in", skip=1, run=mark)
    assert write(crediting, credit(source, "A", ("CR-1", 2))).code == 0
    assert by_comments(sandbox, company).keys() == {"A", "other"}
