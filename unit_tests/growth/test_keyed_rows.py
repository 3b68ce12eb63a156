"""Rows that are identified by what is declared, and what a server that refuses a field of such a root costs."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import pytest
from graphql import GraphQLError

from sage_active.direct.strategies.keyed_rows import keyed_page, with_members
from unit_tests.growth.company_server import CompanyServer, read
from unit_tests.growth.fake_resources import ACCOUNTING_SETUP, BANK_ACCOUNTS

ONE_COMPANY: Final[Mapping[str, Any]] = {"companies": [{"company_id": "company-1"}]}


def test_a_key_of_several_members() -> None:
    rows = [b'{"code":"1000","year":2025}', b'{"code":"1000","year":2026}', b'{"code":"","year":2026}', b"null"]
    page = keyed_page(rows, ("code", "year"), "report 1")
    assert page.rows == rows[:3]
    assert page.dates == [None] * 3
    assert len(set(page.keys)) == 3
    assert [(oddity.row, oddity.field) for oddity in page.oddities] == [(3, "code"), (4, "")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (b'{"a":1}', {"a": 1, "start": "2026-01-01", "b": None}),
        (b" { } ", {"start": "2026-01-01", "b": None}),
        (b'{"start":"mine"}', {"start": "mine", "b": None}),
    ],
)
def test_arguments_are_appended_to_rows_that_do_not_have_them(row: bytes, expected: Mapping[str, Any]) -> None:
    assert msgspec.json.decode(with_members(row, {"start": "2026-01-01", "b": None})) == expected


@pytest.mark.parametrize("row", [b"null", b"[1]", b'"text"'])
def test_what_is_not_an_object_stays_as_it_came(row: bytes) -> None:
    assert with_members(row, {"a": 1}) == row


def test_a_row_without_its_key_is_delivered_and_named(caplog: pytest.LogCaptureFixture) -> None:
    with CompanyServer({"organizationAccountingSetupByOrgId": lambda _, **__: {"subAccountingLength": 5}}) as server:
        rows, _ = read(server, ACCOUNTING_SETUP, **ONE_COMPANY)
    assert [row["subAccountingLength"] for row in rows] == [5]
    assert "`id` does not identify the row" in caplog.text


def test_a_field_that_a_list_is_refused_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    def without_iban(_: str) -> Any:
        def refused(*_: Any) -> Any:
            raise GraphQLError("Not authorized.", extensions={"code": "AUTH_NOT_AUTHORIZED"})

        return [{"id": "account-1", "iban": refused, "bankName": "Bank"}]

    with CompanyServer({"bankAccounts": without_iban}) as server, caplog.at_level(logging.INFO):
        rows, _ = read(server, BANK_ACCOUNTS, **ONE_COMPANY)
    assert [(row["id"], row["bankName"]) for row in rows] == [("account-1", "Bank")]
    assert "iban" not in rows[0]
    assert "fields left out: BankAccount.iban" in caplog.text
