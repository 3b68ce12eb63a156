"""RECORD lines: the API's own bytes, one line each, with the connector's two columns."""

import json
import re
from typing import Any

import msgspec
import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import CURSOR_COLUMN, OWN_COLUMNS, Page
from sage_active.direct.contract import Contract
from sage_active.direct.heads import Heads
from source_sage_active.records import PageMessage, record_lines

pytestmark = pytest.mark.slow

HEADS = Heads(Contract().fields("Customer"))
DATE = "2026-01-31T09:30:00.000000Z"
NUMBERS = st.from_regex(r"\A-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?\Z")
BLANKS = st.text(alphabet=" \t\r\n", max_size=3)
TEXTS = st.text(max_size=20)
KEYS = st.one_of(TEXTS, st.sampled_from([*OWN_COLUMNS, "companyId", "emitted_at", "stream", "data"]))


class Number(str):
    """The text of a JSON number."""

    __slots__ = ()


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), TEXTS, NUMBERS.map(Number)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
ROWS = st.dictionaries(KEYS, VALUES, max_size=6).map(lambda row: {"id": "r1", **row})


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """`value` as JSON text with white space anywhere, escapes or not, and numbers as they are."""
    blank = draw(BLANKS)
    if isinstance(value, Number):
        text = str(value)
    elif isinstance(value, dict):
        members = [f"{json.dumps(name)}{draw(BLANKS)}:{draw(written(element))}" for name, element in value.items()]
        text = "{" + draw(BLANKS) + ",".join(members) + draw(BLANKS) + "}"
    elif isinstance(value, list):
        text = "[" + ",".join(draw(written(element)) for element in value) + draw(BLANKS) + "]"
    else:
        text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    return f"{blank}{text}{draw(BLANKS)}"


def exact(text: str | bytes) -> Any:
    """JSON with the text of its numbers; fails if a key appears twice."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs), f"a key appears twice: {pairs}"
        return dict(pairs)

    return json.loads(text, parse_float=Number, parse_int=Number, object_pairs_hook=members)


def line_of(raw: str, date: str | None = DATE, *, stream: str = "customers", company: str = "c1") -> bytes:
    """The line of one row."""
    return record_lines(stream, company, Page([raw.encode()], ["r1"], [date]), 1700000000000)


@given(row=ROWS, data=st.data(), date=st.sampled_from([DATE, None]), company=TEXTS)
def test_every_line_is_the_row_and_two_columns(
    row: dict[str, Any], data: st.DataObject, date: str | None, company: str
) -> None:
    raw = data.draw(written(row)).strip()
    line = line_of(raw, date, company=company)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert b"\r" not in line
    message = exact(line)
    assert message["type"] == "RECORD"
    assert message["record"]["stream"] == "customers"
    assert message["record"]["emitted_at"] == "1700000000000"
    kept = {name: value for name, value in row.items() if name not in OWN_COLUMNS}
    assert message["record"]["data"] == {**kept, "company_id": company, "updated_at": date}
    assert list(message["record"]["data"])[-2:] == list(OWN_COLUMNS)


@given(rows=st.lists(ROWS, max_size=5), stream=TEXTS)
def test_a_page_is_as_many_lines_as_rows(rows: list[dict[str, Any]], stream: str) -> None:
    raws = [json.dumps(row).encode() for row in rows]
    dates = [DATE if number % 2 else None for number in range(len(rows))]
    lines = record_lines(stream, "c1", Page(raws, ["r1"] * len(rows), dates), 1)
    messages = [json.loads(line) for line in lines.splitlines()]
    assert [message["record"]["data"][CURSOR_COLUMN] for message in messages] == dates
    assert all(message["record"]["stream"] == stream for message in messages)


@given(rows=st.lists(ROWS, max_size=4), data=st.data())
def test_pages_of_a_client_become_the_same_records(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    """A client tells which rows have members called like the connector's; most pages then need no second look."""
    text = ",".join(data.draw(written(row)) for row in rows)
    raws = msgspec.json.decode(f"[{text}]".encode(), type=list[msgspec.Raw])
    page, _ = HEADS.page(raws)
    assert page.clashing == [number for number, row in enumerate(rows) if not row.keys().isdisjoint(OWN_COLUMNS)]
    seen, unseen = page, Page([bytes(row) for row in raws], page.keys, page.dates)
    lines = [record_lines("customers", "c1", sample, 1).splitlines() for sample in (seen, unseen)]
    assert [exact(line) for line in lines[0]] == [exact(line) for line in lines[1]]
    assert len(lines[0]) == len(rows)


@given(number=NUMBERS)
def test_number_text_survives_byte_for_byte(number: str) -> None:
    line = line_of(f'{{"id":"1","total":{number},"list":[{number}],"updated_at":{number}}}').decode()
    assert re.search(rf'"total":{re.escape(number)},"list":\[{re.escape(number)}\],"company_id"', line)


def test_famous_numbers_and_nulls() -> None:
    raw = '{"id":"1","a":12345678901234567.89,"b":19.990000,"c":null,"d":-0.0,"e":1E+2}'
    assert f'"data":{raw[:-1]},"company_id":"c1","updated_at":"{DATE}"}}'.encode() in line_of(raw)


def test_own_columns_win_and_the_rest_keeps_its_bytes() -> None:
    raw = '{ "company_id" : "theirs", "id":"1", "n" : 1.50, "updated_at":null, "deep":{"company_id":  7.00} }'
    line = line_of(raw)
    assert line.count(b"company_id") == 2
    assert b'"deep":{"company_id":  7.00}' in line
    assert b"1.50" in line
    data = exact(line)["record"]["data"]
    assert (data["company_id"], data["updated_at"]) == ("c1", DATE)


def test_own_columns_that_are_written_with_escapes_win_too() -> None:
    line = line_of('{"id":"1","company\\u005fid":"theirs"}')
    assert exact(line)["record"]["data"]["company_id"] == "c1"


def test_a_row_of_nothing_but_own_columns() -> None:
    assert exact(line_of('{"company_id":"theirs"}'))["record"]["data"] == {"company_id": "c1", "updated_at": DATE}
    assert exact(line_of("{}"))["record"]["data"] == {"company_id": "c1", "updated_at": DATE}


def test_line_ends_between_members_become_blanks_and_those_in_text_stay() -> None:
    data = exact(line_of('{\r\n  "id": "1",\n  "text": "a\\r\\nb"\r\n}\r\n'))["record"]["data"]
    assert data["text"] == "a\r\nb"


def test_separators_of_lines_in_text_split_nothing() -> None:
    text = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg"
    message = PageMessage(
        "customers", "c1", Page([json.dumps({"id": text}, ensure_ascii=False).encode()], ["1"], [None])
    )
    (record,) = message.messages()
    assert record.record
    assert record.record.data["id"] == text


# --- pages as messages ---


def test_numbers_that_no_double_holds_are_infinite_in_messages_and_exact_on_the_line() -> None:
    page = Page(
        [b'{"id":"1","total":1e999,"net":-1E+400,"rate":0.1}', b'{"id":"2","total":1}'], ["1", "2"], [None, None]
    )
    message = PageMessage("customers", "c1", page)
    assert b'"total":1e999,"net":-1E+400,' in message.lines
    first, second = (entry.record.data for entry in message.messages() if entry.record)
    assert (first["total"], first["net"], first["rate"]) == (float("inf"), float("-inf"), 0.1)
    assert second["total"] == 1


def test_what_a_page_knows() -> None:
    page = Page(
        [b'{"id":"1"}', b'{"id":"2"}', b'{"id":"3"}'], ["1", "2", "3"], [None, DATE, "2025-01-01T00:00:00.000000Z"]
    )
    message = PageMessage("customers", "c1", page)
    assert isinstance(message, AirbyteMessage)
    assert (message.stream, message.company_id, message.count, message.latest) == ("customers", "c1", 3, DATE)
    assert PageMessage("customers", "c1", Page([b'{"id":"1"}'], ["1"], [None])).latest is None
    assert PageMessage("customers", "c1", Page([], [], [])).lines == b""


@given(
    rows=st.lists(
        st.dictionaries(TEXTS, st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS), max_size=4),
        max_size=4,
    )
)
def test_pages_become_ordinary_messages(rows: list[dict[str, Any]]) -> None:
    rows = [{"id": "1", **row} for row in rows]
    page = Page([json.dumps(row).encode() for row in rows], ["1"] * len(rows), [DATE] * len(rows))
    messages = list(PageMessage("customers", "c1", page).messages())
    for message, row in zip(messages, rows, strict=True):
        assert message.type is Type.RECORD
        assert message.record
        assert message.record.stream == "customers"
        assert message.record.data == {**row, "company_id": "c1", "updated_at": DATE}
        assert message.record.emitted_at > 1_700_000_000_000
        AirbyteMessageSerializer.dump(message)
