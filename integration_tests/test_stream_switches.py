"""Each pair of settings that streams may meet, in a few reads of all streams."""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from integration_tests.every_stream import assert_delivered, read_everything
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

# Switches about what streams show, with the setting that they do not have at first.
UNUSUAL: Mapping[str, Any] = {
    "account_code": "flat",
    "null_dates": "0001",
    "cursors": "keyset",
    "days": "local",
    "report_line_types": "name",
    "report_accounts": "personal",
    "credit_note_sign": "negative",
    "files_sort": "upload_date_too",
    "max_field_cost": 6000,
    "cost_error_shape": "complexity",
}
# Any two triples of five share a read, and each has one of its own. The usual settings of all are read elsewhere.
READS = range(5)
TRIPLES = dict(zip(UNUSUAL, combinations(READS, 3), strict=True))


def settings(read: int) -> dict[str, Any]:
    """The settings of one read."""
    return {name: value for name, value in UNUSUAL.items() if read in TRIPLES[name]}


def test_the_reads_cover_each_pair_of_settings() -> None:
    rows = [{}, *map(settings, READS)]
    for one, other in combinations(UNUSUAL, 2):
        assert {(one in row, other in row) for row in rows} == set(product((True, False), repeat=2))
    assert all(getattr(Switches(), name) != value for name, value in UNUSUAL.items())


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One with little data: each read asks for all of it."""
    with Sandbox(rows=3, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.mark.parametrize("read", READS)
def test_all_streams_under_several_settings(sandbox: Sandbox, read: int, tmp_path: Path) -> None:
    sandbox.change_switches(settings(read))
    assert_delivered(read_everything(sandbox, ("es", "fr")[read % 2], tmp_path))
