"""Runs check, discover and read as Airbyte's platform does: configuration in files, messages on stdout."""

import logging
import sys
from argparse import Namespace
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any, Final, TypeVar

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import (
    AirbyteMessage,
    ConfiguredAirbyteCatalogSerializer,
    Type,
)

from sage_active.arguments import json_file, json_object, json_values
from sage_active.errors import configuration_error
from sage_active.masking import keep_secret, secrets_of, texts_of
from sage_active.runtime.command import run_command
from sage_active.runtime.command_line import parsed_arguments
from sage_active.runtime.progress import shown_progress
from source_sage_active.source import SourceSageActive
from source_sage_active.stream_states import state_messages
from source_sage_active.writer import RecordWriter

Content = TypeVar("Content")
USAGE: Final = "usage: source-sage-active [-h] {spec,check,discover,read} ..."
REMEDY: Final = (
    "Pass as catalog what discover lists, made into a configured one, and as state the STATE messages of the last "
    "read, or a JSON array of their `state` members."
)


def launch(arguments: Sequence[str]) -> int:
    """Runs one command. Returns the exit code: 0 when all went well, 1 when something failed by name, 2 without one."""
    options = parsed_arguments(AirbyteEntrypoint.parse_args, arguments)
    if options.command is None:
        print(USAGE, file=sys.stderr)
        return 2

    def command(writer: RecordWriter) -> None:
        with closing(_messages(SourceSageActive(emit_now=writer.message), options, writer)) as messages:
            for message in messages:
                writer.message(message)

    return run_command(RecordWriter, command)


def _messages(
    source: SourceSageActive, options: Namespace, writer: RecordWriter
) -> Generator[AirbyteMessage, None, None]:
    logger = logging.getLogger("airbyte")
    logger.setLevel(logging.DEBUG if options.debug else logging.INFO)
    specification = source.spec(logger)
    if options.command == "spec":
        yield AirbyteMessage(type=Type.SPEC, spec=specification)
        return
    config = source.configure(json_object(options.config, "--config"), "")
    keep_secret(*texts_of(secrets_of(specification.connectionSpecification, config)))
    if options.command == "check":
        yield AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=source.check(logger, config))
    elif options.command == "discover":
        yield AirbyteMessage(type=Type.CATALOG, catalog=source.discover(logger, config))
    else:
        catalog = _read(ConfiguredAirbyteCatalogSerializer.load, json_file, options.catalog, "--catalog")
        state = _read(state_messages, json_values, options.state, "--state") if options.state else None
        with shown_progress("read", lambda: writer.progress(len(catalog.streams))):
            yield from source.read_pages(config, catalog, state)


def _read(load: Callable[[Any], Content], decode: Callable[[str, str], Any], path: str, option: str) -> Content:
    """A file in the form that the protocol has for it. Raises a configuration error that says what is wrong with it."""
    content = decode(path, option)
    try:
        return load(content)
    except (ValueError, TypeError) as error:
        problem = " ".join(str(error).split())
        raise configuration_error(
            f"The file of {option}, {path}, is not what the Airbyte protocol has there: {problem}.", REMEDY
        ) from None
