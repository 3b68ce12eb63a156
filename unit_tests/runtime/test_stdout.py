"""The one owner of stdout, as both connectors share it."""

import io
import json
import logging
import threading
from typing import Any

import pytest
from airbyte_cdk.config_observation import create_connector_config_control_message
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, FailureType, Level, Type
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from sage_active.runtime.stdout import LogHandler, Writer, trace_message


class Sink(io.BytesIO):
    """Notes how much has been flushed; writes in halves, as a pipe may do."""

    flushed = 0

    def flush(self) -> None:
        self.flushed = len(self.getvalue())

    def write(self, data: Any) -> int:
        half = len(data) // 2
        return super().write(data[:half]) + super().write(data[half:])


def log(text: str) -> AirbyteMessage:
    """A LOG message."""
    return AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.INFO, message=text))


def test_threads_never_mix_their_lines() -> None:
    sink = Sink()
    writer = Writer(sink)
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait(5)
        for index in range(50):
            writer.message(log(f"{number}-{index}"))
            writer.line(b'{"type":"STATE","state":{"id":%d}}' % index)

    threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    messages = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert len(messages) == 8 * 50 * 2
    assert {message["log"]["message"] for message in messages if message["type"] == "LOG"} == {
        f"{number}-{index}" for number in range(8) for index in range(50)
    }


def test_every_message_leaves_at_once() -> None:
    sink = Sink()
    writer = Writer(sink)
    writer.message(log("x"))
    assert sink.flushed == len(sink.getvalue()) > 0
    writer.line(b"{}")
    assert sink.flushed == len(sink.getvalue())


def test_secrets_are_masked_except_where_they_are_the_content() -> None:
    add_to_secrets('s3"cret')
    sink = Sink()
    writer = Writer(sink)
    writer.message(log('a s3"cret here'))
    writer.message(create_connector_config_control_message({"credentials": {"refresh_token": 's3"cret'}}))
    logged, control = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert logged["log"]["message"] == "a **** here"
    assert control["control"]["connectorConfig"]["config"]["credentials"]["refresh_token"] == 's3"cret'


def test_logs_pass_through_the_writer_masked() -> None:
    add_to_secrets("s3cret")
    sink = Sink()
    handler = LogHandler(Writer(sink))
    handler.setFormatter(AirbyteLogFormatter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning("a %s\nin two lines", "s3cret")
    assert json.loads(sink.getvalue()) == {"type": "LOG", "log": {"level": "WARN", "message": "a ****\nin two lines"}}


@pytest.mark.parametrize("kind", [FailureType.config_error, FailureType.system_error])
def test_only_what_users_cannot_mend_has_a_stack_trace(kind: FailureType) -> None:
    try:
        raise AirbyteTracedException(message="words", internal_message="x", failure_type=kind)
    except AirbyteTracedException as error:
        message = trace_message(error)
    assert message.trace
    assert message.trace.error
    assert message.trace.error.message == "words"
    assert bool(message.trace.error.stack_trace) == (kind is FailureType.system_error)
