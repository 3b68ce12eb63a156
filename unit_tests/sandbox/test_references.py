"""Every id in the rows leads to a row, with or without a loader beside it, and no two rows have the same."""

from collections.abc import Iterator, Mapping

import pytest
from graphql import GraphQLObjectType, get_named_type

from sage_active_sandbox.data.generate import populate
from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.rows import RowFacts, Scope
from sage_active_sandbox.graphql_api.schema import serve
from sage_active_sandbox.store import Company, Row, Store, Table
from sage_active_sandbox.switches import Switches

WITHOUT_ROWS = {"matchId", "salesInvoiceTemplateId", "eInvoiceId", "tenantId", "originId"}
"""Ids of what no list has: letters, templates, invoices on the platform; origins may be templates."""


@pytest.fixture(scope="module")
def sixty() -> Store:
    store = Store()
    populate(store, rows=60, companies_per_market=2)
    return store


def usable(store: Store) -> list[Company]:
    return [company for company in store.companies.values() if company.usable]


def references(facts: RowFacts, kind: GraphQLObjectType, row: Row) -> Iterator[tuple[str, str, str]]:
    """Type, member and id of every reference of the row and of everything that it owns."""
    for name, definition in kind.fields.items():
        target = get_named_type(definition.type)
        if not isinstance(target, GraphQLObjectType):
            continue
        if facts.is_loader(kind.name, name):
            if row.get(f"{name}Id") is not None:
                yield kind.name, name, row[f"{name}Id"]
            continue
        value = row.get(name)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield from references(facts, target, child)


def test_every_reference_leads_to_a_row(sixty: Store) -> None:
    facts = serve(Switches(), Drift()).facts
    followed = set()
    for company in usable(sixty):
        scope = Scope(sixty, company.id, facts)
        for type_name, table in company.tables.items():
            for row in table.values():
                for owner, name, row_id in references(facts, facts.object_type(type_name), row):
                    assert scope.find(facts.target(owner, name), row_id) is not None, f"{owner}.{name}"
                    followed.add((owner, name))
        for treatment in company.tables["TaxTreatment"].values():
            ids = treatment["_inputAccountingAccountIds"] + treatment["_outputAccountingAccountIds"]
            group = company.tables["TaxGroup"][treatment["taxGroupId"]]
            assert ids or group["vatTaxation"] == "NOT_TAXABLE"
            assert set(ids) <= set(company.tables["AccountingAccount"])
        groups = {row["groupId"] for row in company.tables["Tax"].values()}
        assert {row["taxGroupId"] for row in company.tables["Product"].values()} <= groups | {None}
    assert len(followed) > 80


def bare_ids(facts: RowFacts, kind: GraphQLObjectType, row: Row) -> Iterator[tuple[str, str, str]]:
    """Type, member and value of every id in the row and in what it owns, whether or not a loader stands beside it."""
    for name, definition in kind.fields.items():
        target, value = get_named_type(definition.type), row.get(name)
        if target.name == "UUID" and name.endswith("Id") and value is not None:
            yield kind.name, name, value
        elif isinstance(target, GraphQLObjectType) and not facts.is_loader(kind.name, name):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, dict):
                    yield from bare_ids(facts, target, child)


def all_ids(row: Row) -> Iterator[str]:
    """The id of a row and of everything that it owns."""
    if "id" in row:
        yield row["id"]
    for value in row.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield from all_ids(child)


def known_ids(tables: Mapping[str, Table]) -> Iterator[str]:
    """The ids of all rows of the tables, and of everything that they own."""
    for table in tables.values():
        for row in table.values():
            yield from all_ids(row)


def test_ids_without_a_loader_are_those_of_rows_too(sixty: Store) -> None:
    facts = serve(Switches(), Drift()).facts
    shared = {market: [*known_ids(tables)] for market, tables in sixty.market_tables.items()}
    for company in usable(sixty):
        known = {*shared[company.market], *known_ids(company.tables)}
        for type_name, table in company.tables.items():
            for row in table.values():
                for owner, name, value in bare_ids(facts, facts.object_type(type_name), row):
                    assert value in known or name in WITHOUT_ROWS, f"{owner}.{name}"


def test_ids_are_unique_over_everything(sixty: Store) -> None:
    ids = [row_id for tables in sixty.market_tables.values() for row_id in known_ids(tables)]
    ids += [row_id for company in usable(sixty) for row_id in known_ids(company.tables)]
    assert len(ids) == len(set(ids))
