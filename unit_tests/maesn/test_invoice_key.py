"""The key of Maesn's invoices, whichever of `invoiceId` and `id` they carry."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from airbyte_cdk.utils import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from sage_active.maesn.models import record_schema
from sage_active.maesn.row_pages import TwoKeysError, row_pages
from sage_active.markets import MAESN
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.source import SourceSageActive
from unit_tests.odd_servers import CREDENTIALS, OddServer, catalog, lines, read

INVOICES: Final = row_pages(RESOURCE_BY_NAME["invoices"].on(MAESN))
DATE: Final = '"updatedDate":"2026-01-30T10:00:00Z"'


def rows_of(*texts: str) -> list[tuple[str, str]]:
    """Each row of a page with its key."""
    page = INVOICES.page([msgspec.Raw(text.encode()) for text in texts], "page 1")
    return [(bytes(row).decode(), key) for row, key in zip(page.rows, page.keys, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{{"invoiceId":"1","x":1.50,{DATE}}}', None),
        (f'{{"invoiceId":"1","id":"1",{DATE}}}', None),
        (f'{{"invoiceId":"1","id":null,{DATE}}}', None),
        (f'{{"id":"1","x":1.50,{DATE} }}', f'{{"id":"1","x":1.50,{DATE} ,"invoiceId":"1"}}'),
        (f'{{"id":"a\\"b",{DATE}}}', f'{{"id":"a\\"b",{DATE},"invoiceId":"a\\"b"}}'),
        (f'{{"invoiceId":null,"id":"1",{DATE}}}', f'{{"invoiceId":"1","id":"1",{DATE}}}'),
        (f'{{"invoiceId":"","id":"1",{DATE}}}', f'{{"invoiceId":"1","id":"1",{DATE}}}'),
        ('{"id":"1","updatedDate":5}', '{"id":"1","updatedDate":5,"invoiceId":"1"}'),
    ],
)
def test_every_row_is_known_by_its_invoice_id(text: str, expected: str | None) -> None:
    ((row, key),) = rows_of(text)
    assert row == (expected or text)
    assert key == json.loads(row)["invoiceId"]


def test_two_keys_that_differ_are_named() -> None:
    with pytest.raises(TwoKeysError, match="`invoiceId` is '1' and `id` is '2'"):
        rows_of(f'{{"invoiceId":"1",{DATE}}}', f'{{"invoiceId":"1","id":"2",{DATE}}}')


def test_other_objects_have_one_key() -> None:
    text = '{"id":"1","invoiceId":"2"}'
    page = row_pages(RESOURCE_BY_NAME["customers"].on(MAESN)).page([msgspec.Raw(text.encode())], "page 1")
    assert (bytes(page.rows[0]).decode(), list(page.keys)) == (text, ["1"])


KEYS: Final = st.none() | st.sampled_from(["", "1", "é\n"])


@given(own_key=KEYS, other=KEYS, present=st.tuples(st.booleans(), st.booleans()))
def test_a_row_keeps_its_members(own_key: str | None, other: str | None, present: tuple[bool, bool]) -> None:
    members: dict[str, Any] = {"x": 1}
    members |= {"invoiceId": own_key} if present[0] else {}
    members |= {"id": other} if present[1] else {}
    usable = {value for value in (members.get("invoiceId"), members.get("id")) if value}
    try:
        ((row, key),) = rows_of(json.dumps(members))
    except TwoKeysError:
        assert len(usable) == 2
        return
    assert json.loads(row) == members | ({"invoiceId": usable.pop()} if usable else {})
    assert key.startswith("\0") or key == json.loads(row)["invoiceId"]


def test_a_stream_whose_rows_have_two_keys_fails_by_name(caplog: pytest.LogCaptureFixture) -> None:
    with OddServer([f'{{"invoiceId":"1","id":"2",{DATE}}}']) as server, caplog.at_level(logging.ERROR):
        with pytest.raises(AirbyteTracedException):
            read(server, "maesn", "invoices")
        assert len(server.requests) <= 3, "asking again cannot change it"


def test_discover_describes_both_members() -> None:
    assert {"id", "invoiceId"} <= record_schema("Invoice")["properties"].keys()


# --- the sandbox ---


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("setting", "members"), [("invoiceId", {"invoiceId"}), ("id", {"id", "invoiceId"}), ("both", {"id", "invoiceId"})]
)
def test_each_form_brings_the_same_invoices(sandbox: Sandbox, setting: str, members: set[str]) -> None:
    sandbox.change_switches({"maesn_invoice_key": setting})
    keys = {"api_key": "sandbox-api-key", "account_key": "sandbox-account-key-de"}
    config = {"credentials": CREDENTIALS["maesn"] | keys, "sandbox_url": sandbox.url}
    found = [
        json.loads(line)["record"]["data"]
        for line in lines(list(SourceSageActive().read_pages(config, catalog("invoices"))))
    ]
    companies = {row["company_id"] for row in found}
    expected = {
        row["id"]
        for company in companies
        for row in sandbox.store.table(company, "SalesInvoice").values()
        if row["type"] != "CREDIT_NOTE"
    }
    assert {row["invoiceId"] for row in found} == expected
    assert all(row.keys() & {"id", "invoiceId"} == members for row in found)
    assert all(row.get("id", row["invoiceId"]) == row["invoiceId"] for row in found)
