"""One bad row costs one row: it is delivered byte for byte, named once, and counted once."""

import json
import logging
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.diff import Rules
from destination_sage_active.plan.planner import Options, plan_record
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company, Oddity, Page
from sage_active.direct.contract import Contract
from sage_active.direct.heads import Heads
from sage_active.maesn.key_index import KeyIndex
from sage_active.maesn.row_pages import row_pages
from sage_active.markets import MAESN
from sage_active.odd_rows import key_of, values_of
from sage_active.resources.table import RESOURCE_BY_NAME
from source_sage_active.odd_records import MOST_OF_A_KIND, OddRecords
from source_sage_active.records import PageMessage, record_lines
from unit_tests.destination.write_memory import model_of
from unit_tests.odd_servers import OddServer, lines, read

HEADS: Final = Heads(Contract().fields("Customer"))
CONNECTIONS: Final = ("direct", "maesn")
DATE_OF: Final = {"direct": "modificationDate", "maesn": "updatedDate"}
ODD_DATES: Final = (
    '"2026-01-31T24:00:00Z"',
    '"2026-01-31T10:00:60Z"',
    '"2026-01-31t10:00:00z"',
    '" 2026-01-31T10:00:00Z"',
    '"31.01.2026"',
    '"0000-00-00"',
    '"/Date(0)/"',
    '"\\u0000"',
    "1767225600",
    "1e999",
    "-1e99999999999999999999",
    "true",
    "[]",
    '{"date":"2026-01-31"}',
)
ODD_KEYS: Final = ("null", '""', "{}", "[1]", "true", "1.5", "1e99999999999999999999")
DEEP: Final = (1_500, 100_000)
GOOD: Final = (
    '{"id":"good","modificationDate":"2026-01-30T10:00:00Z","updatedDate":"2026-01-30T10:00:00Z","x":19.990000}'
)


def row(key: str = '"r1"', **members: str) -> str:
    """A row of JSON texts."""
    return "{" + ",".join(f'"{name}":{text}' for name, text in {"id": key, **members}.items()) + "}"


def page_of(connection: str, rows: Sequence[str]) -> Page:
    """What a connection makes of a page."""
    raw = [msgspec.Raw(text.encode()) for text in rows]
    return (
        HEADS.page(raw, "")[0]
        if connection == "direct"
        else row_pages(RESOURCE_BY_NAME["customers"].on(MAESN)).page(raw, "page 1")
    )


def delivered(line: bytes) -> tuple[str, str]:
    """The row of a RECORD line without the connector's columns, and its `updated_at`, both as JSON text."""
    data = line.partition(b'"data":')[2].rpartition(b',"company_id":')
    return (data[0] + b"}").decode(), data[2].partition(b'"updated_at":')[2].partition(b"}")[0].decode()


# --- whole reads ---


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_rows_with_odd_dates_are_delivered_and_named(connection: str, caplog: pytest.LogCaptureFixture) -> None:
    odd = [row(f'"odd-{n}."', **{DATE_OF[connection]: date}, x='"X"') for n, date in enumerate(ODD_DATES)]
    with OddServer([GOOD, *odd]) as server, caplog.at_level(logging.WARNING, "airbyte"):
        found = [delivered(line) for line in lines(read(server, connection, "customers"))]
        requests = len(server.requests)
    assert found == [(GOOD, '"2026-01-30T10:00:00.000000Z"'), *((text, "null") for text in odd)]
    for number, warning in enumerate(caplog.messages):
        named = ("Muster GmbH", "customers", f"odd-{number}.", f"`{DATE_OF[connection]}`")
        assert all(phrase in warning for phrase in named)
        assert warning.isprintable()
    assert len(caplog.messages) == len(odd)
    assert requests <= 5, "an answer that is whole is not asked for again"


def named_row(warning: str) -> int:
    """The row of page 1 that a warning names; a window may be named with the page."""
    found = re.search(r"page 1(?: of the rows created before [^ ,]+)?, row (\d+)", warning)
    assert found, warning
    return int(found[1])


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_rows_without_a_usable_key_are_named_by_their_place(connection: str, caplog: pytest.LogCaptureFixture) -> None:
    odd = ['{"companyName":"Muster"}', *(row(key, companyName='"Muster"') for key in ODD_KEYS)]
    with OddServer([GOOD, *odd, *odd]) as server, caplog.at_level(logging.WARNING, "airbyte"):
        found = [delivered(line)[0] for line in lines(read(server, connection, "customers"))]
    assert found == [GOOD, *odd, *odd]
    for number, warning in enumerate(caplog.messages, 2):
        assert all(text in warning for text in ("customers", "`id`"))
        assert named_row(warning) == number
    assert len(caplog.messages) == 2 * len(odd)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_what_is_not_a_record_is_named_and_the_others_are_delivered(
    connection: str, caplog: pytest.LogCaptureFixture
) -> None:
    with OddServer(["null", "5", GOOD, '"text"', "null"]) as server, caplog.at_level(logging.WARNING, "airbyte"):
        found = [delivered(line)[0] for line in lines(read(server, connection, "customers"))]
    assert found == [GOOD]
    for number, warning in zip((1, 2, 4, 5), caplog.messages, strict=True):
        assert named_row(warning) == number
        assert "cannot be delivered" in warning


@pytest.mark.slow
@pytest.mark.parametrize("connection", CONNECTIONS)
def test_deep_nesting_is_delivered(connection: str, caplog: pytest.LogCaptureFixture) -> None:
    odd = [row(f'"deep {n}"', x="[" * n + '"\\"]"' + "]" * n, company_id="1") for n in (1_500, 100_000)]
    with OddServer([*odd, GOOD]) as server, caplog.at_level(logging.WARNING, "airbyte"):
        messages = read(server, connection, "customers")
    found = [delivered(line)[0] for line in lines(messages)]
    assert found == [*(text.replace(',"company_id":1', "") for text in odd), GOOD]
    assert ["record deep" in message for message in caplog.messages] == [True, True]
    records = [message.record for page in messages if isinstance(page, PageMessage) for message in page.messages()]
    assert [record.data["id"] for record in records if record] == ["deep 1500", "deep 100000", "good"]


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_half_a_character_costs_no_row(connection: str) -> None:
    with OddServer([row('"\\ud800"', **{DATE_OF[connection]: '"\\udfff"'}), GOOD]) as server:
        found = [delivered(line) for line in lines(read(server, connection, "customers"))]
    assert [date for _, date in found] == ["null", '"2026-01-30T10:00:00.000000Z"']


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_another_date_does_not_take_the_place_of_an_odd_one(connection: str) -> None:
    odd = row(**{DATE_OF[connection]: "5"}, creationDate='"2026-01-01T00:00:00Z"', createdDate='"2026-01-01T00:00:00Z"')
    assert list(page_of(connection, [odd]).dates) == [None]
    odd_creation = row(modificationDate='"2026-01-02T00:00:00Z"', creationDate="5")
    page = page_of("direct", [odd_creation])
    assert list(page.dates) == ["2026-01-02T00:00:00.000000Z"]
    assert [oddity.field for oddity in page.oddities] == ["creationDate"]


def test_an_odd_row_does_not_hide_the_dates_of_children() -> None:
    child = '{"creationDate":"2026-03-01T00:00:00Z"}'
    page = page_of("direct", [row(modificationDate="5"), row('"r2"', addresses=f"[{child}]")])
    assert page.latest_child == "2026-03-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("date", "displayed"),
    [
        ('"2026-02-30"', "'2026-02-30'"),
        ('"a\\u001b[31mb"', "'a\\\\x1b[31mb'"),
        (f'"{"9" * 500}"', "a text of 500 characters"),
        ("12", "12"),
        ("9" * 500, "a number"),
        ('{"secret":1}', "an object"),
    ],
)
def test_values_are_shown_when_they_are_short_and_printable(date: str, displayed: str) -> None:
    (oddity,) = page_of("direct", [row(modificationDate=date)]).oddities
    assert oddity.problem == f"is {displayed}, which is not a date"


# --- any rows ---

TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map(json.dumps)
VALUES: Final = st.one_of(
    st.sampled_from([*ODD_DATES, *ODD_KEYS, '"2026-01-31T10:00:00.123Z"', "[[[]]]"]), TEXTS, st.integers().map(str)
)
ROWS: Final = st.dictionaries(
    st.sampled_from(["id", "creationDate", "modificationDate", "updatedDate", "addresses", "name", "updated_at"]),
    VALUES,
).map(lambda members: "{" + ",".join(f"{json.dumps(name)}: {text}" for name, text in members.items()) + " }")


@pytest.mark.parametrize("connection", CONNECTIONS)
@settings(deadline=None)
@given(rows=st.lists(ROWS, max_size=6))
def test_every_row_is_delivered_once_and_unchanged(connection: str, rows: list[str]) -> None:
    page = page_of(connection, rows)
    assert [bytes(row).decode() for row in page.rows] == rows
    assert len(page.keys) == len(page.dates) == len(rows)
    assert len(record_lines("customers", "c", page, 0).splitlines()) == len(rows)
    keyed = [key for text in rows if (key := key_of(values_of(text.encode()).get("id")))]
    assert len(set(page.keys)) == len(set(keyed)) + len(rows) - len(keyed)


@given(rows=st.lists(ROWS, max_size=4))
def test_a_row_without_a_key_counts_once_however_often_it_comes(rows: list[str]) -> None:
    once, twice = page_of("maesn", rows), page_of("maesn", rows)
    assert set(once.keys) == set(twice.keys)


# --- the log ---


def noted(oddities: list[Oddity], caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings about a company with these."""
    company = Company("c1", "Muster GmbH", "DE", "READY", True)
    records = OddRecords("customers")
    with caplog.at_level(logging.WARNING, "airbyte"):
        for _ in range(2):
            records.note(company, Page([], [], [], oddities=oddities))
        records.company_complete(company)
    return caplog.messages


def test_warnings_of_one_kind_are_few_and_the_others_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    many = [Oddity(number, f"k{number}", "updatedDate", "is 5, which is not a date") for number in range(100)]
    warnings = noted([*many, Oddity(1, "k1", "createdDate", "is 6, which is not a date")], caplog)
    assert len(warnings) == MOST_OF_A_KIND + 2
    assert "80 more records" in warnings[-1]


def test_keys_are_escaped_and_cut(caplog: pytest.LogCaptureFixture) -> None:
    (warning,) = noted([Oddity(1, "\x1b[2J" + "x" * 500, "updatedDate", "is 5, which is not a date")], caplog)
    assert warning.isprintable()
    assert len(warning) < 250


# --- lookups ---


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"id":"1","x":1e99999999999999999999}', {"id": "1"}),
        (row('"1"', x="[" * 2000 + "]" * 2000), {"id"}),
        ("null", {}),
        ('{"id":"1","x":"\\ud800"}', {"id"}),
    ],
)
def test_values_that_nothing_holds_cost_no_other_value(text: str, values: Any) -> None:
    found = values_of(text.encode())
    assert set(values) <= set(found)
    assert all(found[name] == value for name, value in (values.items() if isinstance(values, dict) else ()))


def test_an_index_of_keys_takes_any_row() -> None:
    rows = [
        '{"id":"1","number":"N1"}',
        '{"id":null,"number":"N2"}',
        '{"number":"N3"}',
        '{"id":"4","number":{}}',
        '{"id":"5","number":1001.0}',
        row('"6"', number='"N6"', x="[" * 2000 + "]" * 2000),
        '{"id":7,"number":"N7","x":1e99999999999999999999}',
    ]
    index = KeyIndex("id", ("number",))
    index.add_read([text.encode() for text in rows])
    found = index.rows("number", ["N1", "N2", "N3", "1001", "N6", "N7"])
    index.close()
    assert sorted((value, rows.index(text.decode())) for value, text in found) == [
        ("1001", 4),
        ("N1", 0),
        ("N2", 1),
        ("N3", 2),
        ("N6", 5),
        ("N7", 6),
    ]


def test_a_record_whose_row_has_no_id_is_rejected() -> None:
    # What is there already must not be created again, and without an id it cannot be updated.
    with pytest.raises(Rejected, match="without an id"):
        plan_record(model_of("customers"), Mode.UPSERT, {"code": "1"}, [{"id": "", "code": "1"}], Options(Rules()))
