"""The index of keys, against a plain dictionary."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.errors import SageActiveError
from sage_active.maesn.key_index import VALUES_PER_QUERY, KeyIndex

pytestmark = pytest.mark.slow

MEMBERS = ("number", "vatId")


def row(row_id: str, **keys: object) -> bytes:
    """A row as the API sends it."""
    return json.dumps({"id": row_id, "companyName": "Ä", **keys}).encode()


@pytest.fixture
def index() -> Iterator[KeyIndex]:
    """An empty index."""
    index = KeyIndex("id", MEMBERS)
    yield index
    index.close()


IDS = st.sampled_from([f"i{number}" for number in range(6)])
VALUES = st.none() | st.sampled_from(["A", "B", "a", "ß", "1"])
ROWS = st.lists(st.tuples(IDS, VALUES, VALUES), max_size=6)


@given(readings=st.lists(st.tuples(ROWS, st.booleans()), max_size=5))
def test_finds_what_a_dictionary_finds(readings: list[tuple[list[tuple[str, str | None, str | None]], bool]]) -> None:
    index = KeyIndex("id", MEMBERS)
    expected: dict[str, dict[str, str]] = {}
    for listed, is_complete in readings:
        number = index.begin()
        for row_id, code, vat in listed:
            index.add_read([row(row_id, number=code, vatId=vat)], number)
            keys = {name: value for name, value in zip(MEMBERS, (code, vat), strict=True) if value}
            # A null does not undo what was known.
            expected[row_id] = {**expected.get(row_id, {}), **keys}
        if is_complete:
            index.forget_before(number)
            expected = {row_id: keys for row_id, keys in expected.items() if row_id in {entry[0] for entry in listed}}
    for member in MEMBERS:
        for value in ("A", "B", "a", "ß", "1"):
            found = [json.loads(data)["id"] for _, data in index.rows(member, [value])]
            assert found == sorted(row_id for row_id, keys in expected.items() if keys.get(member) == value)
    assert [json.loads(data)["id"] for _, data in index.rows("id", [f"i{number}" for number in range(6)])] == sorted(
        expected
    )
    index.close()


def test_rows_are_the_bytes_that_came(index: KeyIndex) -> None:
    content = b'{"id":"1","number":"10001","unit":19.990000,"name":"\xc3\x84"}'
    index.add_read([content], index.begin())
    assert index.rows("number", ["10001"]) == [("10001", content)]


def test_keys_are_texts_without_blanks(index: KeyIndex) -> None:
    index.add_read([row("1", number=10001), row("2", number=" 7 "), row("3", number="")], index.begin())
    assert [json.loads(data)["id"] for _, data in index.rows("number", ["10001", "7", ""])] == ["1", "2"]


def test_many_values_at_once(index: KeyIndex) -> None:
    count = 3 * VALUES_PER_QUERY + 1
    index.add_read([row(f"{number:05}", number=str(number)) for number in range(count)], index.begin())
    assert len(index.rows("number", [str(number) for number in range(count + 10)])) == count


def test_own_creates_are_found_by_what_was_sent_and_stay(index: KeyIndex) -> None:
    index.begin()
    index.add_own(row("1", number=None, vatId="V"), {"number": "10001", "vatId": "other"})
    assert len(index.rows("number", ["10001"])) == 1
    assert len(index.rows("vatId", ["V"])) == 1
    assert index.rows("vatId", ["other"]) == []
    # What an answer says, the list need not say.
    assert not index.shows("number", "10001")
    assert not index.shows("vatId", "V")
    assert not index.lists("1")
    # A list that does not show it yet does not make it vanish.
    index.forget_before(index.begin())
    assert len(index.rows("number", ["10001"])) == 1
    # One that shows it without its key neither; one that shows the key is a proof.
    index.add_read([row("1")])
    assert index.lists("1")
    assert len(index.rows("number", ["10001"])) == 1
    assert not index.shows("number", "10001")
    index.add_read([row("1", number="10001")])
    assert index.shows("number", "10001")
    # An answer that comes after the list takes nothing back.
    index.add_own(row("1", number="10001"), {"number": "10001"})
    assert index.shows("number", "10001")


def test_one_of_several(index: KeyIndex) -> None:
    assert index.one_of_several("number") is None
    index.add_read([row("1", number="A"), row("2", number="A"), row("3")], index.begin())
    assert index.one_of_several("number") is None
    index.add_read([row("4", number="B")])
    assert index.one_of_several("number") == "A"


def test_a_key_that_is_not_text_is_not_a_key(index: KeyIndex) -> None:
    index.add_read([row("1", number=["x"]), row("2", number="A")], index.begin())
    assert [value for value, _ in index.rows("number", ["x", "A", "['x']", '["x"]'])] == ["A"]


def test_leaves_no_file(index: KeyIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    large_index = KeyIndex("id", MEMBERS)
    for start in range(0, 20_000, 1000):
        large_index.add_read(
            [row(str(number), number=str(number), text="x" * 200) for number in range(start, start + 1000)]
        )
    assert list(tmp_path.iterdir()) == []
    assert len(large_index.rows("number", ["19999"])) == 1
    large_index.close()


def test_a_full_disk_is_reported_clearly(index: KeyIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def execute(self, *_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        def close(self) -> None:
            """Nothing to close."""

    index.close()
    monkeypatch.setattr(index, "_database", Full())
    with pytest.raises(SageActiveError, match=r"disk is full.*TMPDIR"):
        index.rows("number", ["1"])
