"""What is read from stdin."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.input.messages import Record, State, messages
from sage_active.errors import SageActiveError
from sage_active.resources.table import RESOURCE_BY_NAME

pytestmark = pytest.mark.slow

CUSTOMERS = Target((None, "customers"), RESOURCE_BY_NAME["customers"], Mode.UPSERT, None, ())
ITEMS = Target(("erp", "items"), RESOURCE_BY_NAME["items"], Mode.UPSERT, None, ())
TARGETS = {target.stream: target for target in (CUSTOMERS, ITEMS)}


def taken(*lines: bytes) -> list[Record | State]:
    """The messages among lines."""
    return list(messages(lines, TARGETS))


def refused(lines: Iterable[bytes]) -> str:
    """The words with which input is refused."""
    with pytest.raises(SageActiveError) as raised:
        list(messages(lines, TARGETS))
    assert raised.value.failure_type.value == "config_error"
    return str(raised.value)


def test_a_record_keeps_its_bytes() -> None:
    data = b'{"code":"C1","amount":12345678901234567.890,"u":"\xc3\xa9","n":null}'
    line = b'{"type":"RECORD","record":{"namespace":"erp","stream":"items","emitted_at":5,"data": ' + data + b"}}\n"
    (record,) = taken(line)
    assert isinstance(record, Record)
    assert (record.target, bytes(record.data), record.line) == (ITEMS, data, line)


@pytest.mark.parametrize(
    ("state", "stream"),
    [
        ({"type": "STREAM", "stream": {"stream_descriptor": {"name": "a", "namespace": "b"}}}, ("b", "a")),
        ({"type": "STREAM", "stream": {"stream_descriptor": {"name": "a"}, "stream_state": {}}, "id": 5}, (None, "a")),
        ({"type": "GLOBAL", "global": {"stream_states": []}}, None),
        ({"type": "LEGACY", "data": {"a": 1}}, None),
        ({"data": {"a": 1}}, None),
    ],
)
def test_a_state_knows_what_it_stands_for(state: dict[str, Any], stream: Any) -> None:
    line = json.dumps({"type": "STATE", "state": state}).encode()
    assert taken(line) == [State(stream, line)]


def test_other_messages_and_blank_lines_are_passed_over() -> None:
    lines = [
        b"\n",
        b"  \r\n",
        b'{"type":"LOG","log":{"level":"INFO","message":"x"}}\n',
        b'{"type":"TRACE","trace":{"type":"STREAM_STATUS"},"record":5}',
        b'{"type":"TRACE","trace":"?"}',
        b'{"type":"UNHEARD_OF","state":"x"}',
    ]
    assert taken(*lines) == []


def test_errors_of_the_source_are_handed_on(caplog: pytest.LogCaptureFixture) -> None:
    assert taken(b'{"type":"TRACE","trace":{"type":"ERROR","error":{"message":"The key is wrong.","x":1}}}') == []
    (entry,) = caplog.records
    assert entry.levelname == "WARNING"
    assert "The key is wrong." in entry.getMessage()


@pytest.mark.parametrize(
    "line",
    [
        b"PRIVATE not json",
        b'{"type":"RECORD","record":{"stream":"customers","data":{"name":"PRIVATE"}}',
        b'["PRIVATE"]',
        b'"PRIVATE"',
        b'{"name":"PRIVATE"}',
        b'{"type":5,"x":"PRIVATE"}',
        b'{"type":"RECORD","x":"PRIVATE"}',
        b'{"type":"RECORD","record":{"data":{"name":"PRIVATE"}}}',
        b'{"type":"STATE","state":{"type":"STREAM","x":"PRIVATE"}}',
        b'{"type":"STATE","state":"PRIVATE"}',
        b'{"type":"\xff PRIVATE"}',
    ],
)
def test_a_line_that_is_not_a_message_is_refused_without_its_content(line: bytes) -> None:
    message = refused([b"\n", line])
    assert "Line 2" in message
    assert "PRIVATE" not in message


def test_a_record_of_an_unknown_stream_is_refused_by_name() -> None:
    message = refused([b'{"type":"RECORD","record":{"stream":"items","data":{"name":"PRIVATE"}}}'])
    assert "`items`" in message
    assert "`customers`, `erp.items`" in message
    assert "PRIVATE" not in message


def test_half_characters_become_visible_and_numbers_stay_exact(caplog: pytest.LogCaptureFixture) -> None:
    data = b'{"half":"a\\ud83d b","whole":"\\ud83d\\ude00","sum":19.990000,"long":123456789012345678901234567890}'
    (record,) = taken(b'{"type":"RECORD","record":{"stream":"customers","data":' + data + b"}}\n")
    assert isinstance(record, Record)
    expected = data.replace(b"a\\ud83d", b"a\\ufffd")
    assert bytes(record.data) == expected
    assert expected in record.line
    assert "Line 1" in caplog.text


@given(
    data=st.dictionaries(
        st.text(), st.none() | st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_any_data_passes_unchanged(data: dict[str, Any]) -> None:
    written = json.dumps(data).encode()
    (record,) = taken(b'{"record":{"data":' + written + b',"stream":"customers"},"type":"RECORD"}')
    assert isinstance(record, Record)
    assert bytes(record.data) == written
