"""Audits of the sandbox's books: sound ones pass, and what is broken is named by the check that it concerns."""

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration_tests.expected import usable
from sage_active_cli.audit.result import AuditResult, CheckResult, CompanyResult
from sage_active_cli.run import main
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row

MARKETS = ("de", "es", "fr")
ALWAYS = -1


@pytest.fixture(scope="module")
def books() -> Iterator[Sandbox]:
    """One sandbox; each test leaves its rows as they were."""
    with Sandbox(rows=12, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(books: Sandbox) -> Iterator[Sandbox]:
    """The sandbox, without faults, differences and switches of another test."""
    books.reset_tokens()
    switches = books.switches.as_dict()
    yield books
    books.faults.clear()
    books.drift.clear()
    books.rights.set_editions(dict.fromkeys(books.store.companies, "Essentials"))
    books.change_switches(switches)


class Audit:
    """Runs the command over one market's configuration."""

    def __init__(self, sandbox: Sandbox, folder: Path, market: str) -> None:
        self.company_id = usable(sandbox, market)[0].id
        self.path = folder / "config.json"
        self.path.write_text(json.dumps(sandbox.configuration("direct", market)), encoding="utf-8")

    def run(self, *options: str) -> tuple[int, str]:
        """The exit code, and what stands on stdout."""
        output = io.StringIO()
        with redirect_stdout(output):
            code = main(["audit", "--config", str(self.path), *options])
        return code, output.getvalue()

    def company(self, *options: str) -> tuple[int, CompanyResult]:
        """The exit code, and the result of the one company."""
        code, text = self.run("--json", *options)
        result = AuditResult.model_validate_json(text)
        assert result.exit_code == code
        (company,) = result.companies
        return code, company


@pytest.fixture
def audit(sandbox: Sandbox, tmp_path: Path) -> Callable[[str], Audit]:
    """Makes an audit of a market."""
    return lambda market: Audit(sandbox, tmp_path, market)


def check_of(company: CompanyResult, name: str) -> CheckResult:
    """One check's result."""
    return next(check for check in company.checks if check.check == name)


def found_by(company: CompanyResult) -> set[str]:
    """The checks that found something, or could not be made."""
    return {check.check for check in company.checks if check.findings or check.outcome == "not comparable"}


def entries(sandbox: Sandbox, company_id: str) -> list[Row]:
    """The rows of the entries."""
    return list(sandbox.store.table(company_id, "AccountingEntry").values())


def typed_entry(sandbox: Sandbox, company_id: str) -> Row:
    """An entry of two plain lines."""
    return next(
        entry
        for entry in entries(sandbox, company_id)
        if entry["entryType"] == "GENERAL"
        and len(entry["accountingEntryLines"]) == 2
        and not any(line.get("accountingEntryThirdParty") for line in entry["accountingEntryLines"])
    )


def account_code(sandbox: Sandbox, company_id: str, line: Row) -> str:
    """The code of a line's account."""
    return str(sandbox.store.table(company_id, "AccountingAccount")[line["subAccountId"]]["code"])


def exercise_year(sandbox: Sandbox, company_id: str, entry: Row) -> int:
    """The exercise of an entry."""
    return int(sandbox.store.table(company_id, "AccountingExercise")[entry["accountingExerciseId"]]["exercise"])


def while_entries_are_read(sandbox: Sandbox, change: Callable[[], Any], restore: Callable[[], Any]) -> None:
    """Entries are served with a change that no report knows of."""
    sandbox.faults.add("run_before", operation="accountingEntries", run=change, times=ALWAYS)
    for report in ("accountingTrialBalance", "accountingThirdPartyBalance"):
        sandbox.faults.add("run_before", operation=report, run=restore, times=ALWAYS)


@pytest.mark.parametrize("market", MARKETS)
def test_sound_books_pass(sandbox: Sandbox, audit: Callable[[str], Audit], market: str) -> None:
    subject = audit(market)
    code, company = subject.company()
    assert code == 0
    assert found_by(company) <= {"P1"}
    kinds = {entry["entryType"] for entry in entries(sandbox, subject.company_id)}
    assert {"OPENING", "TEMPORARY_CARRY_FORWARD"} <= kinds
    statuses = {row["status"] for row in sandbox.store.table(subject.company_id, "AccountingExercise").values()}
    assert statuses == {"OPEN", "CLOSED"}
    assert company.rows["journal_entries"] == len(entries(sandbox, subject.company_id))


@pytest.mark.parametrize(
    "switches",
    [
        {"report_accounts": "personal", "account_code": "flat", "days": "local", "null_dates": "0001"},
        {"preview_entries": "left_out", "withholding": "outside", "entry_numbers": "exercise_and_journal"},
        {"owned_filters": "refused", "negative_bills": "refused", "credit_note_sign": "negative"},
    ],
    ids="-".join,
)
def test_differences_that_are_legitimate(
    sandbox: Sandbox, audit: Callable[[str], Audit], switches: dict[str, str]
) -> None:
    sandbox.change_switches(switches)
    code, company = audit("es").company("--checks", "E10,E11,E1,E4,E8")
    assert (code, found_by(company)) == (0, set())
    notes = " ".join(check_of(company, "E10").notes)
    assert ("third parties in the place" in notes) == ("report_accounts" in switches)


def test_one_line_that_is_hidden(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("de")
    entry = typed_entry(sandbox, subject.company_id)
    lines = entry["accountingEntryLines"]
    hidden = lines[1]
    while_entries_are_read(
        sandbox,
        lambda: entry.update(accountingEntryLines=lines[:1]),
        lambda: entry.update(accountingEntryLines=lines),
    )
    try:
        code, company = subject.company("--checks", "E10,E11,E3,E4,E5")
    finally:
        entry.update(accountingEntryLines=lines)
    assert (code, found_by(company)) == (1, {"E10"})
    (finding,) = check_of(company, "E10").findings
    amount = hidden["debitAmount"] or hidden["creditAmount"]
    code_of_account = account_code(sandbox, subject.company_id, hidden)
    assert finding.number == code_of_account
    assert f"account {code_of_account}" in finding.problem
    assert f"exercise {exercise_year(sandbox, subject.company_id, entry)}" in finding.problem
    assert Decimal(finding.difference or "0") == -amount


def test_one_amount_that_is_altered(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("fr")
    entry = typed_entry(sandbox, subject.company_id)
    line = next(line for line in entry["accountingEntryLines"] if line["debitAmount"])
    amount = line["debitAmount"]
    while_entries_are_read(
        sandbox, lambda: line.update(debitAmount=amount + Decimal("0.01")), lambda: line.update(debitAmount=amount)
    )
    try:
        code, company = subject.company()
    finally:
        line.update(debitAmount=amount)
    assert code == 1
    assert {"E10", "E1"} <= found_by(company) <= {"E10", "E1", "P1"}
    (finding,) = check_of(company, "E10").findings
    assert (finding.number, finding.difference) == (account_code(sandbox, subject.company_id, line), "0.01")
    (unbalanced,) = check_of(company, "E1").findings
    assert (unbalanced.id, unbalanced.number) == (entry["id"], str(entry["number"]))


def test_a_receipt_that_the_books_do_not_know(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("de")
    invoice = next(
        row
        for row in sandbox.store.table(subject.company_id, "SalesInvoice").values()
        if (row["status"], row["type"]) == ("Posted", "NORMAL")
    )
    paid = invoice["openItems"][0]["paidAmountAccumulated"]

    def pay(amount: Decimal) -> None:
        changes = {"paidAmountAccumulated": amount}
        sandbox.store.touch(subject.company_id, "SalesInvoice", invoice["id"], changes, child="openItems")

    pay(paid + 1)
    try:
        code, company = subject.company("--checks", "X3")
        since, later = subject.company("--checks", "X3", "--since", "2025-01-01")
    finally:
        pay(paid)
    assert (code, found_by(company)) == (0, {"X3"})
    (finding,) = check_of(company, "X3").findings
    assert finding.difference == "1.00"
    assert (since, check_of(later, "X3").outcome) == (3, "not comparable")


def test_one_third_party_that_is_wrong(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("de")
    line = next(
        line
        for entry in entries(sandbox, subject.company_id)
        for line in entry["accountingEntryLines"]
        if line.get("accountingEntryThirdParty")
    )
    party = line["accountingEntryThirdParty"]
    while_entries_are_read(
        sandbox,
        lambda: line.update(accountingEntryThirdParty=None),
        lambda: line.update(accountingEntryThirdParty=party),
    )
    try:
        code, company = subject.company("--checks", "E10,E11")
    finally:
        line.update(accountingEntryThirdParty=party)
    assert (code, found_by(company)) == (1, {"E11"})
    (finding,) = check_of(company, "E11").findings
    assert finding.id == party["thirdPartyId"]


def test_entries_that_change_meanwhile_are_read_again(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("de")
    entry = typed_entry(sandbox, subject.company_id)
    before = [(line["debitAmount"], line["creditAmount"]) for line in entry["accountingEntryLines"]]

    def double() -> None:
        for line, (debit, credit) in zip(entry["accountingEntryLines"], before, strict=True):
            line.update(debitAmount=debit * 2, creditAmount=credit * 2)

    # After the entries, before the reports that are asked for then.
    sandbox.faults.add("run_before", operation="accountingTrialBalance", skip=1, run=double)
    try:
        code, company = subject.company()
    finally:
        for line, (debit, credit) in zip(entry["accountingEntryLines"], before, strict=True):
            line.update(debitAmount=debit, creditAmount=credit)
    assert code == 0
    assert found_by(company) <= {"P1"}


def test_entries_that_change_all_the_time_are_not_comparable(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("de")
    entry = typed_entry(sandbox, subject.company_id)
    lines = entry["accountingEntryLines"]
    before = [(line["debitAmount"], line["creditAmount"]) for line in lines]

    def grow() -> None:
        for line in lines:
            line.update(debitAmount=line["debitAmount"] + 1, creditAmount=line["creditAmount"] + 1)

    sandbox.faults.add("run_before", operation="accountingTrialBalance", run=grow, times=ALWAYS)
    try:
        code, company = subject.company("--checks", "E10")
    finally:
        for line, (debit, credit) in zip(lines, before, strict=True):
            line.update(debitAmount=debit, creditAmount=credit)
    assert code == 3
    check = check_of(company, "E10")
    assert (check.outcome, check.findings) == ("not comparable", [])
    assert account_code(sandbox, subject.company_id, lines[0]) in str(check.reason)


def test_an_edition_without_entries(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("de")
    sandbox.rights.set_editions({subject.company_id: "Starter"})
    code, company = subject.company("--checks", "E10,E1")
    assert code == 3
    assert found_by(company) == {"E10", "E1"}
    assert all(check.reason for check in company.checks)


def test_a_field_that_the_service_refuses(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    sandbox.drift.replace({"dropped_fields": {"AccountingEntryLine.creditAmount"}})
    code, company = audit("de").company("--checks", "E1,E4")
    assert code == 3
    assert found_by(company) == {"E1"}
    assert "accountingEntryLines.creditAmount" in str(check_of(company, "E1").reason)


def test_a_closed_period_that_has_changed(sandbox: Sandbox, audit: Callable[[str], Audit], tmp_path: Path) -> None:
    subject, file = audit("es"), str(tmp_path / "baseline.json")
    options = ("--checks", "E12", "--baseline", file)
    assert subject.company(*options)[0] == 0
    assert subject.company(*options)[0] == 0
    exercises = sandbox.store.table(subject.company_id, "AccountingExercise")
    entry = next(
        entry
        for entry in entries(sandbox, subject.company_id)
        if exercises[entry["accountingExerciseId"]]["status"] == "CLOSED" and entry["entryType"] == "GENERAL"
    )
    line = next(line for line in entry["accountingEntryLines"] if line["debitAmount"])
    amount = line["debitAmount"]
    line.update(debitAmount=amount + 1)
    try:
        code, company = subject.company(*options)
    finally:
        line.update(debitAmount=amount)
    assert code == 1
    (finding,) = check_of(company, "E12").findings
    assert (finding.number, finding.difference) == (account_code(sandbox, subject.company_id, line), "1.00")
    assert subject.company("--checks", "E12")[1].checks[0].outcome == "not asked for"


def test_exercises_that_ended_before_a_day_are_left_out(sandbox: Sandbox, audit: Callable[[str], Audit]) -> None:
    subject = audit("fr")
    booked = {entry["accountingExerciseId"] for entry in entries(sandbox, subject.company_id)}
    exercises = sandbox.store.table(subject.company_id, "AccountingExercise")
    latest = max((exercises[key] for key in booked), key=lambda row: row["exercise"])
    lines = [
        check_of(subject.company("--checks", "E10,E4,E1", *options)[1], "E10").notes[0]
        for options in ((), ("--since", latest["endDate"].date().isoformat()))
    ]
    everything, fewer = (int(line.split(" ")[0]) for line in lines)
    assert 0 < fewer < everything


def test_a_terminal_of_80_columns(
    sandbox: Sandbox, audit: Callable[[str], Audit], terminal_width: Callable[[int], None]
) -> None:
    terminal_width(80)
    subject = audit("de")
    entry = typed_entry(sandbox, subject.company_id)
    changed = next(line for line in entry["accountingEntryLines"] if line["debitAmount"])
    amount = changed["debitAmount"]
    changed.update(debitAmount=amount + 1)
    try:
        code, text = subject.run()
    finally:
        changed.update(debitAmount=amount)
    assert code == 1, text
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(re.match(r"\W*E10\W+error\W+passed", line) for line in lines)
    assert any(re.match(r"\W*E1\W+error\W+1 found", line) for line in lines)
    assert any(line.startswith("E1    debit is not credit") for line in lines)
    assert any("difference -1.00" in line for line in lines)
    assert lines[-2].startswith("1 error, ")


def test_a_check_that_does_not_exist(audit: Callable[[str], Audit], capfd: pytest.CaptureFixture[str]) -> None:
    assert audit("de").run("--checks", "E10,E111")[0] == 1
    assert "Did you mean E11?" in capfd.readouterr().err


def test_a_company_that_does_not_exist(audit: Callable[[str], Audit], capfd: pytest.CaptureFixture[str]) -> None:
    assert audit("de").run("--company", "Nobody")[0] == 1
    assert "Nobody" in capfd.readouterr().err


def test_maesn_is_refused(sandbox: Sandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(sandbox.configuration("maesn", "de")), encoding="utf-8")
    assert main(["audit", "--config", str(path)]) == 1
    assert "needs the direct connection" in capfd.readouterr().err


def test_one_company_that_is_refused_stops_none_of_the_others(tmp_path: Path) -> None:
    with Sandbox(rows=3, companies_per_market=2) as sandbox:
        subject = Audit(sandbox, tmp_path, "fr")
        refused = usable(sandbox, "fr")[0]
        sandbox.faults.add("status", company_id=refused.id, status=403, body={"message": "no"}, times=ALWAYS)
        code, text = subject.run("--json", "--checks", "E1")
        result = AuditResult.model_validate_json(text)
        assert code == 3
        outcomes = {company.id: company.checks[0].outcome for company in result.companies}
        assert outcomes.pop(refused.id) == "not comparable"
        assert set(outcomes.values()) == {"passed"}
        assert subject.run("--checks", "E1", "--company", refused.name)[0] in (1, 3)


def test_a_company_that_is_refused_before_a_good_one_is_shown(
    tmp_path: Path, terminal_width: Callable[[int], None]
) -> None:
    terminal_width(400)
    with Sandbox(rows=3, companies_per_market=2) as sandbox:
        subject = Audit(sandbox, tmp_path, "fr")
        result = AuditResult.model_validate_json(subject.run("--json", "--checks", "E1")[1])
        refused, good = result.companies
        sandbox.faults.add("status", company_id=refused.id, status=403, body={"message": "no"}, times=ALWAYS)
        failed = AuditResult.model_validate_json(subject.run("--json", "--checks", "E1")[1]).companies[0]
        code, text = subject.run("--checks", "E1")
    assert code == 3
    assert failed.id == refused.id and failed.checks[0].reason
    assert text.index(refused.name) < text.index(good.name)
    assert failed.checks[0].reason in text
