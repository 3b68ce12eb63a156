"""Which entries of a company are written to another one, and which are set aside."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import GraphQLEnumType

from destination_sage_active.plan.conditions.set_asides import reason_to_set_aside
from sage_active.resources.copied_entries import (
    COPIED_ENTRIES,
    MADE_BY_DOCUMENT,
    MADE_BY_PAYMENT,
    OF_ANOTHER_SOURCE,
    OF_CASH_VAT,
    OF_YEAR_END,
    PROVISIONAL,
    SOURCE,
    TYPE,
)
from sage_active.resources.schema import packaged_schema
from unit_tests.destination.write_memory import model_of

MODEL: Final = model_of("journal_entries")
ID: Final = "3f0f2a52-0000-4000-8000-000000000001"


def reason(written: tuple[str, ...] = (), **members: Any) -> str | None:
    """Why a record with these members is set aside."""
    found = reason_to_set_aside(MODEL, members, written)
    return found.text.partition(": ")[2] if found else None


@pytest.mark.parametrize("source", ["ACCOUNTING", "IMPORT_FILE", "IMPORT_FILES", "PUBLIC_API", "BANKING"])
def test_what_was_typed_or_imported_is_written(source: str) -> None:
    for kind in ("GENERAL", "UNDEFINED", "OPENING", None):
        assert reason(sourceType=source, entryType=kind) is None


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"sourceType": "SALES", "entryType": "GENERAL"}, MADE_BY_DOCUMENT),
        ({"sourceType": "AP_AUTOMATION", "entryType": "GENERAL"}, MADE_BY_DOCUMENT),
        ({"sourceType": "ACCOUNTING", "sourceEntityId": ID}, MADE_BY_DOCUMENT),
        ({"sourceType": "PUBLIC_API", "salesInvoiceId": ID}, MADE_BY_DOCUMENT),
        # Platforms may leave columns out.
        ({"sourceType": "SALES"}, MADE_BY_DOCUMENT),
        ({"entryType": "CLOSURE_EXERCISE"}, OF_YEAR_END),
        ({"sourceType": "YEAR_END_PROCESS", "entryType": "CLOSURE_WORTH"}, OF_YEAR_END),
        ({"sourceType": "YEAR_END_PROCESS", "entryType": "GENERAL"}, OF_YEAR_END),
        ({"sourceType": "YEAR_END_PROCESS", "entryType": "OPENING"}, None),
        ({"sourceType": "YEAR_END_PROCESS_PREVIEW", "entryType": "OPENING"}, PROVISIONAL),
        ({"sourceType": "YEAR_END_PROCESS_PREVIEW", "entryType": "TEMPORARY_CARRY_FORWARD"}, PROVISIONAL),
        ({"sourceType": "ACCOUNTING", "entryType": "CASH_VAT_ADJUSTMENT", "sourceEntityId": ID}, OF_CASH_VAT),
        ({"sourceType": "SAGE_FR", "entryType": "GENERAL"}, OF_ANOTHER_SOURCE),
        ({"sourceType": "A_NEW_ONE", "entryType": "GENERAL"}, OF_ANOTHER_SOURCE),
        ({"sourceType": None, "entryType": None}, OF_ANOTHER_SOURCE),
    ],
)
def test_the_first_verdict_that_fits_decides(members: dict[str, Any], expected: str | None) -> None:
    assert reason(**members) == expected


@pytest.mark.parametrize(
    "members",
    [{}, {"sourceType": "ERP"}, {"entryType": "GENERAL"}, {"sourceEntityId": ID}, {"journalTypeCode": "GJ", "id": 1}],
)
def test_records_of_other_programs_are_written(members: dict[str, Any]) -> None:
    assert reason(**members) is None


def test_entries_of_the_bank_give_way_to_payments() -> None:
    for written in ("payments", "bill_payments"):
        assert reason((written,), sourceType="BANKING", entryType="GENERAL") == MADE_BY_PAYMENT
        assert reason((written,), sourceType="ACCOUNTING", entryType="GENERAL") is None
    assert reason(("invoices",), sourceType="BANKING", entryType="GENERAL") is None


def test_the_table_names_every_source_of_the_contract() -> None:
    named: dict[str, set[str]] = {SOURCE: set(), TYPE: set()}
    for verdict in COPIED_ENTRIES.verdicts:
        for member in named.keys() & verdict.when.keys():
            named[member].update(verdict.when[member])
    values = {}
    for member, type_name in ((SOURCE, "AccountingEntrySourceType"), (TYPE, "EntryType")):
        kind = packaged_schema().type_map[type_name]
        assert isinstance(kind, GraphQLEnumType)
        values[member] = set(kind.values)
    assert named[SOURCE] == values[SOURCE]
    assert named[TYPE] == values[TYPE] - {"GENERAL", "UNDEFINED"}
    page = (Path(__file__).resolve().parents[2] / "docs" / "moving-a-company.md").read_text("utf-8")
    assert [value for members in named.values() for value in members if f"`{value}`" not in page] == []


@pytest.mark.parametrize(
    ("lines", "amount"),
    [
        ([{"debitAmount": "1.10", "creditAmount": 0}, {"debitAmount": 2, "creditAmount": 3}], Decimal("3.10")),
        ([{}], Decimal(0)),
        (None, Decimal(0)),
        ("[", Decimal(0)),
        ([None, "x"], Decimal(0)),
        ([{"debitAmount": "much"}], None),
    ],
)
def test_the_kind_and_the_amount_are_told(lines: Any, amount: Decimal | None) -> None:
    record = {"sourceType": "SALES", "entryType": None, "accountingEntryLines": lines}
    found = reason_to_set_aside(MODEL, record, ())
    assert found
    assert (found.text, found.amount) == (f"`entryType` none, `sourceType` SALES: {MADE_BY_DOCUMENT}", amount)


def test_objects_without_a_table_set_nothing_aside() -> None:
    assert reason_to_set_aside(model_of("customers"), {"sourceType": "SALES", "entryType": "GENERAL"}, ()) is None
