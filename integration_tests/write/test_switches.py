"""Records arrive once, whatever the sandbox does where the published sources leave it open."""

from pathlib import Path
from typing import Any

import pytest

from integration_tests import maesn_records
from integration_tests.connector import STREAMS
from integration_tests.destination import Destination, received, records, state
from integration_tests.rich_records import RichRecords, stored
from integration_tests.variations import alternatives
from sage_active_sandbox.sandbox import Sandbox

# Invoices refer to the first few customers and items.
COUNTS = {"customers": 8, "suppliers": 8, "items": 8, "invoices": 4}
KEYS = {"customers": "code", "suppliers": "code", "items": "code", "invoices": "externalReference"}
# What Sage Active does with creates is the same through Maesn. Not `default_accounts`: Maesn's creates have no account.
ALSO_THROUGH_MAESN = (
    "null_dates",
    "empty_children",
    "third_party_codes",
    "third_party_numbers_unique",
    "document_id_shape",
    "vies_vat_number",
    "es_document_id",
)
# Switches that say something of one market only.
MARKETS = {"es_document_id": "es"}


@pytest.mark.parametrize(
    ("name", "value", "connection"),
    [
        (name, value, connection)
        for name, value in alternatives()
        for connection in ("direct", "maesn")
        if connection == ("maesn" if name.startswith("maesn_") else "direct") or name in ALSO_THROUGH_MAESN
    ],
)
def test_each_setting_brings_every_record_once(
    sandbox: Sandbox, name: str, value: Any, connection: str, tmp_path: Path
) -> None:
    company = sandbox.add_company(MARKETS.get(name, "de"))
    if connection == "direct":
        rich, options = RichRecords(sandbox, company), {}
        batches = {stream: rich.of(stream, count) for stream, count in COUNTS.items()}
        modes = dict.fromkeys(STREAMS, "append_dedup")
    else:
        options = {"document_key": "reference"}
        batches = {stream: maesn_records.of(sandbox, company, stream, count) for stream, count in COUNTS.items()}
        modes = dict.fromkeys(STREAMS, "append")
    lines = [line for stream, rows in batches.items() for line in (*records(stream, rows), state(stream, len(rows)))]
    sandbox.change_switches({name: value})
    destination = Destination.over(sandbox, connection, company, tmp_path, settle_seconds=1, **options)
    outcome = destination.write(lines, modes)
    assert outcome.code == 0, (outcome.errors, outcome.logs("WARN")[:3], outcome.stderr)
    assert destination.counts() == {"create": sum(COUNTS.values())}
    for stream, count in COUNTS.items():
        assert len(stored(sandbox, company, stream, KEYS[stream])) == count
    sandbox.mutations.clear()
    assert destination.write(lines, modes).code == 0
    assert destination.counts() == {"unchanged": sum(COUNTS.values())}
    assert received(sandbox) == {}
