"""The same resources against the stand-in, whose rows, grammar and reports nobody made for them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

from sage_active.resources.resource import DirectResource, Resource, Scope
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.source import SourceSageActive
from unit_tests.growth.fake_resources import EVERY_STRATEGY, FILES

COUNTRIES: Final = Resource(
    name="countries", direct=DirectResource(root="countries", type="Country", scope=Scope.MARKET)
)
RESOURCES: Final = (*EVERY_STRATEGY, FILES, COUNTRIES)


@pytest.fixture(scope="module")
def rows() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """The rows of each resource in all companies of a market, from one read."""
    with Sandbox(rows=10, companies_per_market=2) as sandbox:
        source = SourceSageActive(resources=RESOURCES)
        config = sandbox.configuration("direct", "de")
        streams = [
            {
                "stream": {"name": resource.name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": "overwrite",
            }
            for resource in RESOURCES
        ]
        catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": streams})
        found: dict[str, list[dict[str, Any]]] = {resource.name: [] for resource in RESOURCES}
        for message in source.read({}, config, catalog):  # type: ignore[arg-type]
            if message.record:
                found[message.record.stream].append(dict(message.record.data))
        yield found


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_rows_have_their_keys(rows: dict[str, list[dict[str, Any]]], resource: Resource) -> None:
    assert resource.direct
    keys = Counter(tuple(row[name] for name in ("company_id", *resource.direct.row_key)) for row in rows[resource.name])
    assert keys, "the stand-in has rows of every kind"
    assert set(keys.values()) == {1}
    owners = {key[0] for key in keys}
    assert owners == {"DE"} if resource is COUNTRIES else len(owners) == 2
