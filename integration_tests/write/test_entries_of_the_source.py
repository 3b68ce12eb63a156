"""Entries as the source emits them, written back to their company.

Each is there already, by its id and by its key, unless it is of a kind that is set aside.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import Connector
from integration_tests.destination import Destination, received, records
from integration_tests.entry_records import STREAM
from integration_tests.expected import usable
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sage_active_sandbox.store import Company


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One with entries of every kind."""
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture(params=MARKETS)
def company(sandbox: Sandbox, request: pytest.FixtureRequest) -> Company:
    """The first company of each market."""
    return usable(sandbox, request.param)[0]


@pytest.fixture
def emitted(sandbox: Sandbox, company: Company, tmp_path: Path) -> list[dict[str, Any]]:
    """The records of its entries."""
    folder = tmp_path / "source"
    folder.mkdir()
    options = {"companies": [{"company_id": company.id}], "token_path": str(tmp_path / "tokens.json")}
    source = Connector.over(sandbox, "direct", company.market.lower(), folder, apply_controls=False, **options)
    outcome = source.read([STREAM])
    assert outcome.code == 0, outcome.errors
    return [record["data"] for record in outcome.of_type("RECORD")]


def test_all_are_there(sandbox: Sandbox, destination: Destination, emitted: list[dict[str, Any]]) -> None:
    assert destination.write(records(STREAM, emitted)).code == 0, destination.rejected()[:2]
    written = [record for record in emitted if is_written(record)]
    assert len(emitted) > len(written) > 5
    assert destination.counts() == {"unchanged": len(written)}
    # Those that alone have their key are found by it as well.
    keys = Counter(_key(record) for record in written)
    alone = [
        {**record, "id": f"source {number}"}
        for number, record in enumerate(written)
        if keys[_key(record)] == 1 and record["documentNumber"] and record["description"]
    ]
    assert alone
    assert destination.write(records(STREAM, alone)).code == 0, destination.rejected()[:2]
    assert destination.counts() == {"unchanged": len(alone)}
    assert received(sandbox) == {}


def _key(record: dict[str, Any]) -> tuple[object, ...]:
    return record["journalType"]["code"], record["date"], record["documentNumber"]


def is_written(record: dict[str, Any]) -> bool:
    """Whether it was neither made by a document nor by the year-end process, or opens a year."""
    is_ordinary = record["sourceType"] in ("ACCOUNTING", "BANKING") and record["sourceEntityId"] is None
    return is_ordinary or record["entryType"] == "OPENING"
