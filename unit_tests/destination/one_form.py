"""Companies of the stand-in as version 0.1 left them, for tests of values that have one form."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.direct.client import DirectClient
from sage_active.direct.writing import DirectWriter
from sage_active.markets import DIRECT
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Command as Mutation
from sage_active.writing import Done, Operation
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command, Outcome, catalog_of

ADDRESS = {"name": "Main", "firstLine": "Rue 1", "city": "Paris", "zipCode": "75001", "countryIsoCodeAlpha2": "FR"}


def former_mark(key: str, stream: str = "invoices", source_id: str = "airbyte") -> str:
    """The mark that version 0.1 made of a primary key, which it took as the text that it had."""
    digest = hashlib.sha256("".join(f"{len(part)}:{part}" for part in (source_id, "", stream, key)).encode())
    return f"[ref:{digest.hexdigest()[:24]}]"


def line(stream: str, data: str | Mapping[str, Any]) -> bytes:
    """A RECORD message; a text is the JSON of the record, digit by digit."""
    content = data if isinstance(data, str) else json.dumps(data)
    return f'{{"type":"RECORD","record":{{"stream":"{stream}","data":{content},"emitted_at":1}}}}'.encode()


class Target:
    """One empty French company, and the destination that writes to it."""

    def __init__(self, sandbox: Sandbox, command: Command, connection: str = DIRECT) -> None:
        self._sandbox = sandbox
        self._command = command
        self.connection = connection
        self.company_id = sandbox.add_company("FR").id
        self.config = {
            **sandbox.configuration(connection, "fr"),
            "companies": [{"company_id": self.company_id}],
            "settle_seconds": 0,
            "final_acts": {"objects": ["invoices"], "pilot": 0},
            "require_totals": False,
        }

    def write(
        self, lines: Sequence[bytes], *streams: str, mode: str | None = None, key: str | None = None, **options: Any
    ) -> Outcome:
        """One sync. `key`: the primary key of the streams."""
        self._sandbox.reset_tokens()
        mode = mode or ("append_dedup" if self.connection == DIRECT else "append")
        more = {"primary_key": [[key]]} if key else {}
        return self._command.write({**self.config, **options}, catalog_of(*streams, mode=mode, **more), lines)

    def fill(self, name: str, *rows: Mapping[str, Any]) -> list[str]:
        """Creates rows directly, as they are. Returns their ids."""
        self._sandbox.reset_tokens()
        config = ConnectionConfig.model_validate(self._sandbox.configuration(DIRECT, "fr"))
        client = DirectClient(config, user_agent="unit/1", publish=lambda _: None)
        company = Company(self.company_id, "", "FR", "READY", True)
        with closing(DirectWriter(client)) as writer:
            replies = [
                writer.send(company, [Mutation(Operation.CREATE, RESOURCE_BY_NAME[name], dict(row))])[0] for row in rows
            ]
        assert all(isinstance(reply, Done) for reply in replies), replies
        return [reply.id for reply in replies if isinstance(reply, Done)]

    def rows(self, type_name: str) -> list[dict[str, Any]]:
        """What the company has now."""
        return [dict(row) for row in self._sandbox.store.table(self.company_id, type_name).values()]

    def column(self, type_name: str, member: str) -> list[Any]:
        """The values of a member, sorted as text."""
        return sorted((row.get(member) for row in self.rows(type_name)), key=str)


def counts(outcome: Outcome) -> str:
    """What the closing summary says, stream by stream."""
    found = (re.search(r"\d+ created, \d+ updated, \d+ unchanged, \d+", text) for text in outcome.logs)
    return "; ".join(match[0] for match in found if match)


def warnings(outcome: Outcome) -> list[str]:
    """The warnings of a sync."""
    return [message["log"]["message"] for message in outcome.of_type("LOG") if message["log"]["level"] == "WARN"]
