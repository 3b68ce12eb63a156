"""`exclude_fields`: what it names is neither asked for nor in a row nor in a schema, and reads stay as they were."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    Status,
    Type,
)

from sage_active.errors import SageActiveError
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.omission import members_below
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.source import SourceSageActive
from unit_tests.odd_servers import CREDENTIALS, catalog

LOGGER: Final = logging.getLogger("airbyte")
# A value, a whole list, a part of the elements of a list, and a part of a single object.
EXCLUDED: Final[Mapping[str, list[str]]] = {
    DIRECT: [
        "customers.vatNumber",
        "customers.addresses",
        "customers.contacts.emails.emailAddress",
        "invoices.mainAddress.city",
    ],
    MAESN: [
        "customers.vatId",
        "customers.addresses",
        "customers.contactPersons.emailAddresses.email",
        "invoices.lineItems.name",
    ],
}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """As new: refresh tokens are good once."""
    served.reset_tokens()
    served.requests.clear()
    return served


def read(config: Mapping[str, Any], configured: ConfiguredAirbyteCatalog) -> list[Row]:
    """The rows of a read, each with its stream's name."""
    messages: Iterator[AirbyteMessage] = SourceSageActive().read(LOGGER, config, configured)
    return [
        {"stream": message.record.stream, **message.record.data}
        for message in messages
        if message.type is Type.RECORD and message.record
    ]


def without(value: Any, path: list[str]) -> Any:
    """A value without the member at a path."""
    if isinstance(value, list):
        return [without(element, path) for element in value]
    if not isinstance(value, dict):
        return value
    name, *below = path
    if not below:
        return {key: inner for key, inner in value.items() if key != name}
    return {key: without(inner, below) if key == name else inner for key, inner in value.items()}


def expected(rows: list[Row], entries: list[str]) -> list[Row]:
    """Rows of a read without exclusions as they come with them."""
    for entry in entries:
        stream, *path = entry.split(".")
        rows = [without(row, path) if row["stream"] == stream else row for row in rows]
    return rows


def ordered(rows: list[Row]) -> list[str]:
    """Rows in an order of their own: companies and pages are read side by side."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_excluded_members_are_in_no_row_and_all_others_stay(sandbox: Sandbox, connection: str) -> None:
    configured = catalog("customers", "invoices")
    whole = read(sandbox.configuration(connection, "de"), configured)
    sandbox.reset_tokens()
    entries = EXCLUDED[connection]
    partial = read(sandbox.configuration(connection, "de") | {"exclude_fields": entries}, configured)
    assert ordered(expected(whole, entries)) != ordered(whole)
    assert ordered(partial) == ordered(expected(whole, entries))


def test_directly_excluded_members_are_not_asked_for(sandbox: Sandbox) -> None:
    config = sandbox.configuration(DIRECT, "de") | {"exclude_fields": EXCLUDED[DIRECT]}
    assert read(config, catalog("customers"))
    queries = [request.document for request in sandbox.requests if "customers" in request.operations]
    assert any("socialName" in query for query in queries)
    for query in queries:
        assert not any(name in query for name in ("vatNumber", "addresses", "firstLine", "emailAddress"))


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_excluded_members_are_in_no_schema(sandbox: Sandbox, connection: str) -> None:
    config = sandbox.configuration(connection, "de")
    config |= {"exclude_fields": EXCLUDED[connection]}
    schemas = {stream.name: stream.json_schema for stream in SourceSageActive().discover(LOGGER, config).streams}
    for entry in EXCLUDED[connection]:
        stream, *above, name = entry.split(".")
        members: Mapping[str, Any] = members_below(schemas[stream])
        for part in above:
            # An object of which nothing is left is not in the schema either.
            members = members_below(members.get(part, {}))
        assert name not in members, entry


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_catalog_from_before_brings_nothing_back(sandbox: Sandbox, connection: str) -> None:
    config = sandbox.configuration(connection, "de")
    before = SourceSageActive().discover(LOGGER, config)
    streams = [
        {
            "stream": {
                "name": stream.name,
                "json_schema": stream.json_schema,
                "supported_sync_modes": ["full_refresh", "incremental"],
            },
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
        for stream in before.streams
        if stream.name == "customers"
    ]
    configured = ConfiguredAirbyteCatalogSerializer.load({"streams": streams})
    sandbox.reset_tokens()
    entries = [entry for entry in EXCLUDED[connection] if entry.startswith("customers.")]
    rows = read(config | {"exclude_fields": entries}, configured)
    assert rows
    assert ordered(expected(rows, entries)) == ordered(rows)


@pytest.mark.parametrize(
    ("connection", "entry", "message"),
    [
        (DIRECT, "custmers.vatNumber", "no stream `custmers`, but `customers`"),
        (DIRECT, "zebras.vatNumber", "no stream `zebras`"),
        (DIRECT, "companies.name", "no stream `companies`"),
        (DIRECT, "customers.vatNumbr", "no member `vatNumbr`, but `vatNumber`"),
        (DIRECT, "customers.contacts.emials", "no member `emials`, but `emails`"),
        (DIRECT, "customers.vatNumber.value", "no member `value`"),
        (DIRECT, "customers.id", "company_id, creationDate, id, modificationDate, updated_at"),
        (DIRECT, "customers.company_id", "are always there"),
        (DIRECT, "customers.updated_at", "are always there"),
        (DIRECT, "customers.modificationDate", "are always there"),
        (MAESN, "customers.vatNumber", "no member `vatNumber`"),
        (MAESN, "invoices.invoiceId", "company_id, createdDate, id, invoiceId, updatedDate, updated_at"),
        (MAESN, "invoices.id", "are always there"),
        (MAESN, "items.lastModifiedDate", "are always there"),
    ],
)
def test_what_cannot_be_excluded_is_a_mistake_of_the_configuration(connection: str, entry: str, message: str) -> None:
    config = {
        "credentials": CREDENTIALS[connection],
        "sandbox_url": "http://127.0.0.1:9",
        "exclude_fields": ["customers.contacts" if connection == DIRECT else "customers.role", entry],
    }
    with pytest.raises(SageActiveError, match="exclude_fields") as raised:
        SourceSageActive().streams(config)
    assert message in str(raised.value)
    assert str(raised.value).count("`customers.contacts`") == 0
    # Nobody listens there: the mistake is found before anything is asked.
    status = SourceSageActive().check(LOGGER, config)
    assert status.status is Status.FAILED
    assert status.message and message in status.message


def test_all_mistakes_are_named_at_once() -> None:
    config = {
        "credentials": CREDENTIALS[DIRECT],
        "sandbox_url": "http://127.0.0.1:9",
        "exclude_fields": [f"customers.unknown{number}" for number in range(30)],
    }
    with pytest.raises(SageActiveError) as raised:
        SourceSageActive().discover(LOGGER, config)
    assert "`unknown0`" in str(raised.value)
    assert "more." in str(raised.value)


@pytest.mark.parametrize("entry", ["customers", "customers.", ".vatNumber", "customers..vatNumber", "."])
def test_an_entry_names_a_stream_and_a_member(entry: str) -> None:
    config = {"credentials": CREDENTIALS[DIRECT], "exclude_fields": [entry]}
    with pytest.raises(SageActiveError, match=r"`exclude_fields.0`: is not a stream and a member of it"):
        SourceSageActive().streams(config)
