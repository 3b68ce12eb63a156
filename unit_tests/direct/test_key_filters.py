"""Filters by keys: members with paths of their own, of several kinds, and in the shape that the server has."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any, Final, Literal

import pytest

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.direct.client import DirectClient
from sage_active.direct.contract import Contract
from sage_active.direct.key_filters import MOST_GROUPS, keyed
from sage_active.direct.query import Shape
from sage_active.direct.writing import DirectWriter
from sage_active.resources.keys import Key
from sage_active.resources.resource import Member
from sage_active.writing import FieldKind, Reference
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches
from unit_tests.growth.fake_objects import ACCOUNTS, CHANGED

CONTRACT: Final = Contract()
ENTRY: Final = Key(("documentNumber", "journalTypeCode", "date"), {"journalTypeCode": ("journalType", "code")})
PLAIN: Final = Shape(plain=frozenset({("AccountingAccount", "code")}))


def where(type_name: str, key: Key, *values: str, shape: Shape | None = None, **kinds: FieldKind) -> Any:
    """The filter for keys of a type."""
    return keyed(CONTRACT.fields(type_name), key, kinds, values)(shape or Shape())


def test_the_values_of_one_member_are_one_list() -> None:
    assert where("Customer", Key(("code",)), "C1", "C2") == {"code": {"in": ["C1", "C2"]}}


def test_several_members_are_grouped_by_all_but_the_last() -> None:
    key = Key(("supplierId", "invoiceNumber"))
    values = [key.value(parts) for parts in (("s1", "1"), ("s1", "2"), ("s2", "1"))]
    assert where("PurchaseInvoice", key, *values) == {
        "or": [
            {"and": [{"supplierId": {"eq": "s1"}}, {"invoiceNumber": {"in": ["1", "2"]}}]},
            {"and": [{"supplierId": {"eq": "s2"}}, {"invoiceNumber": {"in": ["1"]}}]},
        ]
    }


def test_very_many_keys_of_several_members_are_a_list_for_each_member() -> None:
    days = [f"2026-01-{day:02}" for day in range(1, MOST_GROUPS + 2)]
    key = replace(ENTRY, members=("date", "journalTypeCode", "documentNumber"))
    values = [key.value((day, "GJ", "D1")) for day in days]
    evenings = [f"{day}T{hour}:00:00Z" for day in ("2025-12-31", *days[:-1]) for hour in (22, 23)]
    assert where("AccountingEntry", key, *values, date=FieldKind.DAY) == {
        "and": [
            {"date": {"in": [*(f"{day}T00:00:00Z" for day in days), *evenings]}},
            {"journalType": {"code": {"in": ["GJ"]}}},
            {"documentNumber": {"in": ["D1"]}},
        ]
    }


def test_members_have_their_paths_and_literals() -> None:
    found = where("AccountingEntry", ENTRY, ENTRY.value(("D1", "GJ", "2026-01-31")), date=FieldKind.DAY)
    assert found == {
        "and": [
            {"documentNumber": {"eq": "D1"}},
            {"journalType": {"code": {"eq": "GJ"}}},
            # A day, or local midnight shown in UTC.
            {"date": {"in": ["2026-01-31T00:00:00Z", "2026-01-30T22:00:00Z", "2026-01-30T23:00:00Z"]}},
        ]
    }
    key = Key(("type", "exercise"))
    found = where(
        "AccountingExercise", key, key.value(("NONE", "2026")), type=FieldKind.CHOICE, exercise=FieldKind.INTEGER
    )
    assert found == {"and": [{"type": {"eq": Member("NONE")}}, {"exercise": {"in": [2026]}}]}


@pytest.mark.parametrize("key", [Key(("code",)), Key(("code",), {"code": ("code", "value")})])
def test_the_code_of_an_account_is_where_the_server_has_it(key: Key) -> None:
    assert where("AccountingAccount", key, "1000") == {"code": {"value": {"in": ["1000"]}}}
    assert where("AccountingAccount", key, "1000", shape=PLAIN) == {"code": {"in": ["1000"]}}


@pytest.fixture(scope="module", params=["object", "flat"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """One whose accounts have codes of each shape."""
    shape: Literal["object", "flat"] = request.param
    with Sandbox(rows=3, companies_per_market=1, switches=Switches(account_code=shape)) as running:
        yield running


def test_accounts_are_found_by_their_codes_in_either_shape(sandbox: Sandbox) -> None:
    known = next(company for company in sandbox.store.companies.values() if company.usable and company.market == "DE")
    company = Company(known.id, "", "DE", "READY", True)
    codes = {str(row["code"]): str(row["id"]) for row in sandbox.store.table(known.id, "AccountingAccount").values()}
    wanted = sorted(codes)[:3]
    config = ConnectionConfig.model_validate(sandbox.configuration("direct", "de"))
    client = DirectClient(config, user_agent="unit/1", publish=lambda _: None)
    with closing(DirectWriter(client, resources=[ACCOUNTS])) as writer:
        rows = list(writer.find(ACCOUNTS, company, "code", [*wanted, "no such code"]))
        assert {row["code"]: row["id"] for row in rows} == {code: codes[code] for code in wanted}
        sandbox.requests.clear()
        # A type of which there may be very many is never listed.
        reference = Reference("AccountingAccount", ("code",), ())
        found = writer.resolve(company, reference, [(code,) for code in wanted])
        assert {key: entity.id for key, entity in found.items()} == {(code,): codes[code] for code in wanted}
        assert all(wanted[0] in str(request.document) for request in sandbox.requests)
    assert ACCOUNTS.built == CHANGED
