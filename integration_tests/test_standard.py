"""The framework's standard tests for sources, against a sandbox of their own, through both connections."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.test.standard_tests import ConnectorTestScenario, SourceTestSuiteBase

from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.source import SourceSageActive

# Problems of the catalog that the framework only warns about so far.
pytestmark = pytest.mark.filterwarnings("error::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rows=10) as running:
        yield running


class TestSourceSageActive(SourceTestSuiteBase):
    """Every test of the suite, for every scenario of acceptance-test-config.yml."""

    connector = SourceSageActive
    connector_name = "source-sage-active"

    @pytest.fixture
    def scenario(self, standard_scenario: ConnectorTestScenario, sandbox: Sandbox) -> ConnectorTestScenario:
        """A scenario that reaches the running sandbox, whose preset refresh token has not been used up."""
        sandbox.reset_tokens()
        configuration = standard_scenario.get_config_dict(
            connector_root=self.get_connector_root_dir(), empty_if_missing=False
        )
        return standard_scenario.model_copy(update={"config_dict": configuration | {"sandbox_url": sandbox.url}})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "standard_scenario" in metafunc.fixturenames:
        scenarios = TestSourceSageActive.get_scenarios()
        assert scenarios
        metafunc.parametrize("standard_scenario", scenarios, ids=[scenario.id for scenario in scenarios])


@pytest.mark.parametrize("connection", ["direct", "maesn"])
def test_configurations_are_those_of_the_sandbox(connection: str, sandbox: Sandbox) -> None:
    file = Path(__file__).parent / "configurations" / f"{connection}.json"
    written: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert written | {"sandbox_url": sandbox.url} == sandbox.configuration(connection, "de")
