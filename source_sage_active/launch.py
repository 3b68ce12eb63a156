"""Runs check, discover and read as Airbyte's platform does: configuration in files, messages on stdout."""

import json
import logging
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import AirbyteMessage, FailureType, Type
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.errors import configuration_error
from source_sage_active.source import SourceSageActive
from source_sage_active.writer import LogHandler, Writer


def launch(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name."""
    writer = Writer(sys.stdout.buffer)
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    handler = LogHandler(writer)
    handler.setFormatter(AirbyteLogFormatter())
    logging.getLogger().handlers = [handler]
    source = SourceSageActive(emit_now=writer.message)
    parsed = AirbyteEntrypoint.parse_args(list(arguments))
    try:
        for message in _messages(source, parsed):
            writer.message(message)
    except AirbyteTracedException as error:
        writer.message(_trace(error))
        return 1
    except BrokenPipeError:
        return 1
    except Exception as error:  # the last resort: whatever happened, the platform is told in its own form
        writer.message(AirbyteTracedException.from_exception(error).as_sanitized_airbyte_message())
        return 1
    finally:
        _flush(writer)
    return 0


def _messages(source: SourceSageActive, parsed: Namespace) -> Iterable[AirbyteMessage]:
    logger = logging.getLogger("airbyte")
    logger.setLevel(logging.DEBUG if parsed.debug else logging.INFO)
    specification = source.spec(logger)
    if parsed.command == "spec":
        yield AirbyteMessage(type=Type.SPEC, spec=specification)
        return
    raw = _json_file(parsed.config, "--config")
    if not isinstance(raw, Mapping):
        raise configuration_error(
            f"The file of --config, {parsed.config}, is no JSON object.", "See the documentation."
        )
    config = source.configure(raw, "")
    AirbyteEntrypoint(source).set_up_secret_filter(config, specification.connectionSpecification)
    if parsed.command == "check":
        yield AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=source.check(logger, config))
    elif parsed.command == "discover":
        yield AirbyteMessage(type=Type.CATALOG, catalog=source.discover(logger, config))
    else:
        _json_file(parsed.catalog, "--catalog")
        catalog = source.read_catalog(parsed.catalog)
        if parsed.state:
            _json_file(parsed.state, "--state")
        yield from source.read_pages(config, catalog, source.read_state(parsed.state))


def _json_file(path: str, option: str) -> Any:
    """The content of a file that the user named. Raises a configuration error that says what is wrong with it."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise configuration_error(
            f"The file of {option}, {path}, cannot be read: {error.strerror}.",
            "Name a file that this program may read.",
        ) from None
    except ValueError as error:
        raise configuration_error(f"The file of {option}, {path}, is not JSON: {error}.", "Mend the file.") from None


def _trace(error: AirbyteTracedException) -> AirbyteMessage:
    """The TRACE message; failures that users can mend, and sums of failures already told, need no stack trace."""
    message = error.as_sanitized_airbyte_message()
    if error.failure_type is FailureType.config_error and message.trace and message.trace.error:
        message.trace.error.stack_trace = None
    return message


def _flush(writer: Writer) -> None:
    try:
        writer.flush()
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell, at the end of the process neither.
        sys.stderr.close()
