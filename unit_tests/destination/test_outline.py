"""What can be told of a line that no decoder takes."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from destination_sage_active.input.outline import LONGEST_NAME, Outline

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("stream"), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.text(min_size=1, max_size=20)


def outlined(line: bytes, size: int) -> Outline:
    """The outline of a line that comes in pieces."""
    outline = Outline()
    for start in range(0, len(line), size):
        outline.feed(line[start : start + size])
    return outline


@given(data=JSON, name=NAMES, namespace=st.none() | st.text(), turns=st.randoms(), size=st.integers(1, 50))
@example(data=None, name="0", namespace="\u0300" * LONGEST_NAME, turns=Random(0), size=1)
def test_a_whole_record_names_its_stream_whatever_it_holds(
    data: Any, name: str, namespace: str | None, turns: Any, size: int
) -> None:
    members = [("stream", name), ("data", data), ("emitted_at", 1), ("namespace", namespace)]
    turns.shuffle(members)
    message = [("type", "RECORD"), ("record", dict(members)), ("other", data)]
    turns.shuffle(message)
    line = json.dumps(dict(message)).encode()
    # Written with its escapes, a text that is too long is not a name.
    is_name = bool(namespace) and len(json.dumps(namespace)) - len('""') < LONGEST_NAME
    assert outlined(line, size).stream == (namespace if is_name else None, name)
    # Cut anywhere, or with something behind it, it is not a record.
    cut = line[: turns.randrange(len(line))]
    assert outlined(cut, size).stream is None
    assert outlined(line + line, size).stream is None


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"RECORD","record":{"data":{"stream":"customers"}}}',
        b'{"type":"RECORD","record":{"stream":{"stream":"customers"},"data":{}}}',
        b'{"type":"RECORD","record":["stream","customers"]}',
        b'{"type":"STATE","record":{"stream":"customers"}}',
        b'[{"type":"RECORD","record":{"stream":"customers"}}]',
        b'{"type":"RECORD","record":{"stream":"' + b"c" * LONGEST_NAME + b'"}}',
        b'{"type":"RECORD","record":{"stream":"customers"}}}',
        b'x {"type":"RECORD","record":{"stream":"customers"}}',
    ],
)
def test_what_names_no_stream_has_none(line: bytes) -> None:
    assert Outline.of(line).stream is None
