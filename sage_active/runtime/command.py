"""Runs one command of a connector as Airbyte's platform does: messages and logs on stdout, failures by name."""

import logging
import sys
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.runtime.lost_output import OutputLostError, report_lost
from sage_active.runtime.stdout import LogHandler, Writer, trace_message

Output = TypeVar("Output", bound=Writer)


def run_command(make: Callable[[BinaryIO], Output], command: Callable[[Output], None]) -> int:
    """The exit code of a command: 0 when all went well, 1 when something failed, which was told in a TRACE message.

    `make` makes what writes to stdout. Where stdout is closed or takes nothing more, one sentence on stderr says so.
    """
    if sys.stdout is None:
        return report_lost(OutputLostError(None), None)
    writer = make(sys.stdout.buffer)
    stdout = sys.stdout
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    handler = LogHandler(writer)
    handler.setFormatter(AirbyteLogFormatter())
    logging.getLogger().handlers = [handler]
    try:
        code = _code(writer, command)
        writer.flush()
    except OutputLostError as lost:
        return report_lost(lost, stdout)
    return code


def _code(writer: Output, command: Callable[[Output], None]) -> int:
    try:
        command(writer)
    except Exception as error:  # the last resort: whatever happened, the platform is told in its own form
        if writer.lost:
            # Whatever else went wrong followed from it.
            raise writer.lost from None
        if isinstance(error, AirbyteTracedException):
            writer.message(trace_message(error))
        else:
            writer.message(AirbyteTracedException.from_exception(error).as_sanitized_airbyte_message())
        return 1
    return 0
