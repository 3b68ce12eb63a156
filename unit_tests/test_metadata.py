"""metadata.yaml is valid, and says the same as the code and the Dockerfile."""

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import ConnectorMetadataDefinitionV0

from sage_active.markets import CONNECTIONS, MAESN_URL, MARKETS, SIGN_IN_URL
from sage_active.register import offered
from source_sage_active.source import DISTRIBUTION, SourceSageActive
from source_sage_active.streams import COMPANIES

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    return content


def test_it_is_valid(metadata: dict[str, Any]) -> None:
    assert ConnectorMetadataDefinitionV0.model_validate(metadata).data.docker_repository


def test_only_the_published_hosts_are_allowed(metadata: dict[str, Any]) -> None:
    published = [*(market.api_url for market in MARKETS), SIGN_IN_URL, MAESN_URL]
    assert sorted(metadata["data"]["allowedHosts"]["hosts"]) == sorted(str(urlsplit(url).hostname) for url in published)


def test_suggested_streams_are_those_of_the_source(metadata: dict[str, Any]) -> None:
    streams = {sage_object.name for connection in CONNECTIONS for sage_object in offered(connection)} | {COMPANIES}
    assert set(metadata["data"]["suggestedStreams"]["streams"]) == streams


def test_version_and_documentation_agree_with_the_distribution(metadata: dict[str, Any]) -> None:
    specification = SourceSageActive().spec(logging.getLogger("test"))
    assert metadata["data"]["dockerImageTag"] == version(DISTRIBUTION)
    assert metadata["data"]["documentationUrl"] == str(specification.documentationUrl)
    assert f"## {version(DISTRIBUTION)}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_image_is_built_on_the_declared_base(metadata: dict[str, Any]) -> None:
    base = metadata["data"]["connectorBuildOptions"]["baseImage"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert f"ARG BASE_IMAGE={base}" in dockerfile
    assert f'LABEL io.airbyte.version="{metadata["data"]["dockerImageTag"]}"' in dockerfile
    assert 'LABEL io.airbyte.name="airbyte/source-sage-active"' in dockerfile
