"""A read of all streams of a market, and what of it is not as the sandbox's own API shows its rows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped, unused-ignore]

from integration_tests.connector import Connector, Outcome
from integration_tests.expected import listed, usable
from integration_tests.raw_reports import report_rows
from integration_tests.raw_streams import OWN_COLUMNS, RawApi, Row, decoded, fits, key_of
from integration_tests.schemas import FORMATS
from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.markets import DIRECT
from sage_active.resources.resource import PlainList, Report, Resource, Scope, Singleton
from sage_active.resources.table import offered
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from source_sage_active.streams import further_streams

RESOURCES = {resource.name: resource for resource in offered(DIRECT)}
Rows = dict[tuple[Any, ...], Row]


@dataclass
class World:
    """One market of a sandbox, and what a read of all its streams came to."""

    sandbox: Sandbox
    market: str
    connector: Connector
    outcome: Outcome
    held: dict[tuple[str, str], Rows] = field(default_factory=dict)

    @property
    def companies(self) -> list[Company]:
        """The companies that are read."""
        return usable(self.sandbox, self.market)

    def of(self, resource: Resource, company: Company) -> Rows:
        """The rows of a resource that the sandbox's API shows in a company, by their keys."""
        if (resource.name, company.id) not in self.held:
            schema = self.connector.streams()[resource.name]["json_schema"]
            rows = list(expected_rows(RawApi(self.sandbox, company), resource, company, schema))
            self.held[resource.name, company.id] = {key_of(resource, row): row for row in rows}
            assert len(self.held[resource.name, company.id]) == len(rows), f"{resource.name}: the key is not unique"
        return self.held[resource.name, company.id]

    def owners(self, resource: Resource) -> Mapping[str, Company]:
        """What the rows of a resource have as `company_id`, and through which company they are seen."""
        if resource.scope(DIRECT) is Scope.MARKET:
            return {self.market.upper(): self.companies[0]}
        return {company.id: company for company in self.companies}


def expected_rows(api: RawApi, resource: Resource, company: Company, schema: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of a resource, as the sandbox's API shows them."""
    binding = resource.direct
    assert binding
    read = strategy_of(Contract(), binding)
    selection = api.selection(schema, OWN_COLUMNS)
    if isinstance(read, Report):
        members = [one.name for one in Contract().fields(binding.type)]
        without = [name for name in read.key if name not in members]
        yield from report_rows(api, binding.root, api.selection(schema, [*OWN_COLUMNS, *without]), read.key)
    elif isinstance(read, Singleton):
        if not binding.markets or company.market in binding.markets:
            yield api.answer(f"query($id:ID!){{r:{binding.root}(id:$id){{{selection}}}}}", id=company.id)
    elif isinstance(read, PlainList):
        yield from api.answer(f"{{r:{binding.root}{{{selection}}}}}")
    else:
        rows = api.connection(binding.root, selection)
        yield from (row for row in rows if fits(row, binding.where))


def read_rows(outcome: Outcome, name: str) -> Iterator[Row]:
    """The records of a stream, with the text of each number."""
    start = f'"stream":"{name}",'.encode()
    for line in outcome.lines:
        if line.type == "RECORD" and start in line.text[:200]:
            yield decoded(line.text)["record"]["data"]


def by_owner(outcome: Outcome, resource: Resource) -> dict[str, Rows]:
    """The records of a stream by company and key, without the connector's columns."""
    found: dict[str, Rows] = {}
    for row in read_rows(outcome, resource.name):
        content = {name: value for name, value in row.items() if name not in OWN_COLUMNS}
        found.setdefault(row["company_id"], {})[key_of(resource, row)] = content
    return found


def read_everything(sandbox: Sandbox, market: str, folder: Path) -> World:
    """A full read of all streams in a market."""
    connector = Connector.over(sandbox, DIRECT, market, folder)
    outcome = connector.read(RESOURCES)
    assert (outcome.code, outcome.errors, outcome.logs("WARN")) == (0, [], [])
    return World(sandbox, market, connector, outcome)


def differences(world: World) -> dict[str, str]:
    """What is not as it should be, by the stream."""
    found: dict[str, str] = {}
    for resource in RESOURCES.values():
        records, owners = by_owner(world.outcome, resource), world.owners(resource)
        if strangers := records.keys() - owners.keys():
            found[resource.name] = f"rows of {strangers}"
        for owner, company in owners.items():
            if wrong := difference(records.get(owner, {}), world.of(resource, company)):
                found[resource.name] = wrong
    return found


def difference(records: Rows, held: Rows) -> str:
    """In what the records of a stream differ from what the sandbox holds; empty if they do not."""
    if missing_keys := held.keys() - records.keys():
        return f"{len(missing_keys)} of {len(held)} rows are missing: {next(iter(missing_keys))}"
    if unknown := records.keys() - held.keys():
        return f"{len(unknown)} rows are not there: {next(iter(unknown))}"
    unequal = [(records[key], row) for key, row in held.items() if records[key] != row]
    return f"{len(unequal)} rows differ: {unequal[0]}" if unequal else ""


def misfits(world: World) -> dict[str, str]:
    """Streams of which a record does not fit the schema, and why."""
    validators = {
        name: Draft7Validator(stream["json_schema"], format_checker=FORMATS)
        for name, stream in world.connector.streams().items()
    }
    return {
        record["stream"]: error.message
        for record in world.outcome.of_type("RECORD")
        for error in validators[record["stream"]].iter_errors(record["data"])
    }


def repeated(world: World) -> dict[str, int]:
    """Streams that have a record twice."""
    counts = {
        name: Counter((row["company_id"], *key_of(resource, row)) for row in read_rows(world.outcome, name))
        for name, resource in RESOURCES.items()
    }
    return {name: most for name, rows in counts.items() if (most := max(rows.values(), default=0)) > 1}


def assert_delivered(world: World) -> None:
    """The records of all streams are the rows of the sandbox, once each, and as their schemas say."""
    assert list(world.connector.streams()) == [*RESOURCES, *further_streams(DIRECT)]
    assert differences(world) == {}
    assert repeated(world) == {}
    assert misfits(world) == {}
    assert {name: world.outcome.statuses(name)[-1] for name in RESOURCES} == dict.fromkeys(RESOURCES, "COMPLETE")
    unusable = {company.id for company in listed(world.sandbox, world.market) if not company.usable}
    assert unusable
    assert not unusable & {record["data"]["company_id"] for record in world.outcome.of_type("RECORD")}
