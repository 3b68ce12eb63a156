"""Rows that are dated by days of their own: what is asked for, and what dates them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Final

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage
from graphql import GraphQLError

from sage_active.client import Company, ReadRequest
from sage_active.direct.strategies.by_date import changed_by_date
from sage_active.direct.strategies.day_heads import DayHeads, day_as_moment
from sage_active.resources.resource import ByDate, Resource
from unit_tests.growth.company_server import (
    CHUNK,
    MARKETS,
    Call,
    CompanyServer,
    Row,
    last_state,
    read,
    restricted,
    streams,
)
from unit_tests.growth.fake_resources import BANK_TRANSACTIONS, FILES
from unit_tests.growth.several_streams import ClockedServer

TODAY: Final = datetime(2026, 3, 15, tzinfo=timezone.utc)
SINCE: Final = datetime(2026, 3, 15, 10, 30, tzinfo=timezone.utc)
COMPANY: Final = Company("company-1", "Muster GmbH", "DE", "READY", True)
ONE_COMPANY: Final[Mapping[str, Any]] = {"companies": [{"company_id": "company-1"}]}


def movement(number: int, posted: str | None, linked: str | None = None, status: str = "LINKED") -> Row:
    """A bank movement."""
    return {"id": f"movement-{number}", "datePosted": posted, "linkStatusDate": linked, "linkStatus": status}


def files(number: int, uploaded: str = "2026-03-01T08:00:00.000Z") -> list[Row]:
    """Files of one and the same day."""
    day = "2026-02-28T00:00:00Z"
    return [{"id": f"{index:03d}.pdf", "uploadDate": uploaded, "businessDate": day} for index in range(number)]


def pages(server: CompanyServer) -> list[Call]:
    """What was asked for rows; counts have no such order."""
    return [call for call in server.calls if len(call.arguments.get("order") or ()) == 2]


def again(server: CompanyServer, resource: Resource, messages: list[AirbyteMessage]) -> list[Row]:
    """The rows of a second, incremental run."""
    state: AirbyteStateMessage = last_state(messages)
    rows, _ = read(server, resource, is_incremental=True, state=state, **ONE_COMPANY)
    return rows


def test_movements_come_back_late_linked_or_open() -> None:
    rows = [
        movement(1, "2026-01-10T00:00:00Z"),
        movement(2, "2026-01-11T00:00:00Z", status="PENDING"),
        movement(3, "2026-01-12T00:00:00Z", "2026-01-20T00:00:00Z"),
        movement(4, "2026-03-14T13:00:00+01:00"),
        movement(5, None),
    ]
    with ClockedServer({"bankMovements": rows}, TODAY) as server:
        first, messages = read(server, BANK_TRANSACTIONS, is_incremental=True, **ONE_COMPANY)
        assert {row["id"]: row["updated_at"] for row in first} == {
            "movement-1": "2026-01-10T00:00:00.000000Z",
            "movement-2": "2026-01-11T00:00:00.000000Z",
            "movement-3": "2026-01-20T00:00:00.000000Z",
            "movement-4": "2026-03-14T00:00:00.000000Z",
            "movement-5": None,
        }
        (call,) = pages(server)
        assert call.arguments["order"] == [{"datePosted": "ASC"}, {"id": "ASC"}]
        assert "where" not in call.arguments
        # An old day, known at the bank only now, and an old movement that was linked.
        rows += [movement(6, "2026-02-20T00:00:00Z")]
        rows[0]["linkStatusDate"] = "2026-03-14T00:00:00Z"
        second = again(server, BANK_TRANSACTIONS, messages)
        assert {row["id"] for row in second} == {f"movement-{number}" for number in (1, 2, 4, 5, 6)}
        assert len(pages(server)) == 1


def test_files_are_asked_for_in_their_own_grammar() -> None:
    rows = files(2 * CHUNK + 50)
    with CompanyServer({"files": restricted(rows)}) as server:
        described = streams(server, FILES)
        assert described["modes"] == ["full_refresh", "incremental"]
        assert {"downloadPath", "previewPath"}.isdisjoint(described["schema"])
        first, messages = read(server, FILES, is_incremental=True, **ONE_COMPANY)
        assert len({row["id"] for row in first}) == len(first) == len(rows)
        assert {row["updated_at"] for row in first} == {"2026-03-01T08:00:00.000000Z"}
        assert all(call.arguments["order"] == [{"businessDate": "ASC"}] for call in server.calls)
        assert {call.arguments["first"] for call in server.calls} == {CHUNK}
        assert all(row.keys().isdisjoint({"downloadPath", "previewPath"}) for row in first)
        rows += [{"id": "new.pdf", "uploadDate": "2026-03-02T08:00:00.000Z", "businessDate": "2026-01-01T00:00:00Z"}]
        assert len(again(server, FILES, messages)) == len(rows)
        # The lookback of the option, and the overlap of the declaration.
        assert server.calls[0].arguments["where"] == {"uploadDate": {"gte": "2026-03-01T06:00:00Z"}}


def test_omitted_members_are_not_asked_for_though_an_old_catalog_has_them() -> None:
    assert FILES.direct
    with CompanyServer({"files": restricted(files(1))}) as server:
        source_rows, _ = read(server, FILES, schema={"properties": {"id": {}, "previewPath": {"type": "string"}}})
        assert [set(row) for row in source_rows] == [{"id", "uploadDate", "company_id", "updated_at"}] * len(MARKETS)


def test_a_start_date_bounds_the_restricted_filter_once() -> None:
    request = ReadRequest(FILES, COMPANY, {}, since=SINCE, not_before=datetime(2026, 3, 20, tzinfo=timezone.utc))
    where = changed_by_date(_read(FILES), request)
    assert where and {name: list(bound) for name, bound in where.items()} == {"uploadDate": ["gte"]}
    assert where["uploadDate"]["gte"].value == "2026-03-20T00:00:00Z"


def test_a_filter_that_the_grammar_does_not_have_is_a_mistake_of_the_declaration() -> None:
    assert FILES.direct
    wheres: list[dict[str, Any]] = [{"or": []}, {"type": {"in": ["x"] * 11}}]
    for where in wheres:
        declared = replace(FILES, direct=replace(FILES.direct, where=where))
        with pytest.raises(ValueError, match="restricted"):
            changed_by_date(_read(declared), ReadRequest(declared, COMPANY, {}))
    with pytest.raises(ValueError, match="one date only"):
        ByDate(order="businessDate", changed=("uploadDate", "businessDate"), grammar="restricted")


def test_a_refused_filter_and_order_cost_a_warning_each(caplog: pytest.LogCaptureFixture) -> None:
    def refusing(company: str, **arguments: Any) -> Any:
        del company
        if arguments.get("where") or arguments.get("order"):
            raise GraphQLError(
                "The specified input object field `datePosted` does not exist.", extensions={"code": "HC0011"}
            )
        return {"totalCount": 1, "nodes": [movement(1, "2026-01-10T00:00:00Z")], "pageInfo": {"hasNextPage": False}}

    with CompanyServer({"bankMovements": refusing}) as server:
        rows, _ = read(server, BANK_TRANSACTIONS, **ONE_COMPANY)
    assert [row["id"] for row in rows] == ["movement-1"]
    assert caplog.text.count("are read without") == 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("0001-01-01T00:00:00Z", None),
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("2026-01-31T23:30:00+02:00", "2026-01-31T00:00:00.000000Z"),
    ],
)
def test_days_are_moments_at_midnight(text: str | None, moment: str | None) -> None:
    assert day_as_moment(text) == moment


def test_odd_rows_are_dated_by_what_can_be_read() -> None:
    rows = [
        b'{"id":"1","datePosted":"2026-01-31","linkStatusDate":"soon"}',
        b'{"id":null,"datePosted":"2026-02-01"}',
        b"[]",
    ]
    page, _ = DayHeads(_read(BANK_TRANSACTIONS)).page(rows, "page 1")  # type: ignore[arg-type]
    assert page.dates == ["2026-01-31T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z"]
    assert len(page.rows) == 2
    assert len(page.oddities) == 3


def _read(resource: Resource) -> ByDate:
    assert resource.direct and isinstance(resource.direct.read, ByDate)
    return resource.direct.read
