"""Switches about how stored values are shown: signs, numbers, days, withholding, bills, members of companies."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
import requests

from unit_tests.sandbox.conftest import Api


def nodes(api: Api, query: str) -> list[dict[str, Any]]:
    """The rows of the first page of a list."""
    rows: list[dict[str, Any]] = api.data(f"{{{query}}}")["nodes"]
    return rows


def admin(api: Api, path: str, body: dict[str, Any]) -> Any:
    """The answer to a POST under /admin."""
    reply = requests.post(f"{api.sandbox.url}/admin/{path}", json=body, timeout=5)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_credit_notes_with_a_minus(market_api: Api) -> None:
    members = "totalLiquid lines{id totalNet unitPrice totalQuantity} openItems{amount}"
    query = f"salesInvoices(where:{{type:{{eq:CREDIT_NOTE}}}}){{nodes{{{members}}}}}"
    before = nodes(market_api, query)
    market_api.sandbox.switches.credit_note_sign = "negative"
    for old, new in zip(before, nodes(market_api, query), strict=True):
        assert new["totalLiquid"] == -old["totalLiquid"]
        assert [item["amount"] for item in new["openItems"]] == [-item["amount"] for item in old["openItems"]]
        for old_line, new_line in zip(old["lines"], new["lines"], strict=True):
            assert (new_line["totalNet"], new_line["unitPrice"]) == (-old_line["totalNet"], old_line["unitPrice"])
            assert new_line["totalQuantity"] == -old_line["totalQuantity"]
    below = market_api.data("{salesInvoices(where:{totalLiquid:{lt:0}}){totalCount}}")["totalCount"]
    assert below == len(before) > 0
    lines = nodes(market_api, "salesInvoiceLines(first:500,where:{totalNet:{lt:0}}){nodes{salesInvoice{type}}}")
    assert {line["salesInvoice"]["type"] for line in lines} == {"CREDIT_NOTE"}


@pytest.mark.parametrize(
    ("scope", "members"),
    [
        ("exercise", ("accountingExerciseId",)),
        ("journal", ("journalTypeId",)),
        ("exercise_and_journal", ("accountingExerciseId", "journalTypeId")),
    ],
)
def test_numbers_of_entries_within_a_scope(market_api: Api, scope: Any, members: tuple[str, ...]) -> None:
    market_api.sandbox.switches.entry_numbers = scope
    query = "accountingEntries(first:500){nodes{id number accountingExerciseId journalTypeId}}"
    numbers = defaultdict(list)
    for row in nodes(market_api, query):
        numbers[tuple(row[member] for member in members)].append(row["number"])
    assert len(numbers) > 1
    assert all(sorted(found) == [*range(1, len(found) + 1)] for found in numbers.values())
    (row, *_) = nodes(market_api, "accountingEntries(first:1,where:{number:{eq:1}}){nodes{id number}}")
    assert row["number"] == 1


def test_a_number_is_not_given_to_another_entry(api: Api) -> None:
    api.sandbox.switches.entry_numbers = "exercise"
    query = "accountingEntries(first:500){nodes{id number}}"
    before = {row["id"]: row["number"] for row in nodes(api, query)}
    gone = next(iter(before))
    row = api.rows("AccountingEntry")[0]
    api.sandbox.store.delete(api.company.id, "AccountingEntry", gone)
    try:
        after = {row["id"]: row["number"] for row in nodes(api, query)}
        assert after == {row_id: number for row_id, number in before.items() if row_id != gone}
    finally:
        api.sandbox.store.table(api.company.id, "AccountingEntry")[gone] = row


def test_withholding_outside_of_open_items(sandbox: Any) -> None:
    api = Api(sandbox, "ES")
    stored = next(row for row in api.rows("SalesInvoice") if row["status"] == "Collected" and len(row["openItems"]) > 1)
    kept = {name: stored[name] for name in ("totalWithholding", "totalLiquidNoWithholding")}
    stored.update(totalWithholding=Decimal("7.50"), totalLiquidNoWithholding=stored["totalLiquid"] + Decimal("7.50"))
    members = "totalLiquid totalLiquidNoWithholding openItems{amount paidAmountAccumulated}"
    query = f'salesInvoices(where:{{id:{{eq:"{stored["id"]}"}}}}){{nodes{{{members}}}}}'
    (inside,) = nodes(api, query)
    assert sum(item["amount"] for item in inside["openItems"]) == inside["totalLiquid"]
    sandbox.switches.withholding = "outside"
    (outside,) = nodes(api, query)
    assert sum(item["amount"] for item in outside["openItems"]) == outside["totalLiquidNoWithholding"]
    assert all(item["paidAmountAccumulated"] == item["amount"] for item in outside["openItems"])
    listed = f'salesInvoiceOpenItems(where:{{salesInvoiceId:{{eq:"{stored["id"]}"}}}}){{nodes{{amount}}}}'
    assert [row["amount"] for row in nodes(api, listed)] == [item["amount"] for item in outside["openItems"]]
    stored.update(kept)


def test_negative_bills_and_their_entries(api: Api) -> None:
    store = api.sandbox.store
    bill = store.insert(api.company.id, "PurchaseInvoice", {"totalLiquid": Decimal("-10.00"), "openItems": []})
    entry = store.insert(api.company.id, "AccountingEntry", {"sourceEntityId": bill["id"], "accountingEntryLines": []})
    bills, entries = (
        f'{{purchaseInvoices(where:{{id:{{eq:"{bill["id"]}"}}}}){{totalCount}}}}',
        f'{{accountingEntries(where:{{id:{{eq:"{entry["id"]}"}}}}){{totalCount}}}}',
    )
    assert [api.data(query)["totalCount"] for query in (bills, entries)] == [1, 1]
    api.sandbox.switches.negative_bills = "refused"
    assert [api.data(query)["totalCount"] for query in (bills, entries)] == [0, 0]
    store.delete(api.company.id, "PurchaseInvoice", bill["id"])
    store.delete(api.company.id, "AccountingEntry", entry["id"])


def test_days_at_local_midnight(api: Api) -> None:
    query = "salesInvoices(first:500,order:[{id:ASC}]){nodes{documentDate creationDate}}"
    before = nodes(api, query)
    api.sandbox.switches.days = "local"
    for old, new in zip(before, nodes(api, query), strict=True):
        assert new["creationDate"] == old["creationDate"]
        assert old["documentDate"].endswith("T00:00:00.000Z")
        assert new["documentDate"][10:] in ("T23:00:00.000Z", "T22:00:00.000Z")
    wanted = nodes(api, query)[0]["documentDate"]
    found = nodes(api, f'salesInvoices(where:{{documentDate:{{eq:"{wanted}"}}}}){{nodes{{documentDate}}}}')
    assert found and {row["documentDate"] for row in found} == {wanted}


def test_companies_without_the_split(api: Api) -> None:
    query = "{organizations(where:{onboardingCompleted:{eq:true}}){nodes{id vatNumber addresses{city}}}}"
    assert {row["vatNumber"] for row in api.data(query, X_OrganizationId=None)["nodes"]} == {None}
    api.sandbox.switches.organizations_split = False
    rows = api.data(query, X_OrganizationId=None)["nodes"]
    assert any(row["vatNumber"] and row["addresses"] for row in rows)


@pytest.mark.parametrize(
    "query",
    [
        "{accountingEntryLines(where:{accountingEntryPayment:{matchId:{neq:null}}}){totalCount}}",
        '{salesInvoices(where:{mainAddress:{city:{eq:"x"}}}){totalCount}}',
    ],
)
def test_filters_on_owned_objects(api: Api, query: str) -> None:
    assert "errors" not in api.answer(query)
    api.sandbox.switches.owned_filters = "refused"
    refused = api.post(query)
    assert refused.status_code == 400
    assert "does not exist" in refused.json()["errors"][0]["message"]
    assert "errors" not in api.answer('{accountingAccounts(where:{code:{value:{eq:"1200"}}}){totalCount}}')
    assert "errors" not in api.answer('{accountingEntries(where:{journalType:{code:{eq:"AR"}}}){totalCount}}')


@pytest.mark.parametrize(("owned", "parents"), [(True, True), (True, False), (False, True)])
def test_a_change_of_an_owned_object_moves_what_the_switches_say(api: Api, owned: bool, parents: bool) -> None:
    api.sandbox.switches.owned_dates_move = owned
    api.sandbox.switches.parent_dates_move = parents
    line = {"id": "l", "modificationDate": None, "accountingEntryThirdParty": {"id": "p", "modificationDate": None}}
    entry = api.sandbox.store.insert(api.company.id, "AccountingEntry", {"accountingEntryLines": [line]})
    body = {"company_id": api.company.id, "type": "AccountingEntry", "ids": [entry["id"]]}
    admin(api, "touch", {**body, "child": "accountingEntryLines.accountingEntryThirdParty", "changes": {"code": "9"}})
    stored = api.stored("AccountingEntry", entry["id"])
    (line,) = stored["accountingEntryLines"]
    assert line["accountingEntryThirdParty"]["code"] == "9"
    assert line["accountingEntryThirdParty"]["modificationDate"] is not None
    assert (line["modificationDate"] is not None) is owned
    assert (stored["modificationDate"] is not None) is (owned and parents)
    api.sandbox.store.delete(api.company.id, "AccountingEntry", entry["id"])


@pytest.mark.parametrize("setting", ["removes_row", "keeps_row"])
def test_unmatching(api: Api, setting: Any) -> None:
    api.sandbox.switches.unmatching = setting
    payment = {"id": "payment", "matching": "FULL_MATCH", "matchingLetter": "A", "matchId": "match"}
    lines = [{"id": "l", "accountingEntryPayment": payment}, {"id": "m", "accountingEntryPayment": None}]
    entry = api.sandbox.store.insert(api.company.id, "AccountingEntry", {"accountingEntryLines": lines})
    body = {"company_id": api.company.id, "match_ids": ["match"]}
    assert admin(api, "unmatch", body) == [entry["id"]]
    stored = api.stored("AccountingEntry", entry["id"])
    found = stored["accountingEntryLines"][0]["accountingEntryPayment"]
    if setting == "removes_row":
        assert found is None
    else:
        assert (found["id"], found["matchingLetter"], found["matchId"]) == ("payment", None, None)
    assert stored["modificationDate"] is not None
    assert admin(api, "unmatch", body) == []
    api.sandbox.store.delete(api.company.id, "AccountingEntry", entry["id"])
