"""Accounts, journals, payment terms and means, business areas: written whole, found again, changed or refused."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from integration_tests.destination import Destination, committed, received, record, records, state
from integration_tests.master_records import MEMBERS, TYPES, MasterRecords, held, unlike
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

STREAMS = tuple(TYPES)
CHANGED = ("accounts", "journals")
CREATED_ONLY = tuple(stream for stream in STREAMS if stream not in CHANGED)
Data = dict[str, Any]


def in_other_shapes(stream: str, rows: list[Data]) -> list[Data]:
    """The same records as other sources have them: codes of accounts as objects or numbers."""
    if stream != "accounts":
        return rows
    return [
        {**row, "code": {"value": row["code"]} if index % 2 or not row["code"].isdigit() else int(row["code"])}
        for index, row in enumerate(rows)
    ]


@pytest.mark.parametrize("stream", STREAMS)
def test_two_hundred_records_are_written_once(
    sandbox: Sandbox, company: Company, destination: Destination, stream: str
) -> None:
    rows = MasterRecords(sandbox, company).of(stream, 200)
    before = len(held(sandbox, company, stream))
    outcome = destination.write([*records(stream, rows), state(stream, 1)])
    assert outcome.code == 0, (outcome.errors, destination.rejected()[:2])
    assert destination.counts() == {"create": 200}
    assert len(held(sandbox, company, stream)) == before + 200
    assert unlike(sandbox, company, stream, rows) == []
    sandbox.mutations.clear()
    # All rows come again, as after a reset, and in other shapes.
    outcome = destination.write(records(stream, in_other_shapes(stream, rows)))
    assert (outcome.code, destination.counts(), received(sandbox)) == (0, {"unchanged": 200}, {})
    if stream in CHANGED:
        unknown = {**rows[0], MEMBERS[stream]: "0815"}
        outcome = destination.write(records(stream, [*rows, unknown]), {stream: "update"})
        assert (outcome.code, destination.counts(), received(sandbox)) == (0, {"unchanged": 200, "reject": 1}, {})
        (rejection,) = destination.rejected()
        assert rejection["rejected_reason"] == "not-found"
        assert rejection["record"]["data"][MEMBERS[stream]] == "0815"


@pytest.mark.parametrize("market", ["es", "fr"])
def test_all_of_them_in_the_other_markets(
    sandbox: Sandbox, company: Company, destination: Destination, market: str
) -> None:
    masters = MasterRecords(sandbox, company)
    rows = {stream: masters.of(stream, 10) for stream in STREAMS}
    lines = [line for stream in STREAMS for line in records(stream, rows[stream])]
    outcome = destination.write(lines)
    assert (outcome.code, destination.counts()) == (0, {"create": 50}), (outcome.errors, destination.rejected()[:2])
    for stream in STREAMS:
        assert unlike(sandbox, company, stream, rows[stream]) == []
    assert destination.write(lines).code == 0
    assert destination.counts() == {"unchanged": 50}


# --- what changes, and what does not ---


def test_an_account_changes_in_all_but_code_and_level(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rows = MasterRecords(sandbox, company).of("accounts", 4)
    assert destination.write(records("accounts", rows)).code == 0
    sandbox.mutations.clear()
    changed = [
        {"code": rows[0]["code"], "name": "Neuer Name"},
        {"code": rows[1]["code"], "deactivated": True, "applyVat": True},
        {"code": rows[2]["code"], "taxTreatment": None, "taxTreatmentId": None},
        {"code": rows[3]["code"], "accountLevel": "GROUP"},
    ]
    outcome = destination.write(records("accounts", changed))
    assert (outcome.code, destination.counts()) == (0, {"update": 3, "reject": 1}), outcome.errors
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("fixed", "accountLevel")
    found = held(sandbox, company, "accounts")
    assert found[rows[0]["code"]]["name"] == "Neuer Name"
    assert found[rows[1]["code"]]["deactivated"] is True
    assert found[rows[2]["code"]]["taxTreatmentId"] is None
    assert committed(sandbox) == {"updateAccountingAccount": 3}
    outcome = destination.write(records("accounts", changed[:3]))
    assert (outcome.code, destination.counts()) == (0, {"unchanged": 3})


@pytest.mark.parametrize("dry_run", [False, True])
def test_accounts_refer_to_accounts_that_come_after_them(
    sandbox: Sandbox, company: Company, destination: Destination, dry_run: bool
) -> None:
    masters = MasterRecords(sandbox, company)
    codes = [masters.code(number) for number in range(4)]
    rows = [
        {"code": code, "name": code, "transitionalPrepaymentAccount": {"code": {"value": following}}}
        for code, following in pairwise(codes)
    ]
    nowhere = {"code": masters.code(9), "transitionalPrepaymentAccount": {"code": masters.code(10)}}
    destination.set(dry_run=dry_run)
    outcome = destination.write(records("accounts", [nowhere, *rows, {"code": codes[-1], "name": "the last"}]))
    assert outcome.code == 0, outcome.errors
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["record"]["data"]["code"]) == ("reference", nowhere["code"])
    if dry_run:
        assert sorted(step["action"] for step in destination.plan()) == ["create"] * 4 + ["reject"]
        return
    assert destination.counts() == {"create": 4, "reject": 1}
    found = held(sandbox, company, "accounts")
    for row, following in zip(rows, codes[1:], strict=True):
        assert found[str(row["code"])]["transitionalPrepaymentAccountId"] == found[following]["id"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"type": "FINANCIAL"}, "type"), ({"isCreditNote": True}, "isCreditNote"), ({"accountingAccount": {}}, None)],
)
def test_of_a_journal_only_name_and_use_change(
    sandbox: Sandbox, company: Company, destination: Destination, change: Data, field: str | None
) -> None:
    rows = MasterRecords(sandbox, company).of("journals", 3)
    assert destination.write(records("journals", rows)).code == 0
    sandbox.mutations.clear()
    changed = [{**rows[0], "name": "Neu", **change}, {**rows[1], "name": "Neu", "deactivated": True}, rows[2]]
    outcome = destination.write(records("journals", changed))
    expected = {"update": 1, "reject": 1, "unchanged": 1} if field else {"update": 2, "unchanged": 1}
    assert (outcome.code, destination.counts()) == (0, expected)
    assert [(line["rejected_reason"], line["rejected_field"]) for line in destination.rejected()] == (
        [("fixed", field)] if field else []
    )
    assert held(sandbox, company, "journals")["J-001"]["deactivated"] is True


@pytest.mark.parametrize(("mode", "reason"), [("append_dedup", "fixed"), ("append", "exists")])
def test_what_is_only_created_is_rejected_with_other_content(
    sandbox: Sandbox, company: Company, destination: Destination, mode: str, reason: str
) -> None:
    rows = MasterRecords(sandbox, company).of("payment_terms", 5)
    modes = {"payment_terms": mode}
    assert destination.write(records("payment_terms", rows), modes).code == 0
    sandbox.mutations.clear()
    first, second, third, *others = [{**row, "lines": [*row["lines"]]} for row in rows]
    first["lines"] = [{**first["lines"][0], "value": 99}]
    second["lines"] = second["lines"][1:]
    third["lines"] = []
    outcome = destination.write(records("payment_terms", [first, second, third, *others]), modes)
    assert (outcome.code, destination.counts(), received(sandbox)) == (0, {"unchanged": 2, "reject": 3}, {})
    for rejection in destination.rejected():
        assert (rejection["rejected_reason"], rejection["rejected_field"]) == (reason, "lines")
    # What the record does not say is not compared.
    outcome = destination.write(records("payment_terms", [{"name": row["name"]} for row in rows]), modes)
    assert (outcome.code, destination.counts()) == (0, {"unchanged": 5})


@pytest.mark.parametrize("stream", CREATED_ONLY)
def test_what_is_only_created_has_no_update(destination: Destination, stream: str) -> None:
    outcome = destination.write([record(stream, {"name": "x"})], {stream: "update"})
    assert outcome.code == 1
    (error,) = outcome.errors
    assert "it has no updates" in error["message"]
    assert "append, append_dedup" in error["message"]


REFUSED: Mapping[str, tuple[str, str, Data, str, str]] = {
    "a short code": ("de", "accounts", {"code": "123456", "name": "x"}, "code", "four digits"),
    "letters": ("de", "accounts", {"code": "12AB", "name": "x"}, "code", "another level states its `accountLevel`"),
    "a French code": ("fr", "accounts", {"code": "41AB", "name": "x"}, "code", "the first three of them digits"),
    "a Spanish code": ("es", "accounts", {"code": "4300A", "name": "x"}, "code", "from 5 to 13"),
    "no closing account": (
        "es",
        "accounts",
        {"code": "829000001", "name": "x", "accountType": "ECPN"},
        "yearEndClosingAccountId",
        "ECPN",
    ),
    "a closing journal": ("de", "journals", {"code": "C", "name": "x", "type": "CLOSING"}, "type", "Spain"),
    "a journal of credit notes": (
        "fr",
        "journals",
        {"code": "C", "name": "x", "type": "SALES_INVOICE", "isCreditNote": True},
        "isCreditNote",
        "Spain",
    ),
    "a journal without a type": ("de", "journals", {"code": "C", "name": "x"}, "type", "required"),
    "a long mean": ("de", "payment_means", {"description": "x" * 21}, "description", "at most 20"),
    "a long area": ("de", "business_areas", {"name": "x" * 18}, "name", "at most 17"),
    "an unknown mean": (
        "de",
        "payment_terms",
        {"name": "x", "lines": [{"order": 0, "value": 1, "paymentMean": {"description": "?"}}]},
        "lines[0].paymentMeanId",
        "there is none",
    ),
}


@pytest.mark.parametrize(("market", "stream", "data", "field", "text"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_before_anything_is_sent(
    sandbox: Sandbox, company: Company, destination: Destination, stream: str, data: Data, field: str, text: str
) -> None:
    outcome = destination.write([record(stream, data)])
    assert outcome.code == 1, "nothing but a rejected record"
    (rejection,) = destination.rejected()
    assert rejection["rejected_field"] == field
    assert text in rejection["rejected_message"]
    assert received(sandbox) == {}


def test_an_account_of_another_level_may_have_another_code(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    group = {"code": "98", "name": "Gruppe", "accountLevel": "SUB_GROUP"}
    outcome = destination.write([record("accounts", group), record("accounts", {"code": "9876"})])
    assert (outcome.code, destination.counts()) == (0, {"create": 2}), destination.rejected()
    found = held(sandbox, company, "accounts")
    # Without a name the server makes one; without a level it is one that entries take.
    assert (found["9876"]["accountLevel"], found["98"]["accountLevel"]) == ("SUB_ACCOUNT", "SUB_GROUP")
    # What is there already is not held against rules for new ones.
    found["98"]["accountLevel"] = "SUB_ACCOUNT"
    outcome = destination.write([record("accounts", {"code": "98", "accountLevel": "SUB_ACCOUNT"})])
    assert (outcome.code, destination.counts()) == (0, {"unchanged": 1})


@pytest.mark.parametrize("stream", CHANGED)
def test_a_deleted_row_is_deactivated_where_that_is_wished_for(
    sandbox: Sandbox, company: Company, destination: Destination, stream: str
) -> None:
    row = MasterRecords(sandbox, company).of(stream, 2)[1]
    destination.set(streams=[{"stream": stream, "object": stream, "deleted_rows": "disable"}])
    assert destination.write([record(stream, row)]).code == 0
    deleted = {"code": row["code"], "_ab_cdc_deleted_at": "2026-11-25T10:00:00Z"}
    assert destination.write([record(stream, deleted)]).code == 0
    assert held(sandbox, company, stream)[row["code"]]["deactivated"] is True
    assert destination.counts() == {"update": 1}
