"""Runs check, discover and write as Airbyte's platform does: configuration in files, messages on stdin and stdout."""

import logging
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

import orjson
from airbyte_cdk.models import AirbyteMessage, Type
from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets, update_secrets

from destination_sage_active.destination import DestinationSageActive
from sage_active.arguments import json_file, json_object
from sage_active.command import carried_out
from sage_active.stdout import Writer


def launch(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name."""
    parsed = DestinationSageActive().parse_args(list(arguments))

    def command(writer: Writer) -> None:
        _carry_out(DestinationSageActive(emit_now=writer.message), parsed, sys.stdin.buffer, writer)

    return carried_out(Writer(sys.stdout.buffer), command)


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
