"""Numbers and identification numbers have one form, whatever their spelling."""

import re
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sage_active.values import (
    MOST_DIGITS,
    by_spelling,
    digits,
    former_spellings,
    identification,
    is_former_spelling,
    text_of,
    with_former,
)

WHOLE = st.one_of(
    st.integers(-(10**30), 10**30),
    st.builds(lambda number, zeros: number * 10**zeros, st.integers(-99, 99), st.integers(0, 12)),
)
EXACT = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
SEPARATORS = st.sampled_from([" ", "\u00a0", "\u202f", "\u200b", ".", "-", "\u2011", "\u2013", "/", "\t"])


@st.composite
def spelled(draw: st.DrawFn, number: int) -> Decimal:
    """A JSON number with that value, as some program prints it."""
    shift, zeros = draw(st.integers(-6, 6)), draw(st.sampled_from(["", "00"]))
    # Not by arithmetic, which rounds to 28 digits.
    sign, figures, _ = Decimal(number).as_tuple()
    moved = Decimal((sign, figures, shift))
    whole, _, fraction = f"{moved:f}".partition(".")
    fraction += zeros
    return Decimal(f"{whole}{'.' if fraction else ''}{fraction}e{-shift}")


@given(st.data(), WHOLE)
def test_a_number_has_one_text_in_every_spelling(data: st.DataObject, number: int) -> None:
    assert digits(data.draw(spelled(number))) == digits(number) == str(number)


@given(EXACT)
def test_a_number_keeps_its_value_and_its_text_is_its_own_form(number: Decimal) -> None:
    text = digits(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert digits(Decimal(text)) == text
    assert text_of(text) == text


@given(EXACT, EXACT)
def test_different_numbers_differ(one: Decimal, other: Decimal) -> None:
    assert (digits(one) == digits(other)) == (one == other)


@given(st.text())
def test_a_text_stays_as_it_is(text: str) -> None:
    assert text_of(text) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("9001.0"), "9001"),
        (Decimal("1e5"), "100000"),
        (Decimal("-0.0"), "0"),
        (Decimal("9001.50"), "9001.5"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("123456789012345678901234567890123.10"), "123456789012345678901234567890123.1"),
        (10 ** (MOST_DIGITS - 1), "1" + "0" * (MOST_DIGITS - 1)),
    ],
)
def test_digits(number: int | Decimal, text: str) -> None:
    assert digits(number) == text


@pytest.mark.parametrize(
    "number", [Decimal("1e999999999"), Decimal("1e-999999999"), 10**4000, -(10**MOST_DIGITS), Decimal("NaN")]
)
def test_a_number_that_would_fill_the_memory_is_refused(number: int | Decimal) -> None:
    with pytest.raises(ValueError, match="more than 100 digits"):
        digits(number)


@pytest.mark.parametrize(
    "literal", ["9001.0", "1e5", "100000.0", "1.0E7", "12e3", "5.0", "0.0", "-5.0", "1E+16", "1.5e+16", "9001.50"]
)
def test_what_version_0_1_sent_is_a_former_spelling_of_the_one_form(literal: str) -> None:
    sent, now = str(Decimal(literal)), digits(Decimal(literal))
    assert sent in former_spellings(now)
    assert sent in former_spellings(Decimal(literal))
    assert is_former_spelling(sent)
    assert not is_former_spelling(now)


@given(EXACT)
def test_former_spellings_have_the_same_value_and_never_the_one_form(number: Decimal) -> None:
    for value in (number, digits(number)):
        assert digits(number) not in former_spellings(value)
        assert all(Decimal(spelling) == number for spelling in former_spellings(value))
        assert all(map(is_former_spelling, former_spellings(digits(number))))


@given(st.text())
def test_a_text_that_is_not_the_one_form_of_a_number_has_no_other_spelling(text: str) -> None:
    if former_spellings(text):
        assert digits(Decimal(text.strip())) == text.strip()


@pytest.mark.parametrize("text", ["9001.0", "007", "1e5", "A1", "", "+5", "9_001", "٣", "1" * 101, "1E+999"])
def test_texts_without_a_former_spelling(text: str) -> None:
    assert former_spellings(text) == ()


def test_what_is_found_belongs_to_its_own_key_first() -> None:
    assert with_former(["5", "A"]) == ["5", "A", "5.0"]
    assert by_spelling(["5", "A"], {"5.0": "row", "A": "a"}) == {"5": "row", "A": "a"}
    assert by_spelling(["5"], {"5": "now", "5.0": "before"}) == {"5": "now"}
    assert by_spelling(["5", "5.0"], {"5.0": "row"}) == {"5.0": "row"}
    assert by_spelling(["10"], {"10.0": "one", "1E+1": "other"}) == {}


# --- identification numbers ---


@given(st.text(alphabet="ABCDEFXYZ0123456789", min_size=2), st.data())
def test_separators_and_case_do_not_belong_to_an_identification_number(number: str, data: st.DataObject) -> None:
    written = "".join(
        data.draw(st.sampled_from([character, character.lower()])) + data.draw(SEPARATORS) for character in number
    )
    # That is a whole number from a floating point column.
    assume(not re.fullmatch(r"[0-9]+\.0{1,2}", written.strip()))
    assert identification(written) == number


@given(st.text())
@example("\u0339 \u0334")
def test_the_form_of_an_identification_number_is_its_own_form(text: str) -> None:
    assert identification(identification(text)) == identification(text)


@given(st.text(alphabet="ABCXYZ0123456789"), st.text(alphabet="ABCXYZ0123456789"))
def test_different_identification_numbers_differ(one: str, other: str) -> None:
    assert (identification(one) == identification(other)) == (one == other)


def test_a_number_that_passed_through_a_float_column() -> None:
    assert identification("123456789.0") == "123456789"
    assert identification("123.456.789") == "123456789"
