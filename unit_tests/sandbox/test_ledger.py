"""The ledger of every market holds each kind of entry that there is, and all states of exercises."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from sage_active_sandbox.data.generate import populate
from sage_active_sandbox.store import Company, Row, Store

MARKETS = ("DE", "ES", "FR")
KINDS = {
    "DE": {"GENERAL", "OPENING", "TEMPORARY_CARRY_FORWARD"},
    "ES": {
        *("GENERAL", "OPENING", "TEMPORARY_CARRY_FORWARD"),
        *("CLOSURE_ACCOUNTING", "CLOSURE_WORTH", "CLOSURE_EXERCISE"),
    },
    "FR": {"GENERAL", "OPENING", "TEMPORARY_CARRY_FORWARD", "CASH_VAT_ADJUSTMENT"},
}
LEVELS = {"UNDEFINED", "ACCOUNT", "BREAKDOWN", "GROUP", "SUB_ACCOUNT", "SUB_GROUP", "TOTAL"}


@pytest.fixture(scope="module")
def store() -> Store:
    new_store = Store()
    populate(new_store, rows=60, companies_per_market=1)
    return new_store


@pytest.fixture(params=MARKETS)
def company(store: Store, request: pytest.FixtureRequest) -> Company:
    return next(found for found in store.companies.values() if found.usable and found.market == request.param)


def entries(company: Company) -> list[Row]:
    return [*company.tables["AccountingEntry"].values()]


def lines(company: Company) -> Iterator[Row]:
    for entry in entries(company):
        yield from entry["accountingEntryLines"]


def taxes(company: Company) -> Iterator[Row]:
    for line in lines(company):
        yield from (line["accountingEntryInvoice"] or {}).get("accountingEntryTaxes", ())


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 5, 8, 13])
def test_books_of_every_size_balance(rows: int) -> None:
    new_store = Store()
    populate(new_store, rows=rows, seed=rows, companies_per_market=1)
    for found in new_store.companies.values():
        if found.usable:
            assert rows > 0 or entries(found) == []
            for entry in entries(found):
                amounts = [line["debitAmount"] - line["creditAmount"] for line in entry["accountingEntryLines"]]
                assert sum(amounts) == 0
                assert len(amounts) > 1


def test_entries_of_every_kind_and_source(company: Company) -> None:
    assert {entry["entryType"] for entry in entries(company)} == KINDS[company.market]
    sources = {entry["sourceType"] for entry in entries(company)}
    assert sources == {
        *("SALES", "ACCOUNTING", "BANKING", "AP_AUTOMATION", "YEAR_END_PROCESS", "YEAR_END_PROCESS_PREVIEW")
    }
    kinds = {row["id"]: row["type"] for row in company.tables["JournalType"].values()}
    used = {kinds[entry["journalTypeId"]] for entry in entries(company)}
    assert {"SALES_INVOICE", "PURCHASE_INVOICE", "FINANCIAL", "GENERAL", "CARRY_FORWARD"} <= used


def test_exercises_are_closed_provisionally_carried_forward_and_open(company: Company) -> None:
    exercises = company.tables["AccountingExercise"].values()
    years = {row["id"]: row["exercise"] for row in exercises}
    by_kind: dict[str, set[int]] = {}
    for entry in entries(company):
        by_kind.setdefault(entry["entryType"], set()).add(years[entry["accountingExerciseId"]])
    closed = {row["exercise"] for row in exercises if row["status"] == "CLOSED"}
    assert by_kind["OPENING"] == {year + 1 for year in closed}
    assert by_kind["TEMPORARY_CARRY_FORWARD"] == {max(closed) + 2}
    if company.market == "ES":
        assert by_kind["CLOSURE_EXERCISE"] == closed
    for entry in entries(company):
        assert entry["isClosed"] or years[entry["accountingExerciseId"]] not in closed


def test_letters_are_full_and_partial(company: Company) -> None:
    payments = [line["accountingEntryPayment"] for line in lines(company) if line["accountingEntryPayment"]]
    assert {row["matching"] for row in payments} == {"FULL_MATCH", "PARTIAL_MATCH"}
    assert all(row["matchingLetter"].isupper() == (row["matching"] == "FULL_MATCH") for row in payments)


def test_german_entries_have_session_counter_and_contra_account(company: Company) -> None:
    german = company.market == "DE"
    assert {entry["sessionId"] is not None for entry in entries(company)} == {german}
    assert {entry["tanNumber"] is not None for entry in entries(company)} == {german}
    assert {line["contraAccount"] is not None for line in lines(company)} == {german}


def test_an_advance_that_is_deducted_makes_two_entries(company: Company) -> None:
    finals = [
        row
        for row in company.tables["SalesInvoice"].values()
        if any(line["totalQuantity"] < 0 for line in row["lines"])
    ]
    assert finals
    for final in finals:
        amounts = [
            line["debitAmount"] - line["creditAmount"]
            for entry in entries(company)
            if entry["salesInvoiceId"] == final["id"]
            for line in entry["accountingEntryLines"]
            if line["accountingEntryThirdParty"]
        ]
        assert len(amounts) == 2
        assert sum(amounts) == final["totalLiquid"]
        assert amounts[1] < 0


def test_reverse_charge_stands_on_both_sides_of_the_register(company: Company) -> None:
    reverse = {row["id"] for row in company.tables["TaxTreatment"].values() if row["isIntracomunity"]}
    sides = {row["deductible"] for row in taxes(company) if row["taxTreatmentId"] in reverse}
    assert sides == {True, False}


def test_surcharge_and_withholding_exist_in_spain_only(company: Company) -> None:
    surcharges = [row for row in taxes(company) if row["equivalenceSurchargeQuota"]]
    codes = {row["id"]: row["code"] for row in company.tables["AccountingAccount"].values()}
    withheld = {codes[line["subAccountId"]] for line in lines(company)} & {"473000000", "475100000"}
    assert bool(surcharges) == bool(withheld) == (company.market == "ES")


def test_every_level_of_accounts_is_there_and_only_the_last_is_posted_to(company: Company) -> None:
    levels = {row["id"]: row["accountLevel"] for row in company.tables["AccountingAccount"].values()}
    assert set(levels.values()) == LEVELS
    assert {levels[line["subAccountId"]] for line in lines(company)} == {"SUB_ACCOUNT"}


def test_third_parties_of_every_kind_have_lines(company: Company) -> None:
    origins = {
        line["accountingEntryThirdParty"]["origin"] for line in lines(company) if line["accountingEntryThirdParty"]
    }
    assert origins == {"CUSTOMER", "SUPPLIER", *(() if company.market == "DE" else ("EMPLOYEE",))}


def test_documents_lead_to_one_another(company: Company) -> None:
    ids = {
        row_id
        for name in ("SalesQuote", "SalesOrder", "SalesDeliveryNote", "SalesInvoice")
        for row_id in company.tables[name]
    }
    links = company.tables["RelatedSalesDocument"].values()
    assert {link["originDocumentType"] for link in links} == {
        *("QUOTE", "ORDER", "DELIVERY_NOTE", "INVOICE", "ADVANCE_INVOICE", "SALES_INVOICE_TEMPLATE")
    }
    assert all(link["documentId"] in ids for link in links)
    orders = [line for row in company.tables["SalesOrder"].values() for line in row["lines"]]
    assert {line["status"] for line in orders} == {"Pending", "Partial", "Completed"}
    for line in orders:
        assert (line["status"] == "Completed") == (line["pendingQuantity"] == 0)
        assert Decimal(0) <= line["pendingQuantity"].copy_abs() <= line["totalQuantity"].copy_abs()


def test_bank_movements_arrive_late_and_are_linked_in_every_way(company: Company) -> None:
    movements = [*company.tables["BankMovement"].values()]
    states = {row["linkStatus"] for row in movements}
    assert {"LINKED", "LINKED_WITH_VARIANCE", "PENDING", "DISMISSED"} == states
    dates = [row["datePosted"] for row in movements]
    assert dates != sorted(dates)
    assert any((row["linkStatusDate"] - row["datePosted"]).days >= 60 for row in movements)
    for row in movements:
        linked = {entry["accountingEntryId"] for entry in row["linkedAccountingEntries"]}
        assert bool(linked) == row["linkStatus"].startswith("LINKED")
        assert linked <= company.tables["AccountingEntry"].keys()


def test_a_bill_whose_supplier_was_taken_away_has_no_entry() -> None:
    new_store = Store()
    populate(new_store, rows=8, companies_per_market=1)
    company = next(found for found in new_store.companies.values() if found.usable)
    bills = company.tables["PurchaseInvoice"]
    company.tables["Supplier"].clear()
    sources = {entry["sourceEntityId"] for entry in entries(company)}
    assert sources
    assert not sources & bills.keys()
