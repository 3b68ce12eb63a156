"""The one owner of stdout."""

import io
import json
import logging
import threading
from typing import Any

from airbyte_cdk.config_observation import create_connector_config_control_message
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import (
    AirbyteLogMessage,
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    FailureType,
    Level,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from sage_active.client import Page
from sage_active.runtime.stdout import LogHandler
from source_sage_active.records import PageMessage
from source_sage_active.writer import RecordWriter


class Sink(io.BytesIO):
    """Counts flushes."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1

    def messages(self) -> list[dict[str, Any]]:
        """Every line as a message."""
        content = self.getvalue()
        assert content == b"" or content.endswith(b"\n")
        return [json.loads(line) for line in content.split(b"\n")[:-1]]


def page(stream: str, number: int, name: str = "r") -> PageMessage:
    """A page of rows."""
    rows = [json.dumps({"id": f"{name}{index}"}).encode() for index in range(number)]
    return PageMessage(stream, "c1", Page(rows, ["k"] * number, [None] * number))


def state(stream: str) -> AirbyteMessage:
    """A STATE of one stream."""
    inner = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=stream), stream_state=AirbyteStateBlob({"a": 1}))
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=inner))


def log(text: str) -> AirbyteMessage:
    """A LOG message."""
    return AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.INFO, message=text))


def test_pages_are_written_as_their_lines() -> None:
    sink = Sink()
    RecordWriter(sink).message(page("customers", 3))
    assert [message["record"]["data"]["id"] for message in sink.messages()] == ["r0", "r1", "r2"]


def test_lines_that_were_written_are_held_by_nobody() -> None:
    sink, message = Sink(), page("a", 2)
    size, lines = message.size, message.lines
    RecordWriter(sink).message(message)
    assert (message.lines, message.size, message.count) == (b"", size, 2)
    assert sink.getvalue() == lines


def test_states_count_the_records_of_their_stream_since_the_last_one() -> None:
    sink = Sink()
    writer = RecordWriter(sink)
    for message in (
        page("a", 3),
        page("b", 5),
        page("a", 4),
        state("a"),
        page("a", 2),
        state("b"),
        state("a"),
        state("a"),
    ):
        writer.message(message)
    counts = [
        (message["state"]["stream"]["stream_descriptor"]["name"], message["state"]["sourceStats"]["recordCount"])
        for message in sink.messages()
        if message["type"] == "STATE"
    ]
    assert counts == [("a", 7.0), ("b", 5.0), ("a", 2.0), ("a", 0.0)]


def test_states_and_control_messages_leave_at_once() -> None:
    sink = Sink()
    writer = RecordWriter(sink)
    writer.message(page("a", 3))
    for message in (state("a"), create_connector_config_control_message({"a": 1})):
        before = sink.flushes
        writer.message(message)
        assert sink.flushes > before


def test_threads_never_mix_their_lines() -> None:
    class Slow(Sink):
        def write(self, data: Any) -> int:
            # Written in halves, as a pipe may do.
            half = len(data) // 2
            super().write(data[:half])
            super().write(data[half:])
            return len(data)

    sink = Slow()
    writer = RecordWriter(sink)
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait(5)
        for round_ in range(40):
            writer.message(page(f"s{number}", 5, f"{number}-{round_}-"))
            writer.message(log(f"{number}"))
            writer.line(b'{"type":"LOG","log":{"level":"INFO","message":"direct"}}')
            if round_ % 10 == 9:
                writer.message(state(f"s{number}"))

    threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    messages = sink.messages()
    assert len(messages) == 8 * 40 * 7 + 8 * 4
    counted = [message["state"]["sourceStats"]["recordCount"] for message in messages if message["type"] == "STATE"]
    assert counted == [50.0] * 32
    # The lines of one page stay together.
    ids = [message["record"]["data"]["id"] for message in messages if message["type"] == "RECORD"]
    assert all(ids[start][:-1] == ids[start + 4][:-1] for start in range(0, len(ids), 5))


def test_secrets_are_masked_in_logs_and_traces_but_not_in_control_messages_and_content() -> None:
    add_to_secrets("s3cret")
    sink = Sink()
    writer = RecordWriter(sink)
    writer.message(log("a s3cret here"))
    error = AirbyteTracedException(internal_message="s3cret", message="s3cret", failure_type=FailureType.system_error)
    writer.message(error.as_airbyte_message())
    writer.message(create_connector_config_control_message({"credentials": {"refresh_token": "s3cret"}}))
    writer.message(page("s3cret", 1))
    logged, trace, control, record = sink.getvalue().splitlines()
    assert b"s3cret" not in logged
    assert b"****" in logged
    assert b"s3cret" not in trace
    assert b"****" in trace
    assert b'"refresh_token":"s3cret"' in control
    assert b"s3cret" in record


def test_secrets_with_characters_that_json_escapes_are_masked() -> None:
    add_to_secrets('a"b\\c')
    sink = Sink()
    RecordWriter(sink).message(log('it is a"b\\c'))
    (message,) = sink.messages()
    assert message["log"]["message"] == "it is ****"


def test_logs_pass_through_the_writer_masked() -> None:
    add_to_secrets("s3cret")
    sink = Sink()
    handler = LogHandler(RecordWriter(sink))
    handler.setFormatter(AirbyteLogFormatter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning("a %s\nin two lines", "s3cret")
    try:
        raise ValueError("s3cret")
    except ValueError:
        logger.exception("failed")
    first, second = sink.messages()
    assert first == {"type": "LOG", "log": {"level": "WARN", "message": "a ****\nin two lines"}}
    assert second["log"]["level"] == "ERROR"
    assert b"s3cret" not in sink.getvalue()
