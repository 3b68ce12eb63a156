"""How each root of the contract is read, without a declaration."""

from collections import Counter

import pytest

from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.resources.resource import DirectResource, PlainList, Singleton, Strategy, Whole, Windowed
from sage_active.resources.table import RESOURCES

CONTRACT = Contract()
UNDATED = {"bankMovements", "files", "unitOfMeasurements", "unitOfMeasurementSalesSetups", "users"}


def of(root: str, read: Strategy | None = None) -> Strategy:
    return strategy_of(CONTRACT, DirectResource(root=root, type="", read=read))


def test_every_root_has_a_strategy() -> None:
    query = CONTRACT.schema.query_type
    assert query
    kinds = {root: type(of(root)) for root in query.fields}
    assert {root for root, kind in kinds.items() if kind is Whole} == UNDATED
    assert Counter(kinds.values()).keys() == {Windowed, Whole, PlainList, Singleton}


def test_arguments_of_singletons_are_found() -> None:
    assert of("organizationAccountingSetupByOrgId") == Singleton("id")
    assert of("userProfile") == Singleton(None)


def test_a_declaration_wins() -> None:
    assert of("dimensions") == Windowed()
    assert of("dimensions", Whole()) == Whole()


def test_roots_of_the_table_are_in_the_contract() -> None:
    assert all(strategy_of(CONTRACT, resource.direct) for resource in RESOURCES if resource.direct)


def test_an_unknown_root_is_an_error() -> None:
    with pytest.raises(KeyError):
        of("unicorns")
