"""What journal entries are made of: keys, members that rows have elsewhere, sums, rivals, conditions, twins."""

from collections.abc import Mapping, Sequence
from datetime import timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.plan.conditions.creation_conditions import CreationConditions
from destination_sage_active.plan.conditions.open_periods import OpenPeriods
from destination_sage_active.plan.conditions.rivals import Rivals
from destination_sage_active.plan.conditions.twins import alike
from destination_sage_active.plan.content.validate import UnresolvedReference, unresolved_references, validate, with_ids
from destination_sage_active.plan.diff import Rules, patch
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.nearest_rows import nearest_rows
from destination_sage_active.plan.planner import Options, plan_record
from destination_sage_active.record.key import RecordKey, extended_key
from destination_sage_active.record.rejection import Rejected, Twice
from sage_active.client import Company
from sage_active.markets import DIRECT
from sage_active.resources.entries import ENTRY_KEY
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Reference, Row, WriteClient
from unit_tests.destination.write_memory import COMPANY, model_of

ENTRIES: Final = RESOURCE_BY_NAME["journal_entries"]
MODEL: Final = model_of("journal_entries")
LINES: Final = "accountingEntryLines"
TARGET: Final = Target((None, "journal_entries"), ENTRIES, Mode.UPSERT, None, (("id",),))


def line(account: str, debit: object = 0, credit: object = 0, third: str | None = None) -> dict[str, Any]:
    """A line in the names of the create."""
    return {"subAccountCode": account, "debitAmount": debit, "creditAmount": credit, "thirdCode": third}


def stored(account: str, debit: object = 0, credit: object = 0, third: str | None = None) -> dict[str, Any]:
    """The same as rows have it."""
    party = {"code": third} if third else None
    code = {"code": {"value": account}}
    return {"subAccount": code, "debitAmount": debit, "creditAmount": credit, "accountingEntryThirdParty": party}


def row(*lines: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """An entry as the API has it."""
    return {
        "id": "e1",
        "date": "2026-01-31T00:00:00Z",
        "journalType": {"code": "GJ"},
        "documentNumber": "D-1",
        "description": "Wages",
        LINES: list(lines),
        **members,
    }


def entry(*lines: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """The same as a record."""
    values = {"date": "2026-01-31", "journalTypeCode": "GJ", "documentNumber": "D-1", "description": "Wages"}
    return {**values, LINES: list(lines), **members}


def item(values: Mapping[str, Any], key: str = "k", owner: str = "o", **more: Any) -> Item:
    """A record on its way."""
    record = cast("Any", SimpleNamespace(target=TARGET))
    return Item(record, cast("Any", None), MODEL, values, (RecordKey(MODEL.keys[0], key),), (owner,), **more)


class TestKeys:
    """Journal, date, number, and the third-party codes where there are any."""

    def test_a_row_and_a_record_have_one_key(self) -> None:
        lines = (("1400", 1, 0, "C2"), ("1400", 1, 0, "C1"), ("4000", 0, 2, None))
        value = ENTRY_KEY.value(("GJ", "2026-01-31", "D-1"), frozenset({"C1", "C2"}))
        assert MODEL.key_value(MODEL.keys[0], row(*(stored(*entry_line) for entry_line in lines))) == value
        assert ENTRY_KEY.parts(value) == ("GJ", "2026-01-31", "D-1")
        assert ENTRY_KEY.apart_in(value) == {"C1", "C2"}

    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1), max_size=4))
    def test_the_codes_come_back(self, codes: list[str]) -> None:
        wanted = frozenset(text for code in codes if (text := code.strip()) and "\n" not in text)
        value = ENTRY_KEY.value(("J", "D", "N"), wanted)
        assert (ENTRY_KEY.parts(value), ENTRY_KEY.apart_in(value)) == (("J", "D", "N"), wanted)

    def test_a_part_of_the_codes_is_near(self) -> None:
        known = {ENTRY_KEY.value(("J", "D", "N"), frozenset({"A", "B"})): [row()], ENTRY_KEY.value(("J", "D", "N")): []}
        nearest = nearest_rows(MODEL, MODEL.keys[0], known)
        for codes, is_near in (({"A"}, True), ({"B", "C"}, True), ({"C"}, False), (set[str](), False)):
            found = nearest(RecordKey(MODEL.keys[0], ENTRY_KEY.value(("J", "D", "N"), frozenset(codes))))
            assert bool(found) == is_near, codes

    @pytest.mark.parametrize(
        ("chosen", "members"),
        [
            (("description",), (*ENTRY_KEY.members, "description")),
            (("document_date", "documentNumber"), (*ENTRY_KEY.members, "documentDate")),
            (("number",), None),
        ],
    )
    def test_a_user_may_add_members(self, chosen: tuple[str, ...], members: tuple[str, ...] | None) -> None:
        assert extended_key(ENTRIES, DIRECT, chosen) == members
        if members:
            assert MODEL.natural_key(" + ".join(members)).members == members


class TestMembers:
    """What a create calls otherwise than rows do."""

    def test_codes_are_taken_from_where_rows_have_them(self) -> None:
        values = validate(MODEL.fields, row(stored("4000", Decimal(1)), stored("1400", 0, 1, "C1")), own_ids=True)
        found = with_ids(values, {})
        assert found["journalTypeCode"] == "GJ"
        assert [(entry_line["subAccountCode"], entry_line.get("thirdCode")) for entry_line in found[LINES]] == [
            ("4000", None),
            ("1400", "C1"),
        ]
        assert {need.reference.type for need in unresolved_references(values)} == {"AccountingAccount", "JournalType"}

    def test_the_other_side_is_zero(self) -> None:
        values = validate(MODEL.fields, entry({"subAccountCode": 4000, "debitAmount": 5}), own_ids=False)
        (sent,) = values[LINES]
        assert isinstance(sent["subAccountCode"], UnresolvedReference)
        assert (sent["subAccountCode"].key, sent["debitAmount"], sent["creditAmount"]) == (("4000",), 5, 0)


class TestSums:
    """Lines are compared by account and third party."""

    @pytest.mark.parametrize(
        ("lines", "has"),
        [
            ([line("1", 60), line("1", 40)], [stored("1", "100.00")]),
            ([line("1", 100), line("1", 0, 40)], [stored("1", 60)]),
            ([line("1", -100)], [stored("1", 0, 100)]),
            ([line("1", 1), line("2", 0, 1)], [stored("2", 0, 1), stored("1", 1)]),
        ],
    )
    def test_equal(self, lines: list[Row], has: list[Row]) -> None:
        assert patch(MODEL.fields, entry(*lines), row(*has), Rules()).changed == []

    @pytest.mark.parametrize(
        ("lines", "has", "named"),
        [
            ([line("1", 100)], [stored("1", 90)], "1 100.00 in the record and 90.00 in Sage Active"),
            ([line("1", 1, third="C1")], [stored("1", 1, third="C2")], "1 C1 1.00 in the record and 0.00"),
        ],
    )
    def test_unequal(self, lines: list[Row], has: list[Row], named: str) -> None:
        found = patch(MODEL.fields, entry(*lines), row(*has), Rules())
        assert found.changed == [LINES]
        assert named in found.details[LINES]


class TestSeveralRows:
    """Two rows of the key."""

    OTHER: Final = row(stored("1", 7), id="e2")

    def plan(self, *rows: Row) -> str | None:
        return plan_record(MODEL, Mode.UPSERT, entry(line("1", 1)), rows, Options()).id

    def test_the_one_with_the_content_counts(self) -> None:
        assert self.plan(self.OTHER, row(stored("1", 1))) == "e1"

    def test_two_with_the_content_are_named(self) -> None:
        with pytest.raises(Twice) as raised:
            self.plan(row(stored("1", 1), id="e3"), self.OTHER, row(stored("1", 1)))
        assert raised.value.ids == ("e1", "e3")

    def test_none_with_the_content_is_ambiguous(self) -> None:
        with pytest.raises(Rejected) as raised:
            self.plan(self.OTHER, {**self.OTHER, "id": "e4"})
        assert raised.value.code == "ambiguous"

    def test_rows_are_alike_by_their_content(self) -> None:
        rows = [row(stored("1", 1)), self.OTHER, row(stored("1", "1.00"), id="e5")]
        assert [found["id"] for found in alike(MODEL, rows)] == ["e1", "e5"]


class TestRivals:
    """Rows of different primary keys with one key."""

    def test_both_are_refused(self) -> None:
        first, second, other = item({}, "k", "a"), item({}, "k", "b"), item({}, "l", "c")
        assert set(Rivals().refused(COMPANY, [first, second, other])) == {id(first), id(second)}

    def test_what_was_written_before_stays(self) -> None:
        rivals, again, later = Rivals(), item({}, "k", "a"), item({}, "k", "b")
        assert rivals.refused(COMPANY, [item({}, "k", "a")]) == {}
        refused = rivals.refused(COMPANY, [again])
        assert refused == {}
        assert "was written before" in rivals.refused(COMPANY, [later])[id(later)].reason

    def test_companies_are_apart(self) -> None:
        rivals = Rivals()
        other = Company("c2", "Beispiel AG", "DE", "READY", True)
        assert rivals.refused(COMPANY, [item({}, "k", "a")]) == rivals.refused(other, [item({}, "k", "b")]) == {}


class Listing:
    """A client that lists what it is given, by type, and counts how often it is asked."""

    def __init__(self, **rows: Sequence[Row]) -> None:
        self.rows = rows
        self.questions = 0

    def listed(self, company: Company, reference: Reference, *, fresh: bool = False) -> Sequence[Row]:
        """The rows of a type."""
        del company, fresh
        self.questions += 1
        return self.rows.get(reference.type, ())


def period(month: int, *, closed: bool) -> Row:
    """A period of 28 days."""
    return {"startDate": f"2026-{month:02}-01T00:00:00Z", "endDate": f"2026-{month:02}-28", "isClosed": closed}


YEARS: Final[Sequence[Row]] = [
    {"startDate": "2025-01-01", "endDate": "2025-12-31", "status": "CLOSED", "periods": []},
    {
        "startDate": "2026-01-01T00:00:00Z",
        "endDate": "2026-12-31T00:00:00Z",
        "status": "OPEN",
        "periods": [period(1, closed=True), period(2, closed=False)],
    },
]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-02-01", None),
        ("2026-02-28", None),
        ("2026-01-15", "a period that is closed"),
        ("2025-06-01", "a fiscal year that is closed"),
        ("2027-01-01", "no fiscal year"),
    ],
)
def test_a_day_must_be_in_an_open_period(day: str, reason: str | None) -> None:
    assert ENTRIES.direct
    assert ENTRIES.direct.creation_rules
    rule = ENTRIES.direct.creation_rules.open_period
    assert rule
    client = Listing(AccountingExercise=YEARS)
    periods = OpenPeriods(cast("WriteClient", client))
    for _ in range(2):
        if reason is None:
            periods.require(COMPANY, rule, day)
        else:
            with pytest.raises(Rejected, match=reason):
                periods.require(COMPANY, rule, day)
    # Once more for a year that somebody may have created in the meantime.
    assert client.questions == (2 if reason == "no fiscal year" else 1)


@pytest.mark.parametrize(
    ("account", "with_vat", "code"),
    [
        ({"accountLevel": "SUB_ACCOUNT", "deactivated": False}, "reject", None),
        ({}, "reject", None),
        ({"accountLevel": "GROUP"}, "reject", "reference"),
        ({"deactivated": True}, "reject", "reference"),
        ({"subAccountType": "CUSTOMER"}, "reject", "required"),
        ({"taxTreatmentId": "t"}, "reject", "vat"),
        ({"taxTreatmentId": "t"}, "allow", None),
        ({"subAccountType": "OUTPUT_TAX"}, "reject", "vat"),
        ({"code": "of a treatment"}, "reject", "vat"),
    ],
)
def test_accounts_must_fit(account: Row, with_vat: Any, code: str | None) -> None:
    treatments = [{"id": "t", "outputAccountingAccount": [{"code": {"value": "9"}}], "inputAccountingAccount": None}]
    client = Listing(AccountingExercise=YEARS, TaxTreatment=treatments)
    conditions = CreationConditions(cast("WriteClient", client), with_vat)
    number = "9" if account.get("code") else "1"
    values = entry(line(number, 1), line("2", 0, 1), date="2026-02-01")
    record = item(values, referred={f"{LINES}[0].subAccountCode": account})
    if code is None:
        conditions.require(COMPANY, record)
        return
    with pytest.raises(Rejected) as raised:
        conditions.require(COMPANY, record)
    assert raised.value.code == code
    assert (raised.value.field or "").startswith(f"{LINES}[0].")


def test_days_of_rows_are_read_in_utc() -> None:
    assert MODEL.key_form("date", "2026-01-31T00:00:00.000Z") == "2026-01-31"
    assert Rules().zone is timezone.utc
