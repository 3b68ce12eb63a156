"""Runs check, discover and write as Airbyte's platform does: configuration in files, messages on stdin and stdout."""

import logging
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

import orjson
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import AirbyteMessage, Type
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets, update_secrets

from destination_sage_active.destination import DestinationSageActive
from sage_active.arguments import json_file, json_object
from sage_active.stdout import LogHandler, Writer, trace_message


def launch(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name."""
    writer = Writer(sys.stdout.buffer)
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    handler = LogHandler(writer)
    handler.setFormatter(AirbyteLogFormatter())
    logging.getLogger().handlers = [handler]
    destination = DestinationSageActive(emit_now=writer.message)
    parsed = destination.parse_args(list(arguments))
    try:
        _carry_out(destination, parsed, sys.stdin.buffer, writer)
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


def _carry_out(destination: DestinationSageActive, parsed: Namespace, lines: Iterable[bytes], writer: Writer) -> None:
    logger = logging.getLogger("airbyte")
    logger.setLevel(logging.DEBUG if parsed.debug else logging.INFO)
    specification = destination.spec(logger)
    if parsed.command == "spec":
        writer.message(AirbyteMessage(type=Type.SPEC, spec=specification))
        return
    config = destination.configure(json_object(parsed.config, "--config"), "")
    update_secrets(get_secrets(specification.connectionSpecification, config))
    if parsed.command == "check":
        status = destination.check(logger, config)
        writer.message(AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=status))
    elif parsed.command == "discover":
        # The framework's message class has no member for operations.
        writer.line(orjson.dumps(destination.discover(config)))
    else:
        destination.write_lines(config, json_file(parsed.catalog, "--catalog"), lines, writer.line)


def _flush(writer: Writer) -> None:
    try:
        writer.flush()
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell, at the end of the process neither.
        sys.stderr.close()
