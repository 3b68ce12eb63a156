"""A resource that is read through Maesn is one declaration as well."""

from typing import Final

from sage_active.markets import MAESN
from sage_active.resources.resource import READ, MaesnResource, Resource
from source_sage_active.source import SourceSageActive
from unit_tests.odd_servers import OddServer, catalog, lines

CONTACTS: Final = Resource(
    name="contacts", maesn=MaesnResource(path="contacts", record="Contact"), built=frozenset({(MAESN, READ)})
)
UNDATED: Final = Resource(
    name="units", maesn=MaesnResource(path="units", record="Item", dates=()), built=frozenset({(MAESN, READ)})
)


def test_a_resource_of_maesn_takes_one_declaration() -> None:
    with OddServer(['{"id":"1","updatedDate":"2026-01-01T09:00:00.000Z"}']) as server:
        source = SourceSageActive(resources=[CONTACTS, UNDATED])
        found = list(source.read_pages(server.config("maesn"), catalog("contacts", "units")))
        described = {stream.name: stream.as_airbyte_stream() for stream in source.streams(server.config("maesn"))}
    assert sorted(b'"contacts"' in line for line in lines(found)) == [False, True]
    assert {request.path.partition("?")[0] for request in server.requests} == {
        "/auth/companies",
        "/accounting/contacts",
        "/accounting/units",
    }
    modes = {name: [mode.value for mode in stream.supported_sync_modes] for name, stream in described.items()}
    assert modes["contacts"] == ["full_refresh", "incremental"]
    assert modes["units"] == ["full_refresh"]


def test_a_source_without_resources_has_its_companies() -> None:
    with OddServer([]) as server:
        streams = SourceSageActive(resources=[]).streams(server.config("maesn"))
    assert [stream.name for stream in streams] == ["companies"]
