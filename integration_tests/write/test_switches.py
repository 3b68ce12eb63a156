"""Records arrive once, whatever the sandbox does where the published sources leave it open."""

from collections.abc import Mapping
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


# So many settings of different switches are tried in one write.
TOGETHER = 3
# A server that breaks off after two milliseconds needs every other setting to be quick.
ALONE = frozenset({"execution_seconds"})


def groups(connection: str) -> list[dict[str, Any]]:
    """Every setting of a connection once, a few of different switches and one market together."""
    found: list[dict[str, Any]] = []
    for name, value in alternatives():
        if connection != ("maesn" if name.startswith("maesn_") else "direct") and name not in ALSO_THROUGH_MAESN:
            continue
        fitting = (
            group
            for group in found
            if not ALONE & {name, *group}
            and name not in group
            and len(group) < TOGETHER
            and market_of(group) == MARKETS.get(name, "de")
        )
        group = next(fitting, None)
        if group is None:
            found.append(group := {})
        group[name] = value
    return found


def market_of(group: Mapping[str, Any]) -> str:
    """The market of whose companies the settings say something."""
    return next((MARKETS[name] for name in group if name in MARKETS), "de")


@pytest.mark.parametrize(
    ("connection", "settings"),
    [
        pytest.param(
            connection, group, id="-".join((connection, *(f"{name}={value}" for name, value in group.items())))
        )
        for connection in ("direct", "maesn")
        for group in groups(connection)
    ],
)
def test_each_setting_brings_every_record_once(
    sandbox: Sandbox, connection: str, settings: Mapping[str, Any], tmp_path: Path
) -> None:
    company = sandbox.add_company(market_of(settings))
    if connection == "direct":
        rich, options = RichRecords(sandbox, company), {}
        batches = {stream: rich.of(stream, count) for stream, count in COUNTS.items()}
        modes = dict.fromkeys(STREAMS, "append_dedup")
    else:
        options = {"document_key": "reference"}
        batches = {stream: maesn_records.of(sandbox, company, stream, count) for stream, count in COUNTS.items()}
        modes = dict.fromkeys(STREAMS, "append")
    lines = [line for stream, rows in batches.items() for line in (*records(stream, rows), state(stream, len(rows)))]
    sandbox.change_switches(settings)
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
