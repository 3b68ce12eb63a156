"""Texts of a record are hidden in what an API says about it, in every connection by the same rule."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.redaction import HIDDEN, SHORTEST_HIDDEN, redacted

WORDS = st.text('abcxyzÄß0123 .-"\\', min_size=1, max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Muster GmbH is taken", {"name": "Muster GmbH"}, "… is taken"),
        ("MUSTER gmbh is taken", {"name": "Muster GmbH"}, "… is taken"),
        ("Musterstadt is not Muster", {"name": "Muster"}, "Musterstadt is not …"),
        ("the longer one: Muster GmbH & Co", {"a": "Muster", "b": "Muster GmbH & Co"}, "the longer one: …"),
        ('{"name":"Erika \\"Muster\\""}', {"name": 'Erika "Muster"'}, '{"name":"…"}'),
        ("deep: e@example.com", {"contacts": [{"emails": [{"emailAddress": "e@example.com"}]}]}, "deep: …"),
        ("a in DE", {"code": "a", "country": "DE"}, "a in …"),
        ("line 7 is wrong", {"order": 7}, "line 7 is wrong"),
    ],
)
def test_texts_of_the_record_are_hidden(text: str, values: dict[str, Any], expected: str) -> None:
    assert redacted(text, values) == expected


@given(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), WORDS)
def test_no_text_of_the_record_is_left_as_a_whole(values: dict[str, Any], value: str) -> None:
    text = redacted(f"rule: <{value.strip()}> was refused", {**values, "d": value})
    if len(value.strip()) >= SHORTEST_HIDDEN and not re.search(r"rule|was|refused", value):
        assert f"<{value.strip()}>" not in text
        assert HIDDEN in text
