"""The destination's metadata.yaml is valid, and says the same as the code and the source's."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import ConnectorMetadataDefinitionV0

from destination_sage_active.configuration import DOCUMENTATION_URL
from destination_sage_active.destination import DISTRIBUTION

ROOT = Path(__file__).parents[2]


def _data(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert ConnectorMetadataDefinitionV0.model_validate(content).data.docker_repository
    data: dict[str, Any] = content["data"]
    return data


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    return _data(ROOT / "destination_sage_active" / "metadata.yaml")


def test_it_describes_a_destination(metadata: dict[str, Any]) -> None:
    assert metadata["connectorType"] == "destination"
    assert metadata["dockerRepository"] == "airbyte/destination-sage-active"
    assert metadata["supportsDataActivation"] is True


def test_it_agrees_with_the_source(metadata: dict[str, Any]) -> None:
    source = _data(ROOT / "metadata.yaml")
    same = ("allowedHosts", "connectorBuildOptions", "dockerImageTag", "license", "maxSecondsBetweenMessages")
    assert {name: metadata[name] for name in same} == {name: source[name] for name in same}
    assert metadata["definitionId"] != source["definitionId"]


def test_version_and_documentation_agree_with_the_distribution(metadata: dict[str, Any]) -> None:
    assert metadata["dockerImageTag"] == version(DISTRIBUTION)
    assert metadata["documentationUrl"] == DOCUMENTATION_URL
    assert (ROOT / "docs" / "destinations" / "sage-active.md").is_file()
