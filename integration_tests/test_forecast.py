"""The forecast against what the read then does, by the sandbox's own log of requests."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import rows, usable
from sage_active.config import validated
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from sage_active_cli.connection import connection as opened
from sage_active_cli.direct_estimate import DirectEstimator
from sage_active_cli.forecast import Forecast, Line, explained, forecast, stated_rows
from sage_active_cli.maesn_estimate import MaesnEstimator
from sage_active_sandbox.rights import ROLE
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches
from source_sage_active.configuration import SourceConfig
from source_sage_active.streams import COMPANIES

CLOSE_ENOUGH = 0.05
FOUR = [RESOURCE_BY_NAME[name] for name in STREAMS]


def tried(connector: Connector) -> Sequence[Resource]:
    """All that Maesn has or plans; directly a few, because all of them have a test of their own."""
    return offered(MAESN) if connector.config["credentials"]["auth_type"] == MAESN else FOUR


def forecast_of(connector: Connector, resources: Sequence[Resource] | None = None) -> Forecast:
    """What the command works out; rotated tokens are kept in the connector's configuration."""
    settings = validated(SourceConfig, connector.config)

    def keep(config: Any) -> None:
        connector.config = dict(config)

    with opened(settings, connector.config, keep, direct=DirectEstimator, maesn=MaesnEstimator) as client:
        assert isinstance(client, (DirectEstimator, MaesnEstimator))
        return forecast(client, settings, resources or tried(connector))


def requests_of_a_read(sandbox: Sandbox, connector: Connector, resources: Sequence[Resource] | None = None) -> int:
    """How many requests a first read makes."""
    configured = [*(resource.name for resource in resources or tried(connector)), COMPANIES]
    connector.streams()
    connector.config["planned_objects"] = "try"
    sandbox.requests.clear()
    outcome = connector.read(configured)
    assert outcome.code == 0, outcome.errors
    return len([request for request in sandbox.requests if not request.path.startswith("/connect/")])


# Pages of full size; pages so small that large companies are cut into windows; fields and orders that are refused.
CASES: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = [
    ("direct", 20, {}, {}),
    ("direct", 60, {"max_field_cost": 1500}, {}),
    ("direct", 60, {"max_field_cost": 1500, "cursors": "keyset", "account_code": "flat"}, {"num_workers": 2}),
    ("direct", 100, {"max_field_cost": 1600}, {"start_date": "2025-01-01"}),
    ("maesn", 20, {}, {}),
    ("maesn", 20, {"maesn_planned": "rows"}, {}),
    ("maesn", 20, {"maesn_planned": "empty"}, {}),
    ("maesn", 450, {}, {}),
    ("maesn", 210, {}, {"start_date": "2025-01-01"}),
    ("maesn", 210, {"maesn_dates": "some"}, {"start_date": "2025-01-01"}),
]


@pytest.mark.parametrize(("kind", "customers", "switches", "options"), CASES)
def test_forecast_is_what_the_read_does(
    kind: str, customers: int, switches: dict[str, Any], options: dict[str, Any], tmp_path: Path
) -> None:
    with Sandbox(rows=customers, companies_per_market=2) as sandbox:
        sandbox.change_switches(switches)
        connector = Connector.over(sandbox, kind, "de", tmp_path, **options)
        forecast = forecast_of(connector)
        sent = len(sandbox.requests)
        needed = requests_of_a_read(sandbox, connector)
        assert forecast.requests == pytest.approx(needed, rel=CLOSE_ENOUGH)
        if needed > 40:
            assert sent < needed / 2, "a forecast is much cheaper than the read"
        if not options.get("start_date"):
            stated = {
                (line.stream, line.company): line.rows
                for line in forecast.lines
                if line.company and line.stream in STREAMS
            }
            assert stated == {
                (stream, company.name): len(rows(sandbox, company.id, stream))
                for stream in STREAMS
                for company in usable(sandbox, "de")
            }


def test_forecast_of_all_streams(tmp_path: Path) -> None:
    resources = offered(DIRECT)
    with Sandbox(rows=4, companies_per_market=1) as sandbox:
        connector = Connector.over(sandbox, "direct", "de", tmp_path)
        forecast = forecast_of(connector, resources)
        needed = requests_of_a_read(sandbox, connector, resources)
    assert forecast.requests == needed
    assert [line.problem for line in forecast.lines if line.problem] == []


def test_windows_are_part_of_the_forecast(tmp_path: Path) -> None:
    with Sandbox(rows=150, companies_per_market=1, switches=Switches(max_field_cost=600)) as sandbox:
        connector = Connector.over(sandbox, "direct", "de", tmp_path)
        forecast = forecast_of(connector)
        assert max(line.requests for line in forecast.lines) > 10
        assert forecast.requests == pytest.approx(requests_of_a_read(sandbox, connector), rel=CLOSE_ENOUGH)


def test_only_small_answers_are_asked_for(standing: Sandbox, connection: str, tmp_path: Path) -> None:
    connector = Connector.over(standing, connection, "de", tmp_path)
    standing.requests.clear()
    forecast_of(connector)
    pages = [request for request in standing.requests if request.path.startswith("/accounting/")]
    assert all(request.query["limit"] == ["5"] for request in pages)
    documents = [request for request in standing.requests if request.company_id and request.path == "/graphql"]
    tiny = re.compile(r"first: 1\b|00000000-0000-0000-0000-000000000000")
    assert all(tiny.search(request.document) for request in documents)
    assert bool(pages) is (connection == "maesn")
    assert bool(documents) is (connection == "direct")


def test_totals_that_maesn_does_not_state_are_unknown(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.change_switches({"maesn_pagination": "missing"})
    connector = Connector.over(sandbox, "maesn", "de", tmp_path)
    forecast = forecast_of(connector)
    assert {line.rows for line in forecast.lines if line.company and line.stream in STREAMS} == {None}
    assert "unknown" in {stated_rows(line) for line in forecast.lines}
    text = "\n".join(explained(forecast, validated(SourceConfig, connector.config)))
    assert "No total is stated" in text
    # With few rows, what is certain is all.
    assert forecast.requests == requests_of_a_read(sandbox, connector)


def test_stream_that_cannot_be_read_is_named_and_the_others_are_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.rights.replace({"salesInvoices": ROLE})
    connector = Connector.over(sandbox, "direct", "de", tmp_path)
    forecast = forecast_of(connector)
    problems = {(line.stream, line.company): line.problem for line in forecast.lines if line.problem}
    assert set(problems) == {("invoices", company.name) for company in usable(sandbox, "de")}
    assert {stated_rows(line) for line in forecast.lines if line.problem} == {"not readable"}
    text = "\n".join(explained(forecast, validated(SourceConfig, connector.config)))
    assert "lacks a right" in text
    assert {line.rows for line in forecast.lines if line.stream == "customers"} == {12}


def test_what_is_planned_is_named_without_rows(sandbox: Sandbox, tmp_path: Path) -> None:
    connector = Connector.over(sandbox, "maesn", "de", tmp_path)
    names = [resource.name for resource in offered(MAESN) if is_planned(resource, MAESN)]
    for option, problems in (("refuse", names), ("try", [])):
        connector.config["planned_objects"] = option
        forecast = forecast_of(connector)
        assert [line.stream for line in forecast.lines if line.problem] == problems
        text = "\n".join(explained(forecast, validated(SourceConfig, connector.config)))
        assert text.count("not offered yet (HTTP 404") == len(problems)
        assert {line.rows for line in forecast.lines if line.stream in names and line.company} == {0}
        assert "No total is stated" not in text


def test_time_follows_latency_workers_and_the_budget() -> None:
    few = Forecast(lines=[Line("customers", "A", 1, 4)], latency=0.1, requests_made=1)
    assert few.seconds(8, 2700) == pytest.approx(0.05)
    many = Forecast(lines=[Line("customers", "A", 1, 5400)], latency=0.1, requests_made=1)
    assert many.seconds(8, 100_000) == pytest.approx(67.5)
    assert many.seconds(40, 2700) == pytest.approx(60), "the budget lets 2700 go at once, and 2700 a minute later"
