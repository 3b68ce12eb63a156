"""Rows that the source has deleted: never content, counted, and disabled where that is wished for."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import modes
from destination_sage_active.plan.conditions.deleted import COLUMNS, is_deleted
from destination_sage_active.record.key import disabling_member
from sage_active.config import validated
from sage_active.errors import SageActiveError
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.keys import JOINT
from sage_active.resources.resource import CREATE
from sage_active.resources.table import RESOURCE_BY_NAME, RESOURCES, offered
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command, Outcome, catalog_of, over, record_line, state_line
from unit_tests.destination.configurations import configuration

TYPES = {resource.name: resource.direct.type for resource in offered(DIRECT, CREATE) if resource.direct}
# A number of the first key of each object, or the first member that may carry the user's own number, or the id.
KEYS = {
    connection: {
        resource.name: min(
            next(iter((*(key.split(JOINT) for key in map(str, binding.keys)), binding.document_keys[:1] or ("id",)))),
            key=lambda member: not member.endswith("Number"),
        )
        for resource in offered(connection, CREATE)
        if (binding := resource.on(connection))
    }
    for connection in CONNECTIONS
}
DELETED = {"_ab_cdc_deleted_at": "2026-11-25T10:00:00Z", "at": 2}
OFFERED = [
    (connection, resource.name, mode.value)
    for connection in CONNECTIONS
    for resource in RESOURCES
    for mode in modes(resource, connection)
]
DISABLED = [(resource.name, member) for resource in RESOURCES if (member := disabling_member(resource, DIRECT))]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(rows=3, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def stand_in(running: Sandbox) -> Sandbox:
    """The running one, its tokens as new."""
    running.reset_tokens()
    return running


def rows(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """The rows of an object in the company that is written to."""
    company = next(
        candidate for candidate in sandbox.store.companies.values() if candidate.usable and candidate.market == "DE"
    )
    return dict(sandbox.store.table(company.id, TYPES[name]))


def key_of_one(sandbox: Sandbox, connection: str, name: str) -> dict[str, str]:
    """The key of a row that is there, as a record has it."""
    member = KEYS[DIRECT][name]
    found = next((row[member] for row in rows(sandbox, name).values() if row.get(member)), "NONE")
    return {KEYS[connection][name]: found}


def written(command: Command, sandbox: Sandbox, connection: str, name: str, *data: Any, **more: Any) -> Outcome:
    """Writes records of one stream, and its STATE."""
    options = {"document_key": KEYS[connection]["invoices"], "max_rejected_percent": 100, **more.pop("options", {})}
    lines = [*(record_line(name, record) for record in data), state_line(name, 1)]
    if KEYS[connection][name] == "id":
        # What has no key is recognised by that of its row in the source.
        more["primary_key"] = [["id"]]
    return command.write(over(sandbox, connection, **options), catalog_of(name, **more), lines)


@pytest.mark.parametrize("column", [*COLUMNS, *(name.upper() for name in COLUMNS), "_Fivetran_Deleted"])
def test_a_date_or_a_flag_in_the_column_of_a_tool_means_deleted(column: str) -> None:
    for value in ("2026-11-25T10:00:00Z", "2026-11-25 10:00:00+00", True, 1, "true", "TRUE", "1", 1764064800000):
        assert is_deleted({"code": "C", column: value}), value
    for absent in (None, False, 0, "0", "false", "False", "", " "):
        assert not is_deleted({"code": "C", column: absent}), absent


@pytest.mark.parametrize("name", ["deleted_at", "is_deleted", "_ab_cdc_updated_at", "_fivetran_synced", "comments"])
def test_other_columns_do_not(name: str) -> None:
    assert not is_deleted({"code": "C", name: True})


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("cursor", [[], ["at"]])
@pytest.mark.parametrize(("connection", "name", "mode"), OFFERED)
def test_a_deleted_row_changes_nothing(
    command: Command,
    stand_in: Sandbox,
    tmp_path: Path,
    connection: str,
    name: str,
    mode: str,
    cursor: list[str],
    dry_run: bool,
) -> None:
    before = deepcopy(rows(stand_in, name))
    there = {"comments": None, "name": None, "lines": None, **key_of_one(stand_in, connection, name), **DELETED}
    others = [
        {**there, KEYS[connection][name]: "NOT-THERE"},
        {"_fivetran_deleted": True},
        {**there, "name": {"odd": 1}},
    ]
    report = tmp_path / "report"
    outcome = written(
        command,
        stand_in,
        connection,
        name,
        there,
        *others,
        mode=mode,
        cursor_field=cursor,
        options={"report_path": str(report), "dry_run": dry_run},
    )
    assert outcome.code == 0, outcome.errors
    assert rows(stand_in, name) == before
    counts = [state["destinationStats"] for state in outcome.states]
    assert counts == ([] if dry_run else [{"recordCount": 4.0, "rejectedRecordCount": 0.0}])
    (summary,) = [text for text in outcome.logs if "seconds" in text and f"`{name}`" in text]
    assert "0 created, 0 updated, 0 unchanged, 0 rejected, 4 set aside" in summary
    (warning,) = [text for text in outcome.logs if "has deleted" in text]
    assert "4 set aside" in warning
    if dry_run:
        steps = [json.loads(line) for line in (report / "plan.jsonl").read_bytes().splitlines()]
        assert [step["action"] for step in steps] == ["set aside"] * 4
    else:
        assert (report / "receipts.jsonl").read_bytes() == b""


@pytest.mark.parametrize("mode", ["append", "append_dedup", "update"])
@pytest.mark.parametrize(("name", "member"), DISABLED)
def test_a_deleted_row_is_disabled_where_that_is_wished_for(
    command: Command, stand_in: Sandbox, name: str, member: str, mode: str
) -> None:
    key = key_of_one(stand_in, DIRECT, name)
    options = {"streams": [{"stream": name, "object": name, "deleted_rows": "disable"}]}
    (row_id,) = [row_id for row_id, row in rows(stand_in, name).items() if row["code"] == key["code"]]
    # The tests of the other modes have disabled it.
    rows(stand_in, name)[row_id][member] = False
    before = deepcopy(rows(stand_in, name))
    deleted = {**key, "socialName": None, "name": None, **DELETED}
    absent = {**deleted, "code": "NOT-THERE"}

    def sync(*data: Any) -> str:
        stand_in.reset_tokens()
        outcome = written(command, stand_in, DIRECT, name, *data, mode=mode, options=options)
        assert outcome.code == 0, outcome.errors
        return next(text for text in outcome.logs if "seconds" in text)

    assert "1 updated, 0 unchanged, 0 rejected, 1 set aside" in sync(deleted, absent)
    after = rows(stand_in, name)
    assert after[row_id][member] is True
    changed = {name for name, value in after[row_id].items() if value != before[row_id].get(name)}
    assert changed <= {member, f"{member}Date", "status", "modificationDate"}
    assert after.keys() == before.keys()
    assert "0 updated, 1 unchanged, 0 rejected, 1 set aside" in sync(deleted, absent)
    if mode != "append":
        # Of the versions of one sync the last one counts: the row is there again.
        assert "1 updated" in sync(deleted, {**key, "comments": before[row_id].get("comments")})
        assert rows(stand_in, name)[row_id][member] is False


def test_a_deleted_row_without_its_key_cannot_be_disabled(command: Command, stand_in: Sandbox) -> None:
    options = {"streams": [{"stream": "items", "object": "items", "deleted_rows": "disable"}]}
    outcome = written(command, stand_in, DIRECT, "items", DELETED, mode="update", options=options)
    assert outcome.code == 1
    assert any("Rejected" in text and "without one of code" in text for text in outcome.logs)


@pytest.mark.parametrize(("connection", "mode"), [(DIRECT, "append_dedup"), (DIRECT, "append"), (MAESN, "append")])
@pytest.mark.parametrize("is_deleted_first", [False, True])
@pytest.mark.parametrize("deleted_at", [1, 3])
def test_the_newest_version_decides(
    command: Command, stand_in: Sandbox, is_deleted_first: bool, deleted_at: int, connection: str, mode: str
) -> None:
    code = f"{connection[:1]}{mode[-1:]}{deleted_at}{is_deleted_first}"
    key = {KEYS[connection]["items"]: code}
    versions = [{**key, "name": "x", "at": 2}, {**key, "_sdc_deleted_at": "2026-01-01", "at": deleted_at}]
    data = reversed(versions) if is_deleted_first else versions
    outcome = written(command, stand_in, connection, "items", *data, mode=mode, cursor_field=["at"])
    assert outcome.code == 0
    is_there = any(row["code"] == code for row in rows(stand_in, "items").values())
    assert is_there is (deleted_at < 2)


@pytest.mark.parametrize(
    ("connection", "name"),
    [
        (connection, resource.name)
        for connection in CONNECTIONS
        for resource in offered(connection, CREATE)
        if disabling_member(RESOURCE_BY_NAME[resource.name], connection) is None
    ],
)
def test_disabling_is_refused_where_there_is_no_flag_or_no_update(connection: str, name: str) -> None:
    streams = [{"stream": "mine", "object": name, "deleted_rows": "disable"}]
    with pytest.raises(SageActiveError, match=rf"`mine`.*`deleted_rows: disable` is not offered for {name}"):
        validated(DestinationConfig, configuration(connection, streams=streams))
