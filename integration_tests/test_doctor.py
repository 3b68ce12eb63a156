"""The doctor against the stand-in: every switch that reading can reveal is seen in its line, and nothing is changed."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration_tests.variations import settings
from sage_active.config import ConnectionConfig, validated
from sage_active.http.request_limit import RequestLimit
from sage_active_cli.doctor.command import MOST_REQUESTS, Selection, findings
from sage_active_cli.doctor.question import COMMON_OUTCOMES, NOT_ASKED, NOT_SEEN
from sage_active_cli.doctor.questions.table import DIRECT_QUESTIONS, MAESN_QUESTIONS
from sage_active_cli.doctor.report import OwnLine, OwnReport, Report
from sage_active_cli.run import main
from sage_active_sandbox.acting_queries import ACTING_QUERIES
from sage_active_sandbox.row_changes import touch, unmatch
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row
from sage_active_sandbox.switches import Switches

MARKETS = ("de", "es", "fr")
Change = Callable[[Sandbox, Company], None]
CHANGES = itertools.count(1)


def nothing(sandbox: Sandbox, company: Company) -> None:
    """The data shows it as it is."""


def changed(
    sandbox: Sandbox, company: Company, type_name: str, fits: Callable[[Row], Any], path: str, **new: Any
) -> None:
    """Changes a row that fits, another one each time."""
    rows = [row for row in sandbox.store.table(company.id, type_name).values() if fits(row)]
    row = rows[next(CHANGES) % len(rows)]
    touch(sandbox.store, sandbox.switches, company.id, type_name, row["id"], new, path)


def a_line(sandbox: Sandbox, company: Company) -> None:
    """Somebody changes a line of an invoice."""
    changed(sandbox, company, "SalesInvoice", lambda row: row["lines"], "lines", remarks="changed")


def first_payment(entry: Row) -> Any:
    """The payment of the first line."""
    lines = entry.get("accountingEntryLines")
    return lines and lines[0].get("accountingEntryPayment")


def a_payment(sandbox: Sandbox, company: Company) -> None:
    """The match of an entry line changes."""
    path = "accountingEntryLines.accountingEntryPayment"
    changed(sandbox, company, "AccountingEntry", first_payment, path, matchingLetter="Z")


def an_undone_match(sandbox: Sandbox, company: Company) -> None:
    """A match is undone."""
    entries = sandbox.store.table(company.id, "AccountingEntry").values()
    matched = next(payment for entry in entries if (payment := first_payment(entry)) and payment.get("matchId"))
    unmatch(sandbox.store, sandbox.switches, company.id, [matched["matchId"]])


def a_negative_bill(sandbox: Sandbox, company: Company) -> None:
    """A vendor credit comes as a bill below zero."""
    changed(sandbox, company, "PurchaseInvoice", bool, "", totalLiquid=Decimal("-119.00"))


def a_withholding(sandbox: Sandbox, company: Company) -> None:
    """A customer withholds a part of an invoice."""
    changed(sandbox, company, "SalesInvoice", lambda row: row["openItems"], "", totalWithholding=Decimal("15.00"))


def a_preview(sandbox: Sandbox, company: Company) -> None:
    """An ordinary entry turns out to be one of a year-end that is not final."""

    def is_ordinary(row: Row) -> bool:
        return bool(row["entryType"] == "GENERAL" and row["accountingEntryLines"])

    changed(sandbox, company, "AccountingEntry", is_ordinary, "", sourceType="YEAR_END_PROCESS_PREVIEW")


@dataclass(frozen=True)
class Revealed:
    """In which line a switch is seen; `values`: of a switch that is a number; `change`: what must happen before."""

    question: str
    connection: str = "direct"
    market: str = "de"
    values: tuple[Any, ...] = ()
    change: Change = nothing

    @property
    def at(self) -> tuple[str, str]:
        """Connection and market."""
        return self.connection, self.market


def through_maesn(question: str) -> Revealed:
    """A line about Maesn."""
    return Revealed(question, connection="maesn")


REVEALED: Mapping[str, Revealed] = {
    "parent_dates_move": Revealed("line_dates", change=a_line),
    "null_dates": Revealed("never_changed"),
    "account_code": Revealed("account_code"),
    "cursors": Revealed("cursors"),
    "introspection": Revealed("introspection"),
    "sdl": Revealed("sdl"),
    "max_field_cost": Revealed("cost_limit", values=(400_000, 700_000)),
    "cost_error_shape": Revealed("cost_names"),
    "access_token_seconds": Revealed("access_token", values=(3600, 86_400)),
    "refresh_rotation": Revealed("rotation"),
    "clock_offset_seconds": Revealed("clock", values=(600.0,)),
    "undocumented_errors": Revealed("refusals"),
    "edition": Revealed("edition"),
    "organizations_split": Revealed("organization_members"),
    "credit_note_sign": Revealed("credit_note_sign"),
    "negative_bills": Revealed("negative_bills", change=a_negative_bill),
    "entry_numbers": Revealed("entry_numbers"),
    "unmatching": Revealed("undone_matches", market="fr", change=an_undone_match),
    "owned_dates_move": Revealed("owned_dates", change=a_payment),
    "owned_filters": Revealed("owned_filters"),
    "days": Revealed("days"),
    "withholding": Revealed("withholding", market="es", change=a_withholding),
    "report_accounts": Revealed("report_accounts"),
    "comparative_reports": Revealed("comparative"),
    "preview_entries": Revealed("previews", change=a_preview),
    "report_line_types": Revealed("line_types"),
    "aggregate_shape": Revealed("aggregate"),
    "files_sort": Revealed("files_sort"),
    "file_links": Revealed("file_links"),
    "third_party_codes": Revealed("third_party_codes", market="es"),
    "maesn_dates": through_maesn("dates"),
    "maesn_filter": through_maesn("filter"),
    "maesn_item_shape": through_maesn("one_record"),
    "maesn_lists_unusable": through_maesn("listed_companies"),
    "maesn_pagination": through_maesn("totals"),
    "maesn_planned": through_maesn("planned_accounts"),
    "maesn_invoice_key": through_maesn("invoice_key"),
}
ONLY_WRITES = "only a write shows it"
NOT_REVEALED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "mutation_milliseconds",
            "mutation_errors",
            "mutation_transaction",
            "error_paths",
            "fixed_members",
            "empty_children",
            "default_accounts",
            "third_party_numbers_unique",
            "document_id_shape",
            "vies_vat_number",
            "es_document_id",
            "draft_numbers",
            "credit_note_drafts",
            "backdated_closing",
            "vat_rounding",
            "sales_abroad",
            "offset_days",
            "replace_all",
            "document_numbers",
            "quote_steps",
            "origin_lines",
            "bill_numbers",
            "bill_treatment",
            "entry_tax_registers",
            "scan_seconds",
            "uploaded_names",
            "virus_scan",
            "bank_feed",
            "overpayments",
            "deletion",
            "maesn_invoice_number",
            "maesn_error_shape",
        ),
        ONLY_WRITES,
    ),
    "execution_seconds": "it takes a request that is slow on purpose",
    "refresh_token_seconds": "it takes a grant that is left alone until it ends",
}


@pytest.fixture(scope="module")
def clinic() -> Iterator[Sandbox]:
    """One for all questions; a test puts the switches back."""
    with Sandbox(rows=12, companies_per_market=1) as sandbox:
        yield sandbox


def lines_about(sandbox: Sandbox, connection: str, market: str, names: Sequence[str] = ()) -> dict[str, OwnLine]:
    """The lines of some questions, or of all, by question."""
    sandbox.reset_tokens()
    config = sandbox.configuration(connection, market)
    selection = Selection(
        direct=[question for question in DIRECT_QUESTIONS if not names or question.name in names],
        maesn=[question for question in MAESN_QUESTIONS if not names or question.name in names],
    )
    settings = validated(ConnectionConfig, config)
    lines = findings(settings, config, lambda _: None, RequestLimit(MOST_REQUESTS), selection)
    return {line.question: line for line in lines}


def company_of(sandbox: Sandbox, market: str) -> Company:
    """The one that is examined."""
    return next(
        company for company in sandbox.store.companies.values() if company.usable and company.market == market.upper()
    )


def test_every_switch_is_seen_or_excused() -> None:
    assert REVEALED.keys() | NOT_REVEALED.keys() == Switches().as_dict().keys()
    assert not REVEALED.keys() & NOT_REVEALED.keys()


@pytest.mark.parametrize("switch", REVEALED)
def test_a_switch_is_seen_in_its_line(clinic: Sandbox, switch: str) -> None:
    revealed, usual = REVEALED[switch], Switches().as_dict()
    values = revealed.values or sorted(settings(switch) - {usual[switch]}, key=str)
    seen: dict[Any, OwnLine] = {}
    try:
        for value in (usual[switch], *values):
            clinic.change_switches({switch: value})
            revealed.change(clinic, company_of(clinic, revealed.market))
            seen[value] = lines_about(clinic, *revealed.at, (revealed.question,))[revealed.question]
    finally:
        clinic.change_switches(usual)
    texts = {value: (line.service, line.connector) for value, line in seen.items()}
    assert len(set(texts.values())) == len(texts), texts
    assert not COMMON_OUTCOMES.keys() & {line.outcome for line in seen.values()}, texts
    assert sum(line.outcome == NOT_SEEN for line in seen.values()) <= 1


def configurations(sandbox: Sandbox, folder: Path, connection: str) -> dict[Path, str]:
    """A file with the configuration of each market, which keeps its tokens elsewhere, and what is in it."""
    files = {}
    for market in MARKETS:
        tokens = {"token_path": str(folder / "tokens" / market)} if connection == "direct" else {}
        text = json.dumps({**sandbox.configuration(connection, market), **tokens})
        path = folder / f"{market}.json"
        path.write_text(text)
        files[path] = text
    return files


def planted(sandbox: Sandbox, company: Company) -> set[str]:
    """Names, ids, codes and amounts of a company that a report could show."""
    values: set[str] = {company.id, company.name}
    for type_name in ("Customer", "Supplier", "Product", "SalesInvoice", "PurchaseInvoice", "EntityFile"):
        for row in sandbox.store.table(company.id, type_name).values():
            members = ("id", "socialName", "operationalNumber", "invoiceNumber", "totalLiquid", "fileName", "vatNumber")
            values |= {str(row[name]) for name in members if row.get(name)}
    return {value for value in values if len(value) > 3}


@pytest.mark.parametrize("connection", ["direct", "maesn"])
def test_three_markets(
    clinic: Sandbox,
    connection: str,
    tmp_path: Path,
    terminal_width: Callable[[int], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    clinic.reset_tokens()
    clinic.requests.clear()
    terminal_width(80)
    report_path = tmp_path / "report.json"
    (tmp_path / "tokens").mkdir()
    files = configurations(clinic, tmp_path, connection)
    options = [option for path in files for option in ("--config", str(path))]
    assert main(["doctor", *options, "--report", str(report_path)]) == 0
    assert len(clinic.requests) <= MOST_REQUESTS
    assert [name for request in clinic.requests for name in request.writes] == []
    assert {name for request in clinic.requests for name in request.operations} & ACTING_QUERIES == set()
    output = capsys.readouterr().out
    assert max(map(len, output.splitlines())) <= 80
    text = report_path.read_text()
    report = Report.model_validate_json(text)
    assert report.requests == len(clinic.requests)
    assert {line.market for line in report.lines} == {market.upper() for market in MARKETS}
    assert not COMMON_OUTCOMES.keys() & {line.outcome for line in report.lines}
    for market in MARKETS:
        company = company_of(clinic, market)
        assert company.name in output
        assert [value for value in planted(clinic, company) if value in text] == []
    assert {path: path.read_text() for path in tmp_path.iterdir() if path.is_file()} == {**files, report_path: text}


def test_json_is_what_the_schema_says(clinic: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.reset_tokens()
    path = tmp_path / "config.json"
    path.write_text(json.dumps(clinic.configuration("maesn", "fr")))
    assert main(["doctor", "--config", str(path), "--json"]) == 0
    document, company = json.loads(capsys.readouterr().out), company_of(clinic, "fr")
    report = OwnReport.model_validate(document)
    assert {line.company for line in report.lines} == {f"Company {company.name!r} ({company.id})"}


def test_a_user_who_only_reads_is_the_right_one(clinic: Sandbox) -> None:
    clinic.reset_tokens()
    config = clinic.configuration("direct", "de")
    config["credentials"]["refresh_token"] = "sandbox-refresh-token-de-reader"
    selection = Selection(direct=[question for question in DIRECT_QUESTIONS if question.name == "role"])
    settings = validated(ConnectionConfig, config)
    (line,) = findings(settings, config, lambda _: None, RequestLimit(MOST_REQUESTS), selection)
    assert line.outcome == "only_reads"


def test_missing_roots_and_fields_are_named(clinic: Sandbox) -> None:
    dropped = ["Customer.tradeName", "SalesInvoiceLine.firstDiscount", "Query.jobAreas"]
    clinic.drift.dropped_fields = set(dropped)
    try:
        line = lines_about(clinic, "direct", "de", ("contract",))["contract"]
    finally:
        clinic.drift.dropped_fields = set()
    assert line.outcome == "lacks_roots"
    assert set(line.names) == {"jobAreas", *dropped[:2]}


def test_the_other_shape_of_a_field_is_not_missing(clinic: Sandbox) -> None:
    clinic.change_switches({"account_code": "flat"})
    try:
        assert lines_about(clinic, "direct", "de", ("contract",))["contract"].outcome == "complete"
    finally:
        clinic.change_switches(Switches().as_dict())


def test_names_that_only_the_service_knows_stay_here(clinic: Sandbox) -> None:
    errors = [
        {
            "message": f"The field `{name}` does not exist on the type `{owner}`.",
            "extensions": {"type": owner, "field": name, "responseName": "q0"},
        }
        for owner, name in (("Query", "Geheim"), ("Customer", "geheim"), ("Geheim", "geheim"), ("Customer", "code"))
    ]
    clinic.faults.add("graphql_errors", operation="customers", errors=errors)
    line = lines_about(clinic, "direct", "de", ("contract",))["contract"]
    assert line.names == ["Customer.code"]


def test_a_limit_of_requests_ends_the_questions(clinic: Sandbox) -> None:
    clinic.reset_tokens()
    clinic.requests.clear()
    config = clinic.configuration("direct", "de")
    selection = Selection(direct=[question for question in DIRECT_QUESTIONS if question.name.startswith("cost")])
    settings = validated(ConnectionConfig, config)
    # The renewal, the companies, and one of two questions.
    lines = findings(settings, config, lambda _: None, RequestLimit(3), selection)
    assert [line.outcome for line in lines] == ["latest", NOT_ASKED]
    assert len(clinic.requests) == 3


def test_a_sign_in_that_fails_is_an_error(clinic: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = clinic.configuration("direct", "de")
    config["credentials"]["refresh_token"] = "long-dead"
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    assert main(["doctor", "--config", str(path), "--report", str(tmp_path / "report.json")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "sign" in captured.err
    assert not (tmp_path / "report.json").exists()
