"""A short form of the long torture of writes; and that its checks can fail."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from integration_tests.every_record import WRITTEN
from integration_tests.rich_records import RichRecords
from integration_tests.variations import assert_varied_or_excused
from integration_tests.write_torture import COUNT, NOT_VARIED, STREAMS, VARIED, Balance, run, streams
from sage_active.markets import DIRECT
from sage_active.resources.resource import CREATE
from sage_active.resources.table import offered
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row
from sage_active_sandbox.switches import KINDS


@pytest.mark.parametrize(("seed", "connection"), [(1, "direct"), (3, "maesn")])
def test_nothing_is_lost_or_twice(seed: int, connection: str, tmp_path: Path) -> None:
    result = run(seed, tmp_path, most_kills=2, connection=connection)
    assert not result.problems, str(result)
    assert result.records == COUNT * len(result.streams)
    assert {*STREAMS[connection]} <= {*result.streams}
    assert result.kills


def test_every_object_that_is_offered_is_drawn() -> None:
    assert WRITTEN.keys() == {resource.name for resource in offered(DIRECT, CREATE)}
    drawn = {stream for seed in range(100) for stream in streams("direct", random.Random(seed))}
    assert drawn == WRITTEN.keys()


@pytest.mark.parametrize("name", KINDS)
def test_every_switch_of_the_sandbox_is_varied_or_has_a_reason_not_to_be(name: str) -> None:
    assert_varied_or_excused(name, VARIED, NOT_VARIED)


class TestTheBalance:
    """It sees what is lost, what is there twice, what nobody sent, and a STATE that came too early."""

    @pytest.fixture
    def balance(self, sandbox: Sandbox, company: Company) -> Balance:
        """Of a company with three items, all there."""
        rows = RichRecords(sandbox, company).of("items", 3)
        for row in rows:
            sandbox.store.insert(company.id, "Product", {"code": row["code"]})
        return Balance(sandbox, company, {"items": [row["code"] for row in rows]})

    def test_all_is_well(self, balance: Balance) -> None:
        balance.returned("items", 3)
        balance.ended([])
        balance.close()
        assert balance.problems == []

    @pytest.mark.parametrize(
        ("harm", "text"),
        [
            (lambda table, row: table.pop(row["id"]), "lost"),
            (lambda table, row: table.update({"other": {**row, "id": "other"}}), "twice"),
            (lambda table, row: table[row["id"]].update(code="NEW"), "nobody sent"),
        ],
    )
    def test_harm_is_seen(self, balance: Balance, harm: Callable[[dict[str, Row], Row], object], text: str) -> None:
        table = balance.sandbox.store.table(balance.company.id, "Product")
        harm(table, next(iter(table.values())))
        balance.close()
        assert any(text in problem for problem in balance.problems), balance.problems

    def test_a_state_that_came_too_early(self, balance: Balance) -> None:
        table = balance.sandbox.store.table(balance.company.id, "Product")
        table.pop(next(row_id for row_id, row in table.items() if row["code"] == balance.keys["items"][1]))
        balance.returned("items", 1)
        balance.ended([])
        assert balance.problems == []
        balance.returned("items", 2)
        balance.ended([])
        (problem,) = balance.problems
        assert "came back before 1 records" in problem
