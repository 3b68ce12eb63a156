"""Accounting entries by codes and by ids: lines, third parties, tax registers, numbers, what is refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active_sandbox.data.entries import Posting
from sage_active_sandbox.writing.entry_lines import merged
from unit_tests.sandbox.conftest import Api
from unit_tests.sandbox.ledger_reading import changed, entry, third_party_balance, trial_balance

UNKNOWN = "00000000-0000-0000-0000-000000000001"
CODES = "createAccountingEntryUsingCodes"
LINES = "accountingEntryLines{subAccount{code{value}} debitAmount creditAmount description}"
TAXES = "accountingEntryTaxes{taxBase taxAmount taxPercentage deductible}"
REGISTER = f"accountingEntryLines{{accountingEntryInvoice{{amount openItems{{amount status}} {TAXES}}}}}"

ACCOUNTS: Mapping[str, dict[str, str]] = {
    "DE": {"journal": "SO", "wages": "4120", "bank": "1200", "customer": "1410", "supplier": "1610"},
    "ES": {"journal": "GEN", "wages": "640000000", "bank": "572000000", "customer": "430000000"},
    "FR": {"journal": "OD", "wages": "641000", "bank": "512000", "customer": "411000"},
}


def line(code: str, amount: Any, **more: Any) -> dict[str, Any]:
    """A line with a debit, or with a credit for a negative amount."""
    debit, credit = (amount, 0) if amount >= 0 else (0, -amount)
    return {"subAccountCode": code, "debitAmount": debit, "creditAmount": credit, **more}


def sent(*lines: dict[str, Any], market: str = "DE", **more: Any) -> dict[str, Any]:
    """An entry by codes."""
    return {
        "date": "2026-02-03",
        "journalTypeCode": ACCOUNTS[market]["journal"],
        "documentNumber": "L-1",
        "description": "Wages",
        "accountingEntryLines": [*lines],
        **more,
    }


def sale(api: Api, base: Any, tax: Any, **more: Any) -> dict[str, Any]:
    """A sale at the usual rate to a customer."""
    third = api.rows("Customer")[0]["code"]
    lines = (line("1410", base + tax, thirdCode=third), line("8400", -base), line("1776", -tax))
    return sent(*lines, **more)


def test_an_entry_is_in_the_list_and_in_the_trial_balance(market_api: Api) -> None:
    codes, before = ACCOUNTS[market_api.market], trial_balance(market_api, 2026)
    lines = (line(codes["wages"], 1200.5, description="Gross"), line(codes["bank"], -1200.5))
    created = market_api.write(CODES, sent(*lines, market=market_api.market), "id number")
    stored = entry(market_api, created["id"], f"number sourceType date documentNumber description isClosed {LINES}")
    amount = Decimal("1200.5")
    assert stored.pop("accountingEntryLines") == [
        {"subAccount": {"code": {"value": code}}, "debitAmount": debit, "creditAmount": credit, "description": text}
        for code, debit, credit, text in (
            (codes["wages"], amount, Decimal(0), "Gross"),
            (codes["bank"], Decimal(0), amount, "Wages"),
        )
    ]
    assert stored == {
        "number": created["number"],
        "sourceType": "PUBLIC_API",
        "date": "2026-02-03T00:00:00.000Z",
        "documentNumber": "L-1",
        "description": "Wages",
        "isClosed": False,
    }
    moved = changed(before, trial_balance(market_api, 2026))
    assert moved == {codes["wages"]: amount, codes["bank"]: -amount}


def test_lines_of_one_third_party_are_merged(market_api: Api) -> None:
    codes, (first, second, *_) = ACCOUNTS[market_api.market], market_api.rows("Customer")
    before = third_party_balance(market_api, 2026, "CUSTOMER")
    lines = (
        *(line(codes["customer"], amount, thirdCode=first["code"]) for amount in (10, 20, -5)),
        line(codes["customer"], 7, thirdCode=second["code"]),
        line(codes["bank"], -32),
    )
    created = market_api.write(CODES, sent(*lines, market=market_api.market))
    stored = entry(
        market_api, created["id"], "accountingEntryLines{debitAmount accountingEntryThirdParty{code origin}}"
    )
    assert stored["accountingEntryLines"] == [
        {"debitAmount": 25, "accountingEntryThirdParty": {"code": first["code"], "origin": "CUSTOMER"}},
        {"debitAmount": 7, "accountingEntryThirdParty": {"code": second["code"], "origin": "CUSTOMER"}},
        {"debitAmount": 0, "accountingEntryThirdParty": None},
    ]
    moved = changed(before, third_party_balance(market_api, 2026, "CUSTOMER"))
    assert moved == {first["id"]: 25, second["id"]: 7}


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from([None, "p", "q"]), st.integers(-99, 99), st.booleans()),
        max_size=8,
    )
)
def test_merging_keeps_the_balance_of_each_account_and_third_party(
    drawn: list[tuple[str, str | None, int, bool]],
) -> None:
    lines = [
        Posting(account, Decimal(amount), None if party is None else {"thirdPartyId": party}, on_credit=credit)
        for account, party, amount, credit in drawn
    ]
    results = merged(lines)

    def balances(of: list[Posting]) -> dict[tuple[str | None, str | None], Decimal]:
        sums: dict[tuple[str | None, str | None], Decimal] = {}
        for posting in of:
            key = (posting.account_id, posting.third_party["thirdPartyId"] if posting.third_party else None)
            sums[key] = sums.get(key, Decimal(0)) + posting.amount
        return sums

    assert balances(results) == balances(lines)
    keys = [(row.account_id, row.third_party["thirdPartyId"]) for row in results if row.third_party]
    assert len(keys) == len(set(keys))


def test_negative_amounts_stay_on_their_side(api: Api) -> None:
    lines = (
        {"subAccountCode": "4120", "debitAmount": -50, "creditAmount": 0},
        {"subAccountCode": "1200", "debitAmount": 0, "creditAmount": -50},
    )
    created = api.write(CODES, sent(*lines))
    stored = entry(api, created["id"], "accountingEntryLines{debitAmount creditAmount}")
    assert stored["accountingEntryLines"] == [
        {"debitAmount": -50, "creditAmount": 0},
        {"debitAmount": 0, "creditAmount": -50},
    ]


def test_a_consistent_entry_gets_a_tax_register(api: Api) -> None:
    created = api.write(CODES, sale(api, 100, 19))
    first, *others = entry(api, created["id"], REGISTER)["accountingEntryLines"]
    assert first["accountingEntryInvoice"] == {
        "amount": 119,
        "openItems": [{"amount": 119, "status": "NOT_SPECIFIED"}],
        "accountingEntryTaxes": [{"taxBase": 100, "taxAmount": 19, "taxPercentage": 19, "deductible": False}],
    }
    assert [row["accountingEntryInvoice"] for row in others] == [None, None]


def test_a_purchase_and_its_reversal_are_in_the_register_of_purchases(api: Api) -> None:
    third = api.rows("Supplier")[0]["code"]
    for sign in (1, -1):
        lines = (line("4930", 50 * sign), line("1576", 9.5 * sign), line("1610", -59.5 * sign, thirdCode=third))
        created = api.write(CODES, sent(*lines))
        part = entry(api, created["id"], REGISTER)["accountingEntryLines"][2]["accountingEntryInvoice"]
        assert part["amount"] == Decimal("59.5") * sign
        assert part["accountingEntryTaxes"] == [
            {"taxBase": 50 * sign, "taxAmount": Decimal("9.5") * sign, "taxPercentage": 19, "deductible": True}
        ]


@pytest.mark.parametrize(
    ("lines", "setting"),
    [
        pytest.param((("8400", -100), ("1776", -18)), "consistent", id="amounts"),
        pytest.param((("0420", -100), ("1776", -19)), "consistent", id="account"),
        pytest.param((("8400", -100), ("1776", -19), ("1771", -7)), "consistent", id="two rates"),
        pytest.param((("8400", -119),), "consistent", id="no tax"),
        pytest.param((("8400", -100), ("1776", -19)), "never", id="switch"),
    ],
)
def test_other_entries_are_stored_without_tax_register(
    api: Api, lines: tuple[tuple[str, int], ...], setting: Any
) -> None:
    api.sandbox.switches.entry_tax_registers = setting
    total = -sum(amount for _, amount in lines)
    third = line("1410", total, thirdCode=api.rows("Customer")[0]["code"])
    created = api.write(CODES, sent(third, *(line(code, amount) for code, amount in lines)))
    stored = entry(api, created["id"], REGISTER)["accountingEntryLines"]
    assert {row["accountingEntryInvoice"] for row in stored} == {None}


def test_ids_do_what_codes_do(api: Api) -> None:
    account = {row["code"]: row["id"] for row in api.rows("AccountingAccount")}
    customer = api.rows("Customer")[0]
    values = {
        "date": "2026-02-03",
        "journalTypeId": next(row["id"] for row in api.rows("JournalType") if row["code"] == "SO"),
        "documentNumber": "L-2",
        "description": "By ids",
        "accountingEntryLines": [
            {"subAccountId": account["1410"], "thirdId": customer["id"], "debitAmount": 4, "creditAmount": 0},
            {"subAccountId": account["8120"], "debitAmount": 0, "creditAmount": 4},
        ],
    }
    created = api.write("createAccountingEntryUsingIds", values, "id number")
    stored = entry(api, created["id"], "number accountingEntryLines{accountingEntryThirdParty{thirdPartyId}}")
    assert stored["number"] == created["number"]
    assert stored["accountingEntryLines"][0]["accountingEntryThirdParty"] == {"thirdPartyId": customer["id"]}
    values["journalTypeId"] = UNKNOWN
    reasons = api.refusal("createAccountingEntryUsingIds", values)
    assert reasons == ["global.businessErrors.undocumented_referenceNotFound"]


@pytest.mark.parametrize("scope", ["company", "exercise", "journal", "exercise_and_journal"])
def test_the_reply_has_the_number_that_the_list_shows(api: Api, scope: Any) -> None:
    api.sandbox.switches.entry_numbers = scope
    lines = (line("4120", 1), line("1200", -1))
    numbers = []
    for _ in range(2):
        created = api.write(CODES, sent(*lines), "id number")
        assert entry(api, created["id"], "number") == {"number": created["number"]}
        numbers.append(created["number"])
    assert numbers[1] == numbers[0] + 1


PAIR = (line("4120", 1), line("1200", -1))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (sent(line("4120", 2), line("1200", -1)), "accounting.businessErrors.undocumented_entryNotBalanced"),
        (sent(), "global.businessErrors.undocumented_mandatoryField"),
        (
            sent({"subAccountCode": "4120", "debitAmount": 1, "creditAmount": 1}),
            "accounting.businessErrors.invalidAccountingEntryLineAmount",
        ),
        (sent(line("41", 1), line("1200", -1)), "global.businessErrors.undocumented_referenceNotAllowed"),
        (sent(line("4999", 1), line("1200", -1)), "global.businessErrors.undocumented_referenceNotFound"),
        (sent(line("1410", 1), line("1200", -1)), "global.businessErrors.undocumented_mandatoryField"),
        (
            sent(line("1410", 1, thirdCode="70000"), line("1200", -1)),
            "global.businessErrors.undocumented_referenceNotFound",
        ),
        (
            sent(line("4120", 1, thirdCode="10000"), line("1200", -1)),
            "global.businessErrors.undocumented_referenceNotAllowed",
        ),
        (sent(*PAIR, journalTypeCode="ZZ"), "global.businessErrors.undocumented_referenceNotFound"),
        (sent(*PAIR, date="2022-05-01"), "accounting.businessErrors.undocumented_periodIsClosed"),
        (sent(*PAIR, date="2024-03-01"), "accounting.businessErrors.undocumented_periodIsClosed"),
        (sent(*PAIR, date="2040-01-01"), "accounting.businessErrors.undocumented_exerciseNotFound"),
        (sent(*PAIR, documentNumber=None), "global.businessErrors.undocumented_mandatoryField"),
        (sent(*PAIR, description=" "), "global.businessErrors.undocumented_mandatoryField"),
        (sent(*PAIR, documentNumber="x" * 51), "global.businessErrors.undocumented_maximumLength"),
    ],
)
def test_refusals(api: Api, values: dict[str, Any], reason: str) -> None:
    count = len(api.rows("AccountingEntry"))
    assert api.refusal(CODES, values) == [reason]
    assert len(api.rows("AccountingEntry")) == count


def test_texts_are_optional_outside_of_germany(sandbox: Any) -> None:
    api = Api(sandbox, "FR")
    lines = (line("641000", 1), line("512000", -1))
    created = api.write(CODES, sent(*lines, market="FR", documentNumber=None, description=None))
    assert entry(api, created["id"], "documentNumber description") == {"documentNumber": None, "description": None}
    api.session.close()


def test_a_deactivated_account_takes_no_entry(api: Api) -> None:
    account = api.write("createAccountingAccount", {"code": "4713", "subAccountType": "COST", "deactivated": True})
    values = sent(line("4713", 1), line("1200", -1))
    assert api.refusal(CODES, values) == ["global.businessErrors.undocumented_referenceNotAllowed"]
    api.write("updateAccountingAccount", {"id": account["id"], "deactivated": False})
    api.write(CODES, values)


def test_an_entry_is_deleted_with_its_balances(api: Api) -> None:
    before = trial_balance(api, 2026)
    created = api.write(CODES, sent(line("4120", 3), line("1200", -3)))
    assert api.write("deleteAccountingEntry", {"id": created["id"]}) == created
    assert changed(before, trial_balance(api, 2026)) == {}


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("isClosed", "accounting.businessErrors.undocumented_periodIsClosed"),
        ("salesInvoiceId", "global.businessErrors.undocumented_recordInUse"),
    ],
)
def test_closed_entries_and_those_of_documents_stay(api: Api, member: str, reason: str) -> None:
    row = next(
        row
        for row in api.rows("AccountingEntry")
        if row[member] and (row["date"].year > 2024) != (member == "isClosed")
    )
    assert api.refusal("deleteAccountingEntry", {"id": row["id"]}) == [reason]
    assert entry(api, row["id"], "id") == {"id": row["id"]}
