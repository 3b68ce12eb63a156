"""The framework's standard tests for both connectors, and the files with names that platforms know.

Every test of the two suites runs against a sandbox of this module's own, for every scenario of the two
acceptance-test-config.yml. Those marked `image_tests` need a docker daemon and are deselected in pyproject.toml;
`make image-test` tries the images without one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.test.models.scenario import ScenarioCommand
from airbyte_cdk.test.standard_tests import ConnectorTestScenario, DestinationTestSuiteBase, SourceTestSuiteBase

from destination_sage_active.destination import DestinationSageActive
from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import rows, usable
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.source import SourceSageActive

# Problems of the catalog that the framework only warns about so far.
pytestmark = pytest.mark.filterwarnings("error::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning")
FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
CATALOG = FOLDER / "configured_catalog.json"
# The command that a test runs; it is left out for scenarios that do not list the command.
COMMANDS: dict[str, ScenarioCommand] = {
    "test_config_matches_spec": "spec",
    "test_check": "check",
    "test_discover": "discover",
    "test_basic_read": "read",
    "test_fail_read_with_bad_catalog": "read",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(rows=10) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The running one; its preset refresh tokens have not been used up."""
    running.reset_tokens()
    return running


class OfSandbox:
    """Scenarios that reach the running sandbox."""

    @pytest.fixture
    def scenario(self, standard_scenario: ConnectorTestScenario, sandbox: Sandbox) -> ConnectorTestScenario:
        """A scenario of acceptance-test-config.yml with the sandbox's address."""
        configuration = standard_scenario.get_config_dict(connector_root=self.root(), empty_if_missing=False)
        return standard_scenario.model_copy(update={"config_dict": configuration | {"sandbox_url": sandbox.url}})

    def root(self) -> Path:
        """The folder of the connector's acceptance-test-config.yml."""
        raise NotImplementedError


class TestSourceSageActive(OfSandbox, SourceTestSuiteBase):
    """Every test of the suite for sources."""

    connector = SourceSageActive
    connector_name = "source-sage-active"

    def root(self) -> Path:
        return self.get_connector_root_dir()


class TestDestinationSageActive(OfSandbox, DestinationTestSuiteBase):
    """Every test of the suite for destinations."""

    connector = DestinationSageActive
    connector_name = "destination-sage-active"

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        """Its package: the distribution's own folder is the source's."""
        return ROOT / "destination_sage_active"

    def root(self) -> Path:
        return self.get_connector_root_dir()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "standard_scenario" in metafunc.fixturenames and metafunc.cls is not None:
        command = COMMANDS.get(metafunc.function.__name__)
        scenarios = [scenario for scenario in metafunc.cls.get_scenarios() if command is None or scenario.runs(command)]
        assert scenarios
        metafunc.parametrize("standard_scenario", scenarios, ids=[scenario.id for scenario in scenarios])


def content(file: Path) -> Any:
    """A JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.fixture
def source(sandbox: Sandbox, tmp_path: Path) -> Connector:
    """The source, reading the sandbox directly."""
    return Connector.over(sandbox, "direct", "de", tmp_path)


@pytest.mark.parametrize("connection", ["direct", "maesn"])
def test_configurations_are_those_of_the_sandbox(connection: str, sandbox: Sandbox) -> None:
    expected = sandbox.configuration(connection, "de")
    address = {"sandbox_url": sandbox.url}
    assert content(FOLDER / "configurations" / f"{connection}.json") | address == expected
    destination: dict[str, Any] = content(FOLDER / "configurations" / f"destination-{connection}.json") | address
    (company,) = destination.pop("companies")
    assert destination == expected
    assert company["company_id"] in {candidate.name for candidate in usable(sandbox, "de")}


def test_the_configured_catalog_names_every_stream_as_discover_describes_it(source: Connector) -> None:
    configured = content(CATALOG)["streams"]
    assert [entry["stream"]["name"] for entry in configured] == list(source.streams())
    for entry in configured:
        described = source.streams()[entry["stream"]["name"]]
        declared = {name: value for name, value in entry["stream"].items() if name != "json_schema"}
        assert declared == {name: described[name] for name in declared}
        assert entry["sync_mode"] == described["supported_sync_modes"][-1]
        assert entry["primary_key"] == described["source_defined_primary_key"]


def test_a_read_from_the_sample_state_delivers_what_changed_since(source: Connector, sandbox: Sandbox) -> None:
    outcome = source.run("read", "--catalog", str(CATALOG), "--state", str(FOLDER / "sample_state.json"))
    assert outcome.code == 0, outcome.errors
    assert not outcome.logs("WARN"), "the state is that of the sandbox's companies"
    for stream in STREAMS:
        held = sum(len(rows(sandbox, company.id, stream)) for company in usable(sandbox, "de"))
        assert 0 < len(outcome.records(stream)) < held


def test_a_state_of_the_far_future_is_not_believed(source: Connector, sandbox: Sandbox) -> None:
    outcome = source.run("read", "--catalog", str(CATALOG), "--state", str(FOLDER / "abnormal_state.json"))
    assert outcome.code == 0, outcome.errors
    for stream in STREAMS:
        for company in usable(sandbox, "de"):
            held = rows(sandbox, company.id, stream)
            assert set(outcome.ids(stream, company.id, "id")) == set(held)
            assert f"({company.id}), stream {stream}: the state is later" in "\n".join(outcome.logs("WARN"))
        assert all(str(cursor) < "2999" for cursor in outcome.cursors(stream).values())
