"""Forms in which members of keys compare."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.resources.key_forms import DOCUMENT_NUMBER, YEAR, document_number, year

SPELLINGS = ("RE-2026/0045", "re 2026 0045", "RE20260045", " Re_2026.0045 ", "RE–2026–0045", "ＲＥ2026-0045")


@pytest.mark.parametrize("text", SPELLINGS)
def test_numbers_compare_without_blanks_case_and_separators(text: str) -> None:
    assert document_number(text) == document_number(SPELLINGS[0])


@pytest.mark.parametrize(
    ("one", "other"), [("0045", "45"), ("RE-0045", "re45"), ("F 001/002", "F1 002"), ("000", "0"), ("0-7", "7")]
)
def test_numbers_compare_without_leading_zeros(one: str, other: str) -> None:
    assert document_number(one) == document_number(other)


@pytest.mark.parametrize(
    ("one", "other"), [("100", "1"), ("RE-10", "RE-1"), ("A1", "B1"), ("2026-1", "2025-1"), ("1", "")]
)
def test_other_numbers_are_others(one: str, other: str) -> None:
    assert document_number(one) != document_number(other)


@given(st.text(max_size=50))
def test_a_form_is_its_own_form(text: str) -> None:
    form = document_number(text)
    assert document_number(form) == form


@given(st.from_regex(r"[A-Z]{0,3}[1-9][0-9]{0,9}", fullmatch=True), st.integers(0, 12), st.sampled_from(" -/._"))
def test_a_separator_anywhere_changes_nothing(number: str, position: int, separator: str) -> None:
    assert document_number(number[:position] + separator + number[position:]) == document_number(number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01", "2026"),
        ("2026-01-01T00:00:00Z", "2026"),
        ("2025-12-31T23:00:00.000Z", "2026"),
        ("2025-12-31", "2025"),
        ("2025-12-30T23:00:00.000Z", "2025"),
        ("0001-01-01T00:00:00Z", ""),
        ("", ""),
    ],
)
def test_a_year_is_that_of_the_day_however_it_is_shown(text: str, expected: str) -> None:
    assert year(text) == expected


@given(st.dates(min_value=date(1901, 1, 1), max_value=date(2999, 12, 31)))
def test_a_filter_spans_all_days_of_a_year(day: date) -> None:
    assert YEAR.bounds
    first, end = YEAR.bounds(year(str(day)))
    assert first < f"{day}T00:00:00Z" < end
    assert DOCUMENT_NUMBER.bounds is None
