"""Nothing becomes final by accident: order, bounds, pilot, numbers and effects of invoices, against the sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests.closing_torture import CLOSED, WORKERS, close_under_kills, dated, disorder, shuffled
from integration_tests.connector import Outcome, run_here
from integration_tests.destination import DESTINATION, Destination, committed, received, records, state, stats
from integration_tests.plain_invoices import DIRECT, invoice, over
from integration_tests.rich_records import stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

ALLOWED = {"objects": ["invoices"], "pilot": 0}
KEEPING = [{**CLOSED[0], "keep_numbers": True}]


@pytest.fixture
def closing(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """One that closes invoices, without a pilot; records must state totals, and no effects are allowed."""
    strict = {"require_totals": True, "allow_external_effects": []}
    return over(sandbox, company, tmp_path, DIRECT, streams=CLOSED, **strict)


def write(destination: Destination, *rows: Mapping[str, Any]) -> Outcome:
    """Writes invoices, with a STATE after each of them."""
    lines = [[*records("invoices", [row]), state("invoices", at)] for at, row in enumerate(rows, 1)]
    return destination.write([line for pair in lines for line in pair], {"invoices": "append_dedup"})


def rows_of(sandbox: Sandbox, company: Company) -> dict[str, Any]:
    """What the sandbox has, by reference."""
    return stored(sandbox, company, "invoices", "externalReference")


def statuses(sandbox: Sandbox, company: Company) -> dict[str, str]:
    """The status of each invoice by its reference."""
    return {key: row["status"] for key, row in rows_of(sandbox, company).items()}


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    """Why records were not written: code and member."""
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


def final_lines(outcome: Outcome) -> list[str]:
    """The rows of the table of what became final, or would."""
    texts = [text.partition("final: ") for text in outcome.logs("INFO")]
    return [row for beginning, _, row in texts if beginning in ("Became ", "Would become ")]


@pytest.fixture
def series(sandbox: Sandbox, company: Company) -> str:
    """A second number series for invoices."""
    table = sandbox.store.table(company.id, "OperationalNumberPresetText")
    usual = next(row for row in table.values() if row["operation"] == "INVOICE")
    row_id = "1d5f2c1e-0000-4000-8000-0000000000aa"
    table[row_id] = {**usual, "id": row_id, "isDefault": False, "presetText": "B-", "description": "Second"}
    return row_id


# --- order ---


def test_numbers_follow_the_dates_in_each_series(
    sandbox: Sandbox, company: Company, closing: Destination, series: str
) -> None:
    rows = [
        row | ({"operationalNumberPresetTextId": series} if at % 3 == 0 else {}) for at, row in enumerate(shuffled(60))
    ]
    closing.set(num_workers=WORKERS)
    outcome = closing.write([*records("invoices", rows), state("invoices", 1)])
    assert outcome.code == 0, outcome.errors
    assert stats(outcome) == [(1, len(rows), 0)]
    assert disorder(sandbox, company, rows) == []
    assert closing.counts() == {"create": len(rows)}
    assert committed(sandbox) == dict.fromkeys(("createSalesInvoice", "closeSalesInvoice"), len(rows))


def test_numbers_follow_the_dates_after_runs_that_were_killed(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(num_workers=WORKERS)
    assert close_under_kills(sandbox, company, closing, shuffled(40), kills=2) == []


def test_a_backdated_document_is_held(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    assert write(closing, dated("1", "2026-04-02")).code == 0
    outcome = write(closing, dated("2", "2026-04-01"), dated("3", "2026-04-02"))
    assert outcome.code == 0, outcome.errors
    assert reasons(closing) == [("held", "documentDate")]
    assert statuses(sandbox, company) == {"1": "Closed", "2": "Pending", "3": "Closed"}
    assert "2026-04-02" in closing.rejected()[0]["rejected_message"]
    assert stats(outcome)[-1] == (2, 1, 0)
    closing.set(allow_backdating=True)
    assert write(closing, dated("2", "2026-04-01")).code == 0
    assert statuses(sandbox, company)["2"] == "Closed"


def test_nothing_becomes_final_of_an_input_that_breaks_off(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    outcome = closing.write(
        [*records("invoices", [dated("1", "2026-04-02")]), state("invoices", 1), b"half a li"], ["invoices"]
    )
    assert outcome.code == 1
    assert statuses(sandbox, company) == {"1": "Pending"}
    assert stats(outcome) == []


def test_a_newer_version_is_what_becomes_final(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    newer = {**dated("1", "2026-04-02"), **invoice("1", 200, totalNet=200, totalVat=38, totalLiquid=238)}
    outcome = write(closing, dated("1", "2026-04-02"), newer)
    assert outcome.code == 0, outcome.errors
    (row,) = rows_of(sandbox, company).values()
    assert (row["status"], row["totalNet"]) == ("Closed", 200)
    assert [counts for _, *counts in stats(outcome)] == [[1, 0], [1, 0]]


# --- pilot and bounds ---


def test_the_pilot_stops_after_one_document_and_says_what_to_look_at(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(final_acts={"objects": ["invoices"]}, max_rejected_percent=20)
    rows = [dated(str(number), f"2026-04-{number + 1:02}") for number in range(25)]
    outcome = write(closing, *rows)
    assert outcome.code == 1
    (found,) = [row for row in rows_of(sandbox, company).values() if row["status"] == "Closed"]
    (error,) = [error for error in outcome.errors if "pilot" in error["message"]]
    assert error["failure_type"] == "config_error"
    for text in (found["operationalNumber"], "2026-04-01", "119.00", "24 documents", "`final_acts.pilot` to 0"):
        assert text in error["message"]
    # The STATE before the first document that waits.
    assert stats(outcome) == [(1, 1, 0)]
    assert reasons(closing) == [("held", None)] * 24
    assert committed(sandbox)["closeSalesInvoice"] == 1
    # The next sync brings the others again.
    closing.set(final_acts=ALLOWED)
    outcome = write(closing, *rows[1:])
    assert outcome.code == 0, outcome.errors
    assert len(stats(outcome)) == 24
    assert disorder(sandbox, company, rows) == []


def test_a_pilot_that_is_large_enough_stops_nothing(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    closing.set(final_acts={**ALLOWED, "pilot": 2})
    outcome = write(closing, dated("1", "2026-04-01"), dated("2", "2026-04-02"))
    assert outcome.code == 0, outcome.errors
    assert any("as `final_acts.pilot` allows" in text for text in outcome.logs("WARN"))


def test_a_configuration_of_0_1_is_a_pilot(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    closing.set(streams=None, final_acts=None, require_totals=None, invoice_status="closed")
    outcome = write(closing, dated("1", "2026-04-02"), dated("2", "2026-04-01"))
    assert outcome.code == 1
    assert statuses(sandbox, company) == {"1": "Pending", "2": "Closed"}
    assert len([text for text in outcome.logs("INFO") if "deprecated" in text]) == 1


@pytest.mark.parametrize(
    ("bounds", "final"),
    [
        ({"not_before": "2026-04-02"}, {"2", "3"}),
        ({"not_after": "2026-04-02"}, {"1", "2"}),
        ({"max_per_run": 2}, {"1", "2"}),
        ({}, {"1", "2", "3"}),
    ],
)
def test_what_lies_beyond_the_bounds_is_held(
    sandbox: Sandbox, company: Company, closing: Destination, bounds: dict[str, Any], final: set[str]
) -> None:
    closing.set(final_acts={**ALLOWED, **bounds})
    rows = [dated(number, f"2026-04-0{number}") for number in "123"]
    outcome = write(closing, *rows, dated("4", "2999-01-01"))
    assert outcome.code == 0, outcome.errors
    assert {key for key, status in statuses(sandbox, company).items() if status == "Closed"} == final
    assert {code for code, _ in reasons(closing)} == {"held"}
    assert len(stats(outcome)) == 4


def test_records_without_totals_are_not_made_final(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    assert write(closing, invoice("1", 100), dated("2", "2026-03-31")).code == 0
    assert statuses(sandbox, company) == {"1": "Pending", "2": "Closed"}
    assert "require_totals" in closing.rejected()[0]["rejected_message"]
    closing.set(require_totals=False)
    assert write(closing, invoice("1", 100)).code == 0
    assert statuses(sandbox, company)["1"] == "Closed"


# --- numbers ---


@pytest.mark.parametrize(("draft_numbers", "closings"), [("closes", {}), ("kept", {"closeSalesInvoice": 1})])
def test_a_forced_number_never_lands_before_the_amounts_agree(
    sandbox: Sandbox, company: Company, closing: Destination, draft_numbers: str, closings: dict[str, int]
) -> None:
    sandbox.change_switches({"draft_numbers": draft_numbers})
    closing.set(streams=KEEPING)
    wrong = invoice("1", 100, operationalNumber="F-1", totalNet=100, totalVat=7, totalLiquid=107)
    right = dated("2", "2026-03-31", operationalNumber="F-2")
    for _ in range(2):
        outcome = write(closing, wrong, right)
        assert outcome.code == 0, (outcome.errors, closing.rejected())
        found = {key: (row["status"], row["operationalNumber"]) for key, row in rows_of(sandbox, company).items()}
        assert found == {"1": ("Pending", None), "2": ("Closed", "F-2")}
        assert reasons(closing) == [("held", "totalVat")]
    assert committed(sandbox) == {"createSalesInvoice": 2, "updateSalesInvoice": 1, **closings}


@pytest.mark.parametrize(("draft_numbers", "text"), [("ignored", "was not taken"), ("refused", "was refused")])
def test_a_draft_that_does_not_get_its_number_is_held(
    sandbox: Sandbox, company: Company, closing: Destination, draft_numbers: str, text: str
) -> None:
    sandbox.change_switches({"draft_numbers": draft_numbers})
    closing.set(streams=KEEPING)
    write(closing, dated("1", "2026-03-31", operationalNumber="F-1"), dated("2", "2026-04-30"))
    assert reasons(closing) == [("held", "operationalNumber")]
    assert text in closing.rejected()[0]["rejected_message"]
    assert statuses(sandbox, company) == {"1": "Pending", "2": "Closed"}


def test_a_closed_document_with_another_number_is_named(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    assert write(closing, dated("1", "2026-03-31")).code == 0
    closing.set(streams=KEEPING)
    write(closing, dated("1", "2026-03-31", operationalNumber="F-1"))
    assert reasons(closing) == [("closed", "operationalNumber")]


# --- effects outside the company ---


LINK = {"canGeneratePaymentLink": True, "invoiceEmail": "a@example.com"}
E_INVOICE = {"shouldSendViaElectronicInvoicing": True, "socialName": "Buyer"}


@pytest.mark.parametrize(
    ("market", "effect", "options", "is_sent"),
    [
        ("de", LINK, {}, False),
        ("de", LINK, {"allow_external_effects": ["canGeneratePaymentLink"]}, True),
        (
            "de",
            LINK,
            {"allow_external_effects": ["canGeneratePaymentLink"], "final_acts": None, "streams": None},
            False,
        ),
        ("de", LINK, {"allow_external_effects": ["shouldSendViaElectronicInvoicing"]}, False),
        ("fr", E_INVOICE, {}, False),
        ("fr", E_INVOICE, {"allow_external_effects": ["shouldSendViaElectronicInvoicing"]}, True),
    ],
)
def test_effects_outside_the_company_are_sent_only_if_they_are_allowed(
    sandbox: Sandbox,
    company: Company,
    closing: Destination,
    effect: dict[str, Any],
    options: dict[str, Any],
    is_sent: bool,
) -> None:
    closing.set(**options, require_totals=False)
    outcome = write(closing, invoice("1", 100, **effect))
    assert outcome.code == 0, outcome.errors
    (member,) = [name for name, value in effect.items() if value is True]
    assert rows_of(sandbox, company)["1"][member] is is_sent
    warnings = [text for text in outcome.logs("WARN") if member in text]
    assert len(warnings) == (0 if is_sent else 1), warnings
    assert all("externalReference 1" in text for text in warnings)


def test_a_draft_that_would_act_outside_the_company_is_held(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(streams=None)
    write(closing, dated("1", "2026-03-31", invoiceEmail="a@example.com"))
    (row,) = rows_of(sandbox, company).values()
    row["canGeneratePaymentLink"] = True
    closing.set(streams=CLOSED)
    write(closing, dated("1", "2026-03-31"))
    assert reasons(closing) == [("held", "canGeneratePaymentLink")]
    assert statuses(sandbox, company) == {"1": "Pending"}
    # A record that says so is written as false, and then nothing speaks against it.
    write(closing, dated("1", "2026-03-31", **LINK))
    assert statuses(sandbox, company) == {"1": "Closed"}


def test_copies_never_act_outside_the_company(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    source = "3f0f2a52-0000-4000-8000-000000000001"
    closing.set(
        allow_external_effects=["canGeneratePaymentLink"],
        company_map=[{"source_company_id": source, "company_id": company.id}],
    )
    assert write(closing, dated("1", "2026-03-31", company_id=source, **LINK)).code == 0
    assert rows_of(sandbox, company)["1"]["canGeneratePaymentLink"] is False


# --- dry run, check ---


def test_the_table_of_a_dry_run_is_what_the_real_run_makes_final(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(streams=None)
    write(closing, dated("there", "2026-02-01"))
    closing.set(streams=CLOSED, final_acts={**ALLOWED, "not_before": "2026-02-01"}, require_totals=True)
    rows = [
        *shuffled(12),
        dated("there", "2026-02-01"),
        invoice("bare", 100),
        invoice("wrong", 100, totalNet=100, totalVat=7, totalLiquid=107),
        dated("future", "2999-01-01"),
        invoice("cents", *("0.335",) * 3, rate=19, totalNet="1.02", totalVat="0.18", totalLiquid="1.20"),
    ]
    closing.set(dry_run=True)
    sandbox.mutations.clear()
    dry = write(closing, *rows)
    assert received(sandbox) == {}
    plan = [(line["key"], line["action"]) for line in closing.plan()]
    assert ({"externalReference": "bare"}, "hold") in plan
    assert ({"externalReference": "there"}, "update") in plan
    closing.set(dry_run=False)
    real = write(closing, *rows)
    assert real.code == 0, real.errors
    assert final_lines(dry) == final_lines(real) != []
    found = [row for row in rows_of(sandbox, company).values() if row["status"] == "Closed"]
    assert sum(int(text.partition(" %: ")[2].partition(" ")[0]) for text in final_lines(real)) == len(found)
    assert f"2026-03, VAT rate 19 %: {sum(str(row['documentDate'])[:7] == '2026-03' for row in found)} doc" in "".join(
        final_lines(real)
    )


def test_check_names_the_acts_that_are_allowed(closing: Destination) -> None:
    closing.set(final_acts={"objects": ["invoices"], "not_before": "2026-01-01", "max_per_run": 9})
    status, message = checked(closing)
    assert status == "SUCCEEDED"
    for text in ("invoices: close, post, force a number", "2026-01-01", "at most 9", "pilot of 1"):
        assert text in message
    closing.set(final_acts=None, streams=None)
    assert "No final acts are allowed" in checked(closing)[1]


def checked(destination: Destination) -> tuple[str, str]:
    """Status and message of a check."""
    config = destination.connector.write("config.json", destination.connector.config)
    return run_here(["check", "--config", str(config)], DESTINATION).status
