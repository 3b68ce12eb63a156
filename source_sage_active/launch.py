"""Runs check, discover and read as Airbyte's platform does: configuration in files, messages on stdout."""

import logging
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, Type

from sage_active.arguments import json_file, json_object
from sage_active.command import carried_out
from source_sage_active.source import SourceSageActive
from source_sage_active.writer import RecordWriter


def launch(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name."""
    parsed = AirbyteEntrypoint.parse_args(list(arguments))

    def command(writer: RecordWriter) -> None:
        for message in _messages(SourceSageActive(emit_now=writer.message), parsed):
            writer.message(message)

    return carried_out(RecordWriter(sys.stdout.buffer), command)


def _messages(source: SourceSageActive, parsed: Namespace) -> Iterable[AirbyteMessage]:
    logger = logging.getLogger("airbyte")
    logger.setLevel(logging.DEBUG if parsed.debug else logging.INFO)
    specification = source.spec(logger)
    if parsed.command == "spec":
        yield AirbyteMessage(type=Type.SPEC, spec=specification)
        return
    config = source.configure(json_object(parsed.config, "--config"), "")
    AirbyteEntrypoint(source).set_up_secret_filter(config, specification.connectionSpecification)
    if parsed.command == "check":
        yield AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=source.check(logger, config))
    elif parsed.command == "discover":
        yield AirbyteMessage(type=Type.CATALOG, catalog=source.discover(logger, config))
    else:
        json_file(parsed.catalog, "--catalog")
        catalog = source.read_catalog(parsed.catalog)
        if parsed.state:
            json_file(parsed.state, "--state")
        yield from source.read_pages(config, catalog, source.read_state(parsed.state))
