"""Both metadata.yaml are valid, and say the same as the code, setup.py, the Dockerfile and each other."""

import json
import logging
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest
import yaml
from airbyte_cdk.models.connector_metadata import ConnectorLanguage, MetadataFile
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import ConnectorMetadataDefinitionV0

from destination_sage_active.configuration import specification as destination_specification
from sage_active.markets import DIRECT, MAESN_URL, MARKETS, SIGN_IN_URL
from sage_active.resources.resource import READ
from sage_active.resources.table import RESOURCES
from source_sage_active.source import DISTRIBUTION, SourceSageActive
from source_sage_active.streams import COMPANIES

ROOT = Path(__file__).parents[2]
FILES = {"source": ROOT / "metadata.yaml", "destination": ROOT / "destination_sage_active" / "metadata.yaml"}
COMMON = (
    "allowedHosts",
    "connectorBuildOptions",
    "connectorSubtype",
    "connectorTestSuitesOptions",
    "dockerImageTag",
    "icon",
    "license",
    "maxSecondsBetweenMessages",
    "name",
    "registryOverrides",
    "releaseStage",
    "remoteRegistries",
    "supportLevel",
    "tags",
)


def content(kind: str) -> dict[str, Any]:
    """`data` of a connector's metadata.yaml."""
    data: dict[str, Any] = yaml.safe_load(FILES[kind].read_text(encoding="utf-8"))["data"]
    return data


@pytest.fixture(params=FILES)
def kind(request: pytest.FixtureRequest) -> str:
    """Each connector."""
    return str(request.param)


@pytest.fixture
def metadata(kind: str) -> dict[str, Any]:
    return content(kind)


def test_it_is_valid(kind: str) -> None:
    published = ConnectorMetadataDefinitionV0.model_validate(yaml.safe_load(FILES[kind].read_text(encoding="utf-8")))
    assert published.data.connector_type.value == kind
    assert published.data.resource_requirements is not None
    assert MetadataFile.from_file(FILES[kind]).data.language is ConnectorLanguage.PYTHON


def test_names_are_those_of_the_connector(kind: str, metadata: Mapping[str, Any]) -> None:
    assert metadata["dockerRepository"] == f"airbyte/{kind}-sage-active"
    assert metadata["githubIssueLabel"] == f"{kind}-sage-active"
    assert {"language:python", "cdk:python"} <= set(metadata["tags"])
    page = urlsplit(metadata["documentationUrl"]).path.removeprefix("/integrations/")
    assert (ROOT / "docs" / f"{page}.md").is_file()


def test_the_icon_lies_beside_it_and_is_a_square_drawing_without_links(kind: str, metadata: Mapping[str, Any]) -> None:
    icon = FILES[kind].parent / metadata["icon"]
    drawing = ElementTree.parse(icon).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.get("width") == drawing.get("height")
    assert "href" not in icon.read_text(encoding="utf-8")


def test_both_connectors_agree() -> None:
    source, destination = content("source"), content("destination")
    assert {name: source[name] for name in COMMON} == {name: destination[name] for name in COMMON}
    assert UUID(source["definitionId"]) != UUID(destination["definitionId"])


def test_only_the_published_hosts_are_allowed(metadata: Mapping[str, Any]) -> None:
    published = [*(market.api_url for market in MARKETS), SIGN_IN_URL, MAESN_URL]
    assert sorted(metadata["allowedHosts"]["hosts"]) == sorted(str(urlsplit(url).hostname) for url in published)


def test_suggested_streams_are_those_of_the_source() -> None:
    streams = [resource.name for resource in RESOURCES if resource.suggested]
    assert content("source")["suggestedStreams"]["streams"] == [*streams, COMPANIES]
    assert all((DIRECT, READ) in resource.built for resource in RESOURCES if resource.suggested)


def test_the_destination_supports_what_it_offers() -> None:
    data = content("destination")
    assert data["supportsDataActivation"] is True
    assert data["supportsRefreshes"] is True


def test_documentation_is_that_of_the_specification() -> None:
    documentation_url = SourceSageActive().spec(logging.getLogger("test")).documentationUrl
    assert content("source")["documentationUrl"] == str(documentation_url)
    assert content("destination")["documentationUrl"] == destination_specification()["documentationUrl"]


def test_version_is_that_of_the_distribution(metadata: Mapping[str, Any], setup: Mapping[str, Any]) -> None:
    assert metadata["dockerImageTag"] == setup["version"] == version(DISTRIBUTION)
    assert metadata["remoteRegistries"]["pypi"]["packageName"] == setup["name"] == DISTRIBUTION
    assert f"## {setup['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_image_is_built_on_the_declared_base(kind: str, metadata: Mapping[str, Any]) -> None:
    stages = dockerfile_stages()
    assert f"ARG BASE_IMAGE={metadata['connectorBuildOptions']['baseImage']}" in stages[""]
    assert f"ARG VERSION={metadata['dockerImageTag']}" in stages[""]
    stage = stages[kind]
    assert f'LABEL io.airbyte.name="{metadata["dockerRepository"]}" io.airbyte.version="${{VERSION}}"' in stage
    assert f"ENTRYPOINT {json.dumps([f'{kind}-sage-active'])}" in stage


def test_every_package_but_the_stand_in_is_copied_into_the_build(setup: Mapping[str, Any]) -> None:
    packages = {name.partition(".")[0] for name in setup["packages"]}
    files = {"LICENSE", "README.md", "pyproject.toml", "requirements/connectors.txt", "setup.py"}
    ignored, *let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert ignored == "*"
    assert {line[1:] for line in let_in if line.startswith("!")} == packages | files


def dockerfile_stages() -> dict[str, list[str]]:
    """The lines of the Dockerfile by stage; those before the first one under the empty name."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    parts = re.split(r"^FROM .* AS (\w+)$", text, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], (part.splitlines() for part in parts[::2]), strict=True))
