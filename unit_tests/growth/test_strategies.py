"""A resource is one declaration: each strategy in each scope is read without a word about it in an engine."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

import pytest
from airbyte_cdk.models import Status
from airbyte_cdk.utils import AirbyteTracedException
from graphql import GraphQLError

from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.resources.resource import DirectResource, Report, Resource, Scope, Strategy
from source_sage_active.source import SourceSageActive
from unit_tests.growth.company_server import MARKETS, CompanyServer, last_state, read, streams
from unit_tests.growth.fake_resources import (
    ACCOUNTING_SETUP,
    BANK_ACCOUNTS,
    CONTENT,
    EVERY_STRATEGY,
    JOURNALS,
    TRIAL_BALANCE,
    USERS,
    scoped,
)

ROWS: Final = {
    "journals": 2,
    "bank_transactions": 1,
    "users": 1,
    "bank_accounts": 2,
    "accounting_setup": 1,
    "trial_balance": 4,
}
OWNERS: Final[dict[Scope, list[str | None]]] = {
    Scope.COMPANY: list(MARKETS),
    Scope.MARKET: ["DE", "FR"],
    Scope.SIGN_IN: [None],
}
COMBINATIONS: Final = list(product(EVERY_STRATEGY, Scope))


@pytest.fixture(scope="module")
def server() -> Iterator[CompanyServer]:
    with CompanyServer(CONTENT) as server:
        yield server


@pytest.fixture(autouse=True)
def everybody_may(server: CompanyServer) -> Iterator[None]:
    yield
    server.refused = frozenset()


def strategy_name(resource: Resource) -> str:
    """The strategy of a resource, by the name of its class."""
    assert resource.direct
    strategy: Strategy = strategy_of(Contract(), resource.direct)
    return type(strategy).__name__


def test_a_read_only_resource_takes_one_line(server: CompanyServer) -> None:
    resource = JOURNALS
    assert streams(server, resource)["key"] == [["company_id"], ["id"]]
    rows, _ = read(server, resource)
    assert Counter(row["company_id"] for row in rows) == dict.fromkeys(MARKETS, 2)
    assert {row["updated_at"] for row in rows} == {"2026-01-01T09:00:00.000000Z"}


@pytest.mark.parametrize(
    ("resource", "scope"), COMBINATIONS, ids=lambda value: value.name if isinstance(value, Resource | Scope) else ""
)
def test_every_strategy_in_every_scope(server: CompanyServer, resource: Resource, scope: Scope) -> None:
    shared = scoped(resource, scope)
    rows, _ = read(server, shared)
    assert Counter(row["company_id"] for row in rows) == dict.fromkeys(OWNERS[scope], ROWS[resource.name])
    described = streams(server, shared)
    key = [name for (name,) in described["key"]]
    assert len({tuple(row[name] for name in key) for row in rows}) == len(rows), "the key is not unique"
    assert None not in {row[name] for row in rows for name in key}, "a part of the key is null"
    assert set(key) <= described["schema"].keys()
    assert resource.direct
    calls = [call for call in server.calls_of(resource.direct.root) if not call.is_count]
    reports = 2 if resource is TRIAL_BALANCE else 1
    assert len(calls) == len(OWNERS[scope]) * reports, "read more than once"


def test_strategies_and_scopes_that_are_covered(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what the combinations of this module cover."""
    declared = {(strategy_name(resource), scope.name) for resource, scope in COMBINATIONS}
    strategies = [kind.__name__ for kind in Strategy.__args__]
    with capsys.disabled():
        print("\nstrategy    " + "".join(f"{scope.name:>9}" for scope in Scope))
        for name in strategies:
            print(f"{name:12}" + "".join(f"{'yes' if (name, scope.name) in declared else 'no':>9}" for scope in Scope))
    assert {name for name, _ in declared} == set(strategies)
    assert len(declared) == len(strategies) * len(Scope)


def test_a_market_is_read_once_for_its_companies_and_followed_by_its_own_state(server: CompanyServer) -> None:
    resource = scoped(JOURNALS, Scope.MARKET)
    _, messages = read(server, resource, is_incremental=True)
    assert {call.company for call in server.calls_of("journalTypes")} == {"company-1", "company-3"}
    state = last_state(messages)
    assert state.stream and state.stream.stream_state
    entries = vars(state.stream.stream_state)["states"]
    assert {entry["partition"]["company_id"] for entry in entries} == {"DE", "FR"}
    read(server, resource, is_incremental=True, state=state)
    pages = [call for call in server.calls_of("journalTypes") if len(call.arguments.get("order") or ()) == 2]
    assert len(pages) == 2
    assert all("2026-01-01T08:00:00Z" in repr(call.arguments) for call in pages)


@pytest.mark.parametrize("scope", [Scope.MARKET, Scope.SIGN_IN])
@pytest.mark.parametrize("resource", [JOURNALS, BANK_ACCOUNTS, TRIAL_BALANCE], ids=lambda resource: resource.name)
def test_where_one_company_fails_the_next_one_is_asked(
    server: CompanyServer, resource: Resource, scope: Scope, caplog: pytest.LogCaptureFixture
) -> None:
    server.refused = frozenset({"company-1"})
    with caplog.at_level(logging.WARNING):
        rows, _ = read(server, scoped(resource, scope))
    assert Counter(row["company_id"] for row in rows) == dict.fromkeys(OWNERS[scope], ROWS[resource.name])
    assert "the next one is asked" in caplog.text


def test_where_all_companies_fail_the_stream_fails_by_name(server: CompanyServer) -> None:
    server.refused = frozenset({"company-1", "company-2"})
    with pytest.raises(AirbyteTracedException):
        read(server, scoped(JOURNALS, Scope.MARKET))
    assert {call.company for call in server.calls} == set(MARKETS)


@pytest.mark.parametrize(
    "resource", [USERS, BANK_ACCOUNTS, ACCOUNTING_SETUP, TRIAL_BALANCE], ids=lambda resource: resource.name
)
def test_streams_without_dates_are_read_in_full_only(server: CompanyServer, resource: Resource) -> None:
    assert streams(server, resource)["modes"] == ["full_refresh"]
    rows, _ = read(server, resource)
    assert {row["updated_at"] for row in rows} == {None}


@pytest.mark.parametrize(
    "resource", [BANK_ACCOUNTS, ACCOUNTING_SETUP, TRIAL_BALANCE], ids=lambda resource: resource.name
)
def test_what_no_count_proves_is_called_that(
    server: CompanyServer, resource: Resource, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        read(server, resource)
    assert f"not provable by a count, {ROWS[resource.name]} delivered" in caplog.text


def test_a_list_that_is_null_fails_and_an_object_that_is_null_is_none(server: CompanyServer) -> None:
    with CompanyServer({"bankAccounts": lambda _: None}) as empty, pytest.raises(AirbyteTracedException):
        read(empty, BANK_ACCOUNTS)
    with CompanyServer({"organizationAccountingSetupByOrgId": lambda _, **__: None}) as empty:
        rows, _ = read(empty, ACCOUNTING_SETUP)
    assert rows == []


def test_a_report_follows_the_rows_that_it_needs(server: CompanyServer) -> None:
    rows, _ = read(server, TRIAL_BALANCE, companies=[{"company_id": "company-1"}])
    assert [(row["exerciseId"], row["accountCode"]) for row in rows] == [
        *(("year-2025", code) for code in ("1000", "2000")),
        *(("year-2026", code) for code in ("1000", "2000")),
    ]
    assert [call.root for call in server.calls if not call.is_count] == [
        "accountingExercises",
        "accountingTrialBalance",
        "accountingTrialBalance",
    ]


def test_check_asks_about_every_strategy_in_one_request(server: CompanyServer) -> None:
    source = SourceSageActive(resources=EVERY_STRATEGY)
    server.calls.clear()
    outcome = source.check(logging.getLogger("airbyte"), {**server.config, "companies": [{"company_id": "company-1"}]})
    assert outcome.status is Status.SUCCEEDED, outcome.message
    assert "Stream" not in str(outcome.message)
    roots = [call.root for call in server.calls]
    assert sorted(roots) == sorted(CONTENT.keys() - {"accountingTrialBalance"})


def test_a_company_that_fails_half_way_is_followed_by_the_next_one() -> None:
    def second_report_refused(company: str, input: Mapping[str, Any]) -> Any:
        if company == "company-1" and input["exerciseId"] == "year-2026":
            extensions = {"code": "AUTH_NOT_AUTHORIZED"}
            raise GraphQLError("The current user is not authorized to access this resource.", extensions=extensions)
        return [{"accountCode": "1000", "balance": 1}]

    with CompanyServer({**CONTENT, "accountingTrialBalance": second_report_refused}) as half:
        rows, _ = read(half, scoped(TRIAL_BALANCE, Scope.MARKET))
    # At least once: what the first one delivered comes again under the same key.
    assert Counter((row["company_id"], row["exerciseId"]) for row in rows) == {
        ("DE", "year-2025"): 2,
        ("DE", "year-2026"): 1,
        ("FR", "year-2025"): 1,
        ("FR", "year-2026"): 1,
    }


def test_a_report_may_be_one_object_or_hold_its_rows_in_a_member() -> None:
    def inputs(_: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [{"contextContains": "sales"}]

    catalog = Resource(
        name="aggregations",
        direct=DirectResource(
            root="aggregationCatalog",
            type="AggregationDefinition",
            read=Report(needs=(), inputs=inputs, key=("contextContains", "entityKey"), rows="definitions"),
        ),
    )
    whole = Resource(
        name="catalog",
        direct=DirectResource(
            root="aggregationCatalog",
            type="AggregationCatalog",
            read=Report(needs=(), inputs=inputs, key=("contextContains",)),
        ),
    )
    definitions = {"definitions": [{"entityKey": "invoice"}, {"entityKey": "order"}]}
    with CompanyServer({"aggregationCatalog": lambda _, **__: definitions}) as server:
        parts, _ = read(server, catalog, companies=[{"company_id": "company-1"}])
        (one,), _ = read(server, whole, companies=[{"company_id": "company-1"}])
    assert [(row["contextContains"], row["entityKey"]) for row in parts] == [("sales", "invoice"), ("sales", "order")]
    assert len(one["definitions"]) == 2
