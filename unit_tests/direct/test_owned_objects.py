"""Children that are single objects with dates of their own: a change of one brings the row back."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import pytest

from sage_active.client import Company, Page, ReadRequest
from sage_active.config import ConnectionConfig, validated
from sage_active.direct.client import DirectClient
from sage_active.direct.contract import Contract, Field, walk
from sage_active.direct.filters import is_owned
from sage_active.direct.heads import Heads
from sage_active.resources.resource import DirectResource, Resource
from sage_active_sandbox.sandbox import Sandbox

ENTRIES: Final = Resource(
    name="entries", direct=DirectResource(root="accountingEntries", type="AccountingEntry"), start_date=True
)
BEGAN: Final = datetime(2026, 3, 1, tzinfo=timezone.utc)


def entry(number: int) -> dict[str, Any]:
    """An entry of one line with every kind of child, all created a while ago."""
    dates = {"creationDate": BEGAN + timedelta(minutes=number), "modificationDate": None}

    def child(name: str, **members: Any) -> dict[str, Any]:
        return {"id": f"{name}-{number}", **dates, **members}

    invoice = child("invoice", openItems=[child("item", amount="10.00")], accountingEntryTaxes=[child("tax")])
    line = child(
        "line",
        accountingEntryThirdParty=child("party"),
        accountingEntryPayment=child("payment", matchingLetter=None),
        accountingEntryDimensionTags=[],
        accountingEntryInvoice=invoice,
    )
    return child("entry", number=number, accountingEntryLines=[line])


def touched(row: dict[str, Any]) -> None:
    """A child that was changed while its parents' dates did not move."""
    row["modificationDate"] = BEGAN + timedelta(days=1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rows=2, companies_per_market=1) as running:
        yield running


def test_a_change_of_any_owned_object_brings_the_entry_back(sandbox: Sandbox) -> None:
    configuration = sandbox.configuration("direct", "de")
    company = next(company for company in sandbox.store.companies.values() if company.market == "DE")
    entries = [sandbox.store.insert(company.id, "AccountingEntry", entry(number)) for number in range(6)]
    for number, row in enumerate(entries):
        row["creationDate"] = BEGAN + timedelta(minutes=number)
    client = DirectClient(validated(ConnectionConfig, configuration), user_agent="test/1", publish=lambda _: None)
    target = Company(company.id, company.name, "DE", None, True)

    def read(since: datetime) -> tuple[set[str], str | None]:
        reading = client.open(ReadRequest(ENTRIES, target, {}, since=since))
        pages: list[Page] = [page for index in range(reading.parts) for page in reading.part(index)]
        pages += reading.rest()
        latest = max((page.latest_child for page in pages if page.latest_child), default=None)
        return {key for page in pages for key in page.keys}, latest

    # The state is the date of the last entry, which every read repeats.
    since = BEGAN + timedelta(minutes=5)
    changed = {entries[5]["id"]}
    try:
        assert read(since)[0] == changed
        for number, path in enumerate(("accountingEntryPayment", "openItems", None)):
            (line,) = entries[number]["accountingEntryLines"]
            invoice = line["accountingEntryInvoice"]
            touched({"openItems": invoice["openItems"][0], None: line}.get(path) or line[str(path)])
            changed.add(entries[number]["id"])
            keys, latest = read(since)
            assert keys == changed
            assert latest == "2026-03-02T00:00:00.000000Z"
    finally:
        client.close()


def test_references_and_addresses_without_dates_are_not_owned() -> None:
    contract = Contract()
    singles = {
        (field.owner, field.name)
        for field in walk(contract.fields("AccountingEntry"))
        if is_owned(field) and not field.many
    }
    assert singles == {
        ("AccountingEntryLine", name)
        for name in ("accountingEntryThirdParty", "accountingEntryPayment", "accountingEntryInvoice")
    }


@pytest.mark.parametrize("odd", ["null", "7", '{"modificationDate":7}', '[{"id":"x"}]'])
def test_an_odd_single_child_does_not_end_the_read(odd: str, caplog: pytest.LogCaptureFixture) -> None:
    date = (Field("Child", "modificationDate", "DateTime"),)
    heads = Heads((Field("Row", "id", "UUID"), Field("Row", "child", "Child", children=date)))
    row = b'{"id":"1","creationDate":"2026-01-01T00:00:00Z","modificationDate":null,"child":%s}' % odd.encode()
    with caplog.at_level(logging.WARNING):
        page, _ = heads.page([row])  # type: ignore[list-item]
    assert list(page.keys) == ["1"]
    assert page.dates == ["2026-01-01T00:00:00.000000Z"]
    assert page.latest_child is None
