"""What of the framework's log reaches the user."""

import logging

import pytest

from sage_active.errors import configuration_error
from source_sage_active.engine_log import engine_logger


def test_a_fault_with_words_of_its_own_has_no_stack_trace(caplog: pytest.LogCaptureFixture) -> None:
    logger = engine_logger()
    with caplog.at_level(logging.WARNING, logger.name):
        logger.error("while reading", exc_info=configuration_error("No company.", "Name one."))
        logger.error("while reading", exc_info=ValueError("odd"))
    expected, unexpected = caplog.records
    assert expected.getMessage() == "while reading: No company. Name one."
    assert expected.exc_info is None
    assert unexpected.exc_info is not None


def test_the_counts_of_the_engine_are_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    engine_logger().info("Read 0 records")
    assert caplog.messages == []
