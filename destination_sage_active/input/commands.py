"""Runs check, discover and write as Airbyte's platform does: configuration in files, messages on stdin and stdout."""

import logging
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO, Protocol

import orjson
from airbyte_cdk.models import AirbyteConnectionStatus, AirbyteMessage, ConnectorSpecification, Type

from destination_sage_active.input.lines import Line, lines_of
from sage_active.arguments import json_file, json_object
from sage_active.masking import keep_secret, secrets_of, texts_of
from sage_active.runtime.command import run_command
from sage_active.runtime.command_line import parsed_arguments
from sage_active.runtime.progress import Progress, shown_progress
from sage_active.runtime.stdout import Writer


class Commands(Protocol):
    """What a destination does on command."""

    def parse_args(self, args: list[str]) -> Namespace:
        """The command line."""

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        """What a configuration holds."""

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The configuration as it is used."""

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether it works."""

    def discover(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """What can be written."""

    def write_lines(
        self, config: Mapping[str, Any], catalog: Any, lines: Iterable[Line], emit: Callable[[bytes], None]
    ) -> None:
        """Writes the records among `lines`."""

    def progress(self) -> Progress:
        """How far the write has come. Safe for all threads."""


def run_destination(
    make: Callable[[Callable[[AirbyteMessage], None] | None], Commands], arguments: Sequence[str]
) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name.

    `make` makes the destination from what takes its control messages.
    """
    options = parsed_arguments(make(None).parse_args, arguments)

    def command(writer: Writer) -> None:
        # Python has no object for a stdin that was closed before the start.
        stdin = sys.stdin.buffer if sys.stdin else None
        _carry_out(make(writer.message), options, stdin, writer)

    return run_command(Writer, command)


def _carry_out(destination: Commands, options: Namespace, stdin: BinaryIO | None, writer: Writer) -> None:
    logger = logging.getLogger("airbyte")
    logger.setLevel(logging.DEBUG if options.debug else logging.INFO)
    specification = destination.spec(logger)
    if options.command == "spec":
        writer.message(AirbyteMessage(type=Type.SPEC, spec=specification))
        return
    config = destination.configure(json_object(options.config, "--config"), "")
    keep_secret(*texts_of(secrets_of(specification.connectionSpecification, config)))
    if options.command == "check":
        status = destination.check(logger, config)
        writer.message(AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=status))
    elif options.command == "discover":
        # The framework's message class has no member for operations.
        writer.line(orjson.dumps(destination.discover(config)))
    else:
        catalog = json_file(options.catalog, "--catalog")
        with shown_progress("processed", destination.progress):
            destination.write_lines(config, catalog, lines_of(stdin), writer.line)
