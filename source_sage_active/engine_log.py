"""The log of the framework's engine, without what users of this connector have no use for."""

import logging

from sage_active.errors import SageActiveError


class _ExpectedFailures(logging.Filter):
    """Takes the stack trace off faults that have words of their own."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if isinstance(fault, SageActiveError):
            record.exc_info = None
            record.msg, record.args = "%s: %s", (record.getMessage(), fault)
        return True


def engine_logger() -> logging.Logger:
    """Lets only warnings of the framework's engine through: the counts that it logs do not know about pages."""
    logger = logging.getLogger("airbyte.engine")
    logger.setLevel(logging.WARNING)
    logger.filters = [_ExpectedFailures()]
    return logger
