"""Runs one command of a connector as Airbyte's platform does: messages and logs on stdout, failures by name."""

import logging
import sys
from collections.abc import Callable
from typing import TypeVar

from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.stdout import LogHandler, Writer, trace_message

Output = TypeVar("Output", bound=Writer)


def carried_out(writer: Output, command: Callable[[Output], None]) -> int:
    """The exit code of a command: 0 when all went well, 1 when something failed, which was told in a TRACE message."""
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    handler = LogHandler(writer)
    handler.setFormatter(AirbyteLogFormatter())
    logging.getLogger().handlers = [handler]
    try:
        command(writer)
    except AirbyteTracedException as error:
        writer.message(trace_message(error))
        return 1
    except BrokenPipeError:
        return 1
    except Exception as error:  # the last resort: whatever happened, the platform is told in its own form
        writer.message(AirbyteTracedException.from_exception(error).as_sanitized_airbyte_message())
        return 1
    finally:
        _flush(writer)
    return 0


def _flush(writer: Writer) -> None:
    try:
        writer.flush()
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell, at the end of the process neither.
        sys.stderr.close()
