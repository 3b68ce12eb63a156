"""Members are taken out of rows that have come; everything else stays byte for byte."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Page
from sage_active.maesn.omitted import without_omitted
from sage_active.nesting import DEEPEST
from source_sage_active.source import SourceSageActive
from unit_tests.odd_servers import OddServer, catalog, lines

NAMES = st.sampled_from(["a", "b", "c", 'q"', "é", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def kept(row: str, *omit: str) -> str:
    """A row without some members, as text."""
    page = Page([msgspec.Raw(row.encode())], ["key"], [None])
    (left,) = without_omitted(page, frozenset(omit)).rows
    return bytes(left).decode()


@pytest.mark.parametrize(
    ("row", "omit", "left"),
    [
        ('{"a":1,"b":2}', ["a"], '{"b":2}'),
        ('{"a":1}', ["a"], "{}"),
        ('{"a":1,"a":2,"b":19.990000}', ["a"], '{"b":19.990000}'),
        ('{"\\u0061":1,"b":12345678901234567.89}', ["a"], '{"b":12345678901234567.89}'),
        ('{"a":{"b":1,"c":1E+2},"d":1e999}', ["a.b"], '{"a":{"c":1E+2},"d":1e999}'),
        ('{"a":[{"b":1,"c":2},null,[{"b":3}],"b"]}', ["a.b"], '{"a":[{"c":2},null,[{}],"b"]}'),
        ('{"a":null,"b":"a"}', ["a.b"], '{"a":null,"b":"a"}'),
        ('{"a":{"b":{"c":1}},"a.b":2}', ["a.b.c"], '{"a":{"b":{}},"a.b":2}'),
        ('{"b":{"a":1}}', ["a"], '{"b":{"a":1}}'),
    ],
)
def test_members_are_left_out_by_name_and_path(row: str, omit: list[str], left: str) -> None:
    assert kept(row, *omit) == left


def test_values_that_are_nested_too_deeply_stay() -> None:
    deep = "[" * 5 * DEEPEST + "]" * 5 * DEEPEST
    assert kept(f'{{"a":1,"b":{deep}}}', "a") == f'{{"b":{deep}}}'


def test_a_page_of_which_nothing_is_left_out_is_the_same() -> None:
    page = Page([msgspec.Raw(b'{ "a": 1 }')], ["key"], [None])
    assert without_omitted(page, frozenset()) is page


def removed(value: Any, omit: frozenset[str]) -> Any:
    """The rule, on values instead of bytes."""
    if isinstance(value, list):
        return [removed(element, omit) for element in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: removed(inner, frozenset(path[len(name) + 1 :] for path in omit if path.startswith(f"{name}.")))
        for name, inner in value.items()
        if name not in omit
    }


@given(
    row=st.dictionaries(NAMES, VALUES, max_size=5), omit=st.frozensets(st.sampled_from(["a", "a.b", "b.c", "c.a.b"]))
)
def test_any_row_loses_what_is_named_and_nothing_else(row: dict[str, Any], omit: frozenset[str]) -> None:
    assert json.loads(kept(json.dumps(row), *omit)) == removed(row, omit)


def test_odd_rows_lose_their_members_too() -> None:
    rows = [
        '{"id":"1","companyName":"Anna Muster","role":19.990000,"updatedDate":"2026-01-01T09:00:00Z"}',
        '{"companyName":"Without key","updatedDate":"2026-01-01T09:00:00Z"}',
        '{"id":"3","companyName":"Odd date","updatedDate":"never"}',
        '{"id":"4","company\\u004eame":"Escaped","company_id":"clash"}',
        '"not a record"',
    ]
    with OddServer(rows) as server:
        config = server.config("maesn") | {"exclude_fields": ["customers.companyName"]}
        found = b"\n".join(lines(list(SourceSageActive().read_pages(config, catalog("customers")))))
    assert found.count(b"\n") == len(rows) - 2
    assert b"19.990000" in found
    for name in (b"companyName", b"Anna", b"Without", b"Odd", b"Escaped", b"clash"):
        assert name not in found
