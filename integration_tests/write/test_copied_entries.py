"""Entries as the source emits them, written to another company: some are set aside, the others are created once."""

from decimal import Decimal
from typing import Any

import pytest

from integration_tests.destination import AT_ONCE, Destination, committed, received, record, records, state, stats
from integration_tests.entry_records import ALLOWED, STREAM, EntryRecords, entries_of
from integration_tests.write.test_journal_entries import CREATE, LINES, Data
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

DOCUMENT = "3f0f2a52-0000-4000-8000-000000000001"
# What is created, and what is set aside.
TAKEN: list[Data] = [
    {"sourceType": "ACCOUNTING", "entryType": "GENERAL"},
    {"sourceType": "IMPORT_FILE", "entryType": "UNDEFINED"},
    {"sourceType": "PUBLIC_API", "entryType": None},
    {"sourceType": "BANKING", "entryType": "GENERAL"},
    {"sourceType": "YEAR_END_PROCESS", "entryType": "OPENING"},
]
SET_ASIDE: list[Data] = [
    {"sourceType": "SALES", "entryType": "GENERAL", "salesInvoiceId": DOCUMENT, "sourceEntityId": DOCUMENT},
    {"sourceType": "ACCOUNTING", "entryType": "GENERAL", "sourceEntityId": DOCUMENT},
    {"sourceType": "AP_AUTOMATION", "entryType": "GENERAL", "sourceEntityId": DOCUMENT},
    {"sourceType": "ACCOUNTING", "entryType": "CASH_VAT_ADJUSTMENT", "sourceEntityId": DOCUMENT},
    {"sourceType": "YEAR_END_PROCESS", "entryType": "CLOSURE_EXERCISE"},
    {"sourceType": "YEAR_END_PROCESS_PREVIEW", "entryType": "TEMPORARY_CARRY_FORWARD"},
    {"sourceType": "SCHEDULER_SERVICE", "entryType": "GENERAL"},
]


@pytest.fixture
def entries(sandbox: Sandbox, company: Company, destination: Destination) -> EntryRecords:
    """Records for the company; entries may be created."""
    destination.set(final_acts=ALLOWED, settle_seconds=0, max_rejected_percent=100)
    return EntryRecords(sandbox, company)


def emitted(entry: Data, **members: Any) -> Data:
    """A record as a row of the source has it, in place of the names of the create."""
    lines = [
        {
            "id": f"{entry['id']}-{order}",
            "order": order,
            "subAccount": {"id": DOCUMENT, "code": {"value": line["subAccountCode"]}},
            "accountingEntryThirdParty": None,
            "accountingEntryInvoice": None,
            "debitAmount": line["debitAmount"],
            "creditAmount": line["creditAmount"],
        }
        for order, line in enumerate(entry[LINES], start=1)
    ]
    plain = {name: value for name, value in entry.items() if name != "journalTypeCode"}
    journal = {"id": DOCUMENT, "code": entry["journalTypeCode"]}
    return {**plain, "journalType": journal, LINES: lines, "isClosed": True, **members}


@pytest.fixture
def rows(entries: EntryRecords) -> list[Data]:
    """One of each kind."""
    return [emitted(entries.entry(number), **kind) for number, kind in enumerate([*TAKEN, *SET_ASIDE])]


def test_each_kind_is_created_or_set_aside_once(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    outcome = destination.write([*records(STREAM, rows), state(STREAM, 1)])
    assert (outcome.code, destination.rejected()) == (0, []), outcome.errors
    assert set(entries_of(sandbox, company)) == {row["documentNumber"] for row in rows[: len(TAKEN)]}
    assert stats(outcome) == [(1, len(rows), 0)]
    (summary,) = [text for text in outcome.logs("INFO") if text.startswith(f"`{STREAM}`: ")]
    assert f"{len(TAKEN)} created" in summary
    assert f"{len(SET_ASIDE)} set aside" in summary
    notices = [text for text in outcome.logs("WARN") if " set aside" in text]
    assert len(notices) == len(SET_ASIDE)
    for row in rows[len(TAKEN) :]:
        (line,) = [
            text for text in notices if f"`entryType` {row['entryType']}, `sourceType` {row['sourceType']}:" in text
        ]
        debit = sum((line["debitAmount"] for line in row[LINES]), Decimal(0))
        assert f"1 set aside, {debit:.2f} in all. " in line
    assert destination.write(records(STREAM, rows)).code == 0
    assert (destination.counts(), committed(sandbox)) == ({"unchanged": len(TAKEN)}, {CREATE: len(TAKEN)})


@pytest.mark.parametrize(
    "spelled", [str.upper, lambda name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name)]
)
def test_columns_in_another_spelling_are_understood(
    sandbox: Sandbox, destination: Destination, rows: list[Data], spelled: Any
) -> None:
    renamed = [{spelled(name): value for name, value in row.items()} for row in rows[len(TAKEN) :]]
    outcome = destination.write(records(STREAM, renamed))
    assert (outcome.code, destination.rejected(), received(sandbox)) == (0, [], {}), outcome.errors


def test_a_dry_run_says_so(sandbox: Sandbox, destination: Destination, rows: list[Data]) -> None:
    destination.set(dry_run=True)
    assert destination.write(records(STREAM, rows)).code == 0
    actions = [step["action"] for step in destination.plan()]
    assert (actions.count("create"), actions.count("set aside")) == (len(TAKEN), len(SET_ASIDE))
    assert received(sandbox) == {}


def test_what_another_program_calls_so_is_written(
    sandbox: Sandbox, destination: Destination, entries: EntryRecords
) -> None:
    row = {**entries.entry(0), "sourceType": "ERP", "sourceEntityId": "4711"}
    assert destination.write([record(STREAM, row)]).code == 0
    assert committed(sandbox) == {CREATE: 1}


def test_a_copy_needs_a_tax_register_where_its_original_has_one(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords
) -> None:
    destination.set(entries_with_vat="allow")
    accounts = sandbox.store.table(company.id, "AccountingAccount")
    tax = next(accounts[row_id]["code"] for row_id in sorted(entries.tax_accounts()))
    paid, booked = (
        emitted(
            {
                **entries.entry(number),
                LINES: [
                    {"subAccountCode": tax, "debitAmount": Decimal(19), "creditAmount": Decimal(0)},
                    {"subAccountCode": entries.plain[0], "debitAmount": Decimal(0), "creditAmount": Decimal(19)},
                ],
            },
            sourceType="ACCOUNTING",
            entryType="GENERAL",
        )
        for number in range(2)
    )
    # VAT that is paid to the tax office is in no register; what was booked as an invoice is.
    booked[LINES][0]["accountingEntryInvoice"] = {"accountingEntryTaxes": [{"taxAmount": Decimal(19)}]}
    assert destination.write(records(STREAM, [paid, booked])).code == 0
    (held,) = destination.rejected()
    assert (held["record"]["data"]["id"], held["rejected_reason"]) == (booked["id"], "held")
    assert committed(sandbox) == {CREATE: 2}


@pytest.mark.parametrize("is_dry_run", [False, True])
def test_entries_wait_for_the_third_parties_that_they_name(
    sandbox: Sandbox, company: Company, destination: Destination, entries: EntryRecords, is_dry_run: bool
) -> None:
    destination.set(dry_run=is_dry_run)
    kinds = {"CUSTOMER": ("customers", "20001"), "PROVIDER": ("suppliers", "80001")}
    parties = {
        stream: {"code": code, "socialName": code, "addresses": [{"name": "A", "countryIsoCodeAlpha2": "DE"}]}
        for stream, code in kinds.values()
    }
    rows = []
    for number, (kind, (_, code)) in enumerate(kinds.items()):
        collective = entries.codes(lambda row, kind=kind: row["subAccountType"] == kind)[0]
        row = emitted(entries.entry(number), sourceType="BANKING", entryType="GENERAL")
        row[LINES][0]["subAccount"] = {"code": {"value": collective}}
        row[LINES][0]["accountingEntryThirdParty"] = {"code": code}
        rows.append({**row, **AT_ONCE})
    nobody = {**rows[0], "id": "of nobody", "documentNumber": "N", LINES: [dict(line) for line in rows[0][LINES]]}
    nobody[LINES][0]["accountingEntryThirdParty"] = {"code": "29999"}
    # Each is so large that it is written before the next record comes.
    lines = [*records(STREAM, [*rows, nobody]), *(record(stream, row) for stream, row in parties.items())]
    assert destination.write(lines).code == 0
    (rejected,) = destination.rejected()
    assert rejected["record"]["data"]["id"] == "of nobody"
    assert (rejected["rejected_reason"], rejected["rejected_field"]) == ("reference", f"{LINES}[0].thirdCode")
    assert len(entries_of(sandbox, company)) == (0 if is_dry_run else len(rows))
