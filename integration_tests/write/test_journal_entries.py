"""Journal entries: created once by codes, found again by their keys, checked before they are sent, never changed."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.connector import Outcome
from integration_tests.destination import Destination, committed, received, records, state, stats
from integration_tests.entry_records import ALLOWED, STREAM, EntryRecords, differing, entries_of
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

CREATE = "createAccountingEntryUsingCodes"
LINES = "accountingEntryLines"
Data = dict[str, Any]


@pytest.fixture
def entries(sandbox: Sandbox, company: Company, destination: Destination) -> EntryRecords:
    """Records for a company that has a customer and a supplier; entries may be created."""
    destination.set(final_acts=ALLOWED, settle_seconds=0, max_rejected_percent=100)
    return EntryRecords(sandbox, company, parties(sandbox, company, destination))


def parties(sandbox: Sandbox, company: Company, destination: Destination) -> dict[str, str]:
    """Creates a customer and a supplier; their codes by the type of their account."""
    address = [{"name": "A", "firstLine": "B", "city": "C", "zipCode": "10115", "countryIsoCodeAlpha2": company.market}]
    created: dict[str, str] = {}
    lines = []
    for kind, stream, code in (("CUSTOMER", "customers", "20001"), ("PROVIDER", "suppliers", "80001")):
        created[kind] = code
        lines += records(stream, [{"code": code, "socialName": "Müller", "addresses": address, "paymentTermLines": []}])
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    sandbox.mutations.clear()
    return created


def write(destination: Destination, *rows: Mapping[str, Any], mode: str = "append_dedup") -> Outcome:
    """Writes entries, and a STATE after them."""
    return destination.write([*records(STREAM, rows), state(STREAM, 1)], {STREAM: mode})


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    """Why records were not written: code and member."""
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


def changed(entry: Data, **changes: Any) -> Data:
    """A record with other members, and those of its lines by their places as `lines0`."""
    result = deepcopy(entry)
    for name, value in changes.items():
        if name.startswith("line"):
            result[LINES][int(name.removeprefix("line"))] |= value
        else:
            result[name] = value
    return result


# --- written, found again, compared ---


def assert_written_and_unchanged(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    """Writes records twice: they are there field by field, and the second sync sends nothing."""
    outcome = write(destination, *rows)
    assert outcome.code == 0, (outcome.errors, destination.rejected()[:1])
    assert stats(outcome) == [(1, len(rows), 0)]
    held = entries_of(sandbox, company)
    assert [text for row in rows for text in differing(sandbox, company, row, held[row["documentNumber"]])] == []
    assert len(held) == len(rows)
    assert committed(sandbox) == {CREATE: len(rows)}
    assert destination.counts() == {"create": len(rows)}
    sandbox.mutations.clear()
    assert write(destination, *rows).code == 0
    assert destination.counts() == {"unchanged": len(rows)}
    assert received(sandbox) == {}


def test_two_hundred_are_there_field_by_field_and_unchanged_when_all_come_again(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords
) -> None:
    assert_written_and_unchanged(sandbox, company, destination, entries.of(200))


@pytest.mark.parametrize("market", ["es", "fr"])
def test_the_other_markets(sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords) -> None:
    assert_written_and_unchanged(sandbox, company, destination, entries.of(10))


@pytest.mark.parametrize("setting", ["exercise", "journal"])
def test_numbers_of_the_server_do_not_matter(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords, setting: str
) -> None:
    sandbox.change_switches({"entry_numbers": setting})
    assert_written_and_unchanged(sandbox, company, destination, entries.of(5))


def test_days_may_be_shown_as_local_midnights_in_utc(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords
) -> None:
    sandbox.change_switches({"days": "local"})
    rows = entries.of(20)
    for counts in ({"create": 20}, {"unchanged": 20}):
        assert write(destination, *rows).code == 0
        assert destination.counts() == counts


def test_rows_of_the_source_are_records(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords
) -> None:
    (row,) = entries.of(1)
    lines = [
        {
            "id": f"3f0f2a52-0000-4000-8000-00000000000{at}",
            "subAccount": {"id": "3f0f2a52-0000-4000-8000-00000000000a", "code": {"value": line["subAccountCode"]}},
            "accountingEntryThirdParty": {"code": line["thirdCode"]} if "thirdCode" in line else None,
            "debitAmount": line["debitAmount"],
            "creditAmount": line["creditAmount"],
            "accountingEntryInvoice": None,
        }
        for at, line in enumerate(row[LINES])
    ]
    as_read = {
        **{name: value for name, value in row.items() if name not in ("journalTypeCode", LINES)},
        "company_id": "another",
        "journalType": {"id": "3f0f2a52-0000-4000-8000-00000000000b", "code": row["journalTypeCode"]},
        "journalTypeId": "3f0f2a52-0000-4000-8000-00000000000b",
        "number": 7,
        LINES: lines,
    }
    destination.set(company_map=[{"source_company_id": "another", "company_id": company.id}])
    assert write(destination, as_read).code == 0, destination.rejected()
    assert list(differing(sandbox, company, row, entries_of(sandbox, company)[row["documentNumber"]])) == []
    # The same entry in the names of the create.
    assert write(destination, {**row, "company_id": "another"}).code == 0
    assert destination.counts() == {"unchanged": 1}


def test_lines_of_one_third_party_are_compared_by_their_sum(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords
) -> None:
    (row,) = entries.of(1)
    first, *others = row[LINES]
    assert first["thirdCode"]
    parts = [{**first, "debitAmount": Decimal(60)}, {**first, "debitAmount": Decimal(40)}]
    assert write(destination, {**row, LINES: [*parts, *others]}).code == 0, destination.rejected()
    (stored,) = entries_of(sandbox, company).values()
    assert len(stored[LINES]) == 2, "the server joins them"
    for lines in ([*parts, *others], [first, *others], [*others, *parts]):
        assert write(destination, {**row, LINES: lines}).code == 0
        assert destination.counts() == {"unchanged": 1}


@pytest.mark.parametrize("mode", ["append", "append_dedup"])
@pytest.mark.parametrize(
    ("change", "field", "named"),
    [
        ({"description": "Other"}, "description", "description"),
        ({"documentDate": "2026-02-02"}, "documentDate", "documentDate"),
        ({"line0": {"debitAmount": 90}, "line1": {"creditAmount": 90}}, LINES, "90.00 in the record and 0.10"),
    ],
)
def test_other_content_under_one_key_is_rejected_by_name(
    sandbox: Sandbox,
    destination: Destination,
    entries: EntryRecords,
    mode: str,
    change: Data,
    field: str,
    named: str,
) -> None:
    row = entries.entry(3 * 5 + 6)
    row = changed(row, line0={"debitAmount": Decimal("0.1")}, line1={"creditAmount": Decimal("0.1")})
    row[LINES] = row[LINES][:2]
    assert write(destination, row, mode=mode).code == 0, destination.rejected()
    sandbox.mutations.clear()
    assert write(destination, changed(row, **change), mode=mode).code == 1
    assert reasons(destination) == [("exists", field)]
    message = destination.rejected()[0]["rejected_message"]
    assert named in message
    assert "reverses" in message
    assert received(sandbox) == {}


def test_a_third_party_is_part_of_the_key(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords
) -> None:
    supplier = entries.codes(lambda row: row["subAccountType"] == "PROVIDER")[0]
    (row,) = entries.of(1)
    without = changed(entries.entry(1), id="b", date=row["date"], documentNumber=row["documentNumber"])
    other = changed(row, id="c", line0={"subAccountCode": supplier, "thirdCode": "80001"})
    assert write(destination, row, without, other).code == 0, destination.rejected()
    assert committed(sandbox) == {CREATE: 3}
    assert write(destination, row, without, other).code == 0
    assert destination.counts() == {"unchanged": 3}
    # With both of them it may be either.
    both = changed(row, id="d")
    both[LINES].append({"subAccountCode": supplier, "thirdCode": "80001", "debitAmount": 0, "creditAmount": 0})
    write(destination, both)
    assert reasons(destination) == [("exists", f"{LINES}[].thirdCode")]


def test_rows_with_one_key_are_both_rejected(sandbox: Sandbox, destination: Destination, entries: EntryRecords) -> None:
    first, second, third = entries.of(3)
    twin = changed(first, id="another")
    assert write(destination, first, twin, second, third).code == 0
    assert [reason for reason, _ in reasons(destination)] == ["ambiguous"] * 2
    assert committed(sandbox) == {CREATE: 2}


def test_a_record_that_comes_twice_is_one_entry(
    sandbox: Sandbox, destination: Destination, entries: EntryRecords
) -> None:
    (row,) = entries.of(1)
    assert write(destination, row, row).code == 0
    assert committed(sandbox) == {CREATE: 1}
    assert stats(write(destination, row, row)) == [(1, 2, 0)]


@pytest.mark.parametrize("mode", ["append", "append_dedup"])
def test_an_entry_without_a_document_number_is_rejected(
    sandbox: Sandbox, destination: Destination, entries: EntryRecords, mode: str
) -> None:
    (row,) = entries.of(1)
    write(destination, changed(row, documentNumber=None), mode=mode)
    assert reasons(destination) == [("no-key", "documentNumber")]
    assert received(sandbox) == {}


def test_a_key_takes_a_further_member(sandbox: Sandbox, destination: Destination, entries: EntryRecords) -> None:
    destination.set(streams=[{"stream": STREAM, "object": STREAM, "key": "description"}])
    (row,) = entries.of(1)
    other = changed(row, id="another", description="Another one")
    assert write(destination, row, other).code == 0, destination.rejected()
    assert committed(sandbox) == {CREATE: 2}
    assert write(destination, row, other).code == 0
    assert destination.counts() == {"unchanged": 2}


def test_update_is_refused_before_the_first_record(destination: Destination, entries: EntryRecords) -> None:
    outcome = write(destination, *entries.of(1), mode="update")
    assert outcome.code == 1
    assert "Choose one of: append, append_dedup" in outcome.errors[0]["message"]


# --- rejected before sending ---


def closed_period(sandbox: Sandbox, company: Company) -> None:
    """Closes the period of March."""
    for year in sandbox.store.table(company.id, "AccountingExercise").values():
        for period in year["periods"]:
            if period["startDate"].month == 3:
                period["isClosed"] = True


Change = Callable[[EntryRecords, Data], Data]
BAD: dict[str, tuple[str, str, Change]] = {
    "unbalanced": ("unbalanced", f"{LINES}[].debitAmount", lambda _, row: changed(row, line0={"debitAmount": 1})),
    "account": ("reference", f"{LINES}[0].subAccountCode", lambda _, row: changed(row, line0={"subAccountCode": "0"})),
    "journal": ("reference", "journalTypeCode", lambda _, row: changed(row, journalTypeCode="NONE")),
    "third party": ("required", f"{LINES}[0].thirdCode", lambda _, row: changed(row, line0={"thirdCode": None})),
    "period": ("period", "date", lambda _, row: changed(row, date="2026-03-15")),
    "year": ("period", "date", lambda _, row: changed(row, date="2001-03-15")),
    "description": ("required", "description", lambda _, row: changed(row, description=None)),
    "long number": ("invalid", "documentNumber", lambda _, row: changed(row, documentNumber="x" * 51)),
    "long text": ("invalid", f"{LINES}[0].description", lambda _, row: changed(row, line0={"description": "x" * 201})),
    "both sides": (
        "invalid",
        f"{LINES}[0].creditAmount",
        lambda _, row: changed(row, line0={"debitAmount": 110, "creditAmount": 10}),
    ),
    "no lines": ("invalid", LINES, lambda _, row: changed(row, accountingEntryLines=[])),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_before_anything_is_sent(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords, name: str
) -> None:
    closed_period(sandbox, company)
    code, field, change = BAD[name]
    row = entries.entry(0)
    assert write(destination, change(entries, row), changed(entries.entry(1), id="b")).code == 0
    assert reasons(destination) == [(code, field)]
    assert destination.rejected()[0]["rejected_message"]
    assert received(sandbox) == {CREATE: 1}


@pytest.mark.parametrize("change", [{"accountLevel": "GROUP"}, {"deactivated": True}])
def test_an_account_must_be_postable(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords, change: Data
) -> None:
    (row, there) = entries.entry(2), entries.entry(4)
    assert write(destination, there).code == 0
    codes = {line["subAccountCode"] for line in (*row[LINES], *there[LINES])}
    for account in sandbox.store.table(company.id, "AccountingAccount").values():
        if account["code"] in codes:
            account.update(change)
    write(destination, row, there)
    # What is there already stays what it is.
    assert [(code, (field or "")[-14:]) for code, field in reasons(destination)] == [("reference", "subAccountCode")]
    assert destination.counts() == {"unchanged": 1, "reject": 1}
