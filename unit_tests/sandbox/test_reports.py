"""Reports are sums of the entries that a company has (docs/reference/accounting.md, "Reports")."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sage_active_sandbox.sandbox import Sandbox
from unit_tests.sandbox.conftest import Api
from unit_tests.sandbox.small_ledger import CODES, small_ledger

AMOUNTS = "debitAmount creditAmount balance accumulatedDebitAmount accumulatedCreditAmount accumulatedBalance"
CARRIED: dict[str, Any] = {"showTemporaryCarryForward": True}


class Books:
    """A client of a company whose entries are known."""

    def __init__(self, sandbox: Sandbox, market: str) -> None:
        self.company, self.exercises = small_ledger(sandbox, market)
        self.api = Api(sandbox, market, self.company)
        self.names = {code: role for role, code in CODES[market].items()}

    def trial_balance(self, year: int, first: str = "", last: str = "", **options: Any) -> dict[str, dict[str, Any]]:
        """The rows by the role of their account, else by their code."""
        rows = self.report("accountingTrialBalance", "AccountingTrialBalance", year, first, last, options)
        return {self.names.get(row["accountCode"], row["accountCode"]): row for row in rows}

    def report(self, root: str, kind: str, year: int, first: str, last: str, options: dict[str, Any]) -> Any:
        """The rows of a report of an exercise."""
        sent = {"exerciseId": self.exercises[year], **options}
        sent |= {"startDate": first or f"{year}-01-01", "endDate": last or f"{year}-12-31"}
        head = "accountCode accountDescription" if root == "accountingTrialBalance" else "thirdPartyId"
        query = (
            f"query($input:{kind}GLDtoInput!){{{root}(input:$input){{{head} {AMOUNTS} debitBalance creditBalance}}}}"
        )
        return self.api.data(query, {"input": sent})

    def statement(self, root: str, first: str, last: str, **options: Any) -> dict[str, Decimal]:
        """The totals of a statement by the code of the line."""
        kind = f"{root[0].upper()}{root[1:]}GLDtoInput"
        query = f"query($input:{kind}!){{{root}(input:$input){{code lineType order amountTotal}}}}"
        rows = self.api.data(query, {"input": {"startDate": first, "endDate": last, **options}})
        return {row["code"]: row["amountTotal"] for row in rows}


@pytest.fixture(scope="module")
def every_market(running_sandbox: Sandbox) -> dict[str, Books]:
    """The books of a company of each market."""
    return {market: Books(running_sandbox, market) for market in CODES}


@pytest.fixture(params=[*CODES])
def books(every_market: dict[str, Books], sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Books]:
    """The books of each market in turn."""
    assert sandbox is every_market[request.param].api.sandbox
    found = every_market[request.param]
    found.api.token = sandbox.sign_in.issue_access_token()
    yield found


def test_the_period_counts_apart_from_the_exercise_so_far(books: Books) -> None:
    bank = books.trial_balance(2031, "2031-02-01", "2031-03-31")["bank"]
    assert (bank["debitAmount"], bank["creditAmount"]) == (Decimal("50"), Decimal("0.00"))
    assert (bank["accumulatedDebitAmount"], bank["accumulatedBalance"]) == (Decimal("550"), Decimal("550"))
    assert (bank["debitBalance"], bank["creditBalance"]) == (Decimal("50"), Decimal("0.00"))


def test_debit_equals_credit(books: Books) -> None:
    for year in books.exercises:
        rows = books.trial_balance(year, **CARRIED, showClosingEntries=True).values()
        assert sum(row["debitAmount"] for row in rows) == sum(row["creditAmount"] for row in rows) > 0


def test_provisional_carry_forward_is_shown_on_demand(books: Books) -> None:
    assert books.trial_balance(2032)["bank"]["balance"] == Decimal("69")
    assert books.trial_balance(2032, **CARRIED)["bank"]["balance"] == Decimal("588.90")


def test_closing_entries_are_an_option_in_spain_only(books: Books) -> None:
    hidden = books.company.market == "ES"
    assert books.trial_balance(2031)["revenue"]["balance"] == (Decimal("-100") if hidden else Decimal("0"))
    assert books.trial_balance(2031, showClosingEntries=True)["revenue"]["balance"] == Decimal("0")


def test_rows_without_a_balance_and_codes_can_be_left_out(books: Books) -> None:
    options: dict[str, Any] = {"showClosingEntries": True}
    assert "revenue" in books.trial_balance(2031, **options)
    assert "revenue" not in books.trial_balance(2031, isWithoutZeroBalance=True, **options)
    code = CODES[books.company.market]["bank"]
    assert [*books.trial_balance(2031, startAccountCode=code, endAccountCode=code)] == ["bank"]
    assert [*books.trial_balance(2031, startAccountCode=code[:2], endAccountCode=code[:2])] == ["bank"]


def test_a_third_party_balance_has_the_lines_of_its_parties(books: Books) -> None:
    rows = books.report(
        "accountingThirdPartyBalance", "AccountingThirdPartyBalance", 2031, "", "", {"thirdPartyType": "CUSTOMER"}
    )
    assert [(row["debitAmount"], row["creditAmount"], row["balance"]) for row in rows] == [
        (Decimal("119"), Decimal("50"), Decimal("69"))
    ]
    options = {"thirdPartyType": "SUPPLIER"}
    assert books.report("accountingThirdPartyBalance", "AccountingThirdPartyBalance", 2031, "", "", options) == []


def test_the_balance_sheet_balances_with_the_result_that_is_not_booked(books: Books) -> None:
    lines = books.statement("accountingBalanceSheet", "2031-01-01", "2031-12-31")
    assert lines["A.T"] == lines["L.T"] == Decimal("588.90")
    assert (lines["L.1"], lines["L.2"], lines["L.6"]) == (Decimal("500"), Decimal("69.90"), Decimal("19"))
    both_years = books.statement("accountingBalanceSheet", "2030-01-01", "2031-12-31")
    assert both_years["A.T"] == Decimal("588.90")


def test_profit_and_loss_shows_expenses_with_a_minus(books: Books) -> None:
    lines = books.statement("accountingProfitAndLoss", "2031-01-01", "2031-12-31")
    assert (lines["R.1"], lines["R.3"], lines["R.T"]) == (Decimal("100"), Decimal("-30.10"), Decimal("69.90"))
    short = books.statement("accountingProfitAndLoss", "2031-01-01", "2031-12-31", onlyLinesWithAmount=True)
    assert [*short] == ["R.1", "R.3", "R.7", "R.T"]


def test_key_figures_are_those_of_the_current_exercise(books: Books, sandbox: Sandbox) -> None:
    sandbox.switches.clock_offset_seconds = 5 * 366 * 86400.0
    books.api.token = sandbox.sign_in.issue_access_token()
    rows = books.api.data(
        "{accountingKpis(input:{kpiTypes:[TURNOVER,TREASURY_BALANCE,NET_RESULT]}){type value currency}}"
    )
    assert [row["type"] for row in rows] == ["TURNOVER", "TREASURY_BALANCE", "NET_RESULT"]
    assert [row["value"] for row in rows] == [Decimal("100"), Decimal("519.90"), Decimal("69.90")]
    money = books.api.data("{salesKpis(input:{kpiTypes:[MONEY_IN,MONEY_OUT,TOTAL_CUSTOMERS]}){value}}")
    assert [row["value"] for row in money] == [Decimal("50"), Decimal("30.10"), 1]


def test_every_booked_account_has_a_position(books: Books) -> None:
    rows = books.api.data(
        "{accountingReportPositions(input:{}){id code accountType collectiveAccount"
        " reportPositions{balanceGuideLineId balanceGuideLineCode isMain alternativePositionIfNegative}}}"
    )
    without = {row["accountType"] for row in rows if not row["reportPositions"]}
    assert without <= {"SPECIAL", "STATISTICAL", "UNDEFINED"}
    by_code = {row["code"]: row for row in rows}
    customer = by_code[CODES[books.company.market]["customer"]]
    assert customer["collectiveAccount"] and customer["reportPositions"][0]["balanceGuideLineCode"] == "A.3"
    single = books.api.data(f'{{accountingReportPositions(input:{{accountId:"{customer["id"]}"}}){{id}}}}')
    assert single == [{"id": customer["id"]}]


def test_an_unknown_exercise_is_refused(books: Books) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    sent = f'{{exerciseId:"{unknown}",startDate:"2031-01-01",endDate:"2031-12-31"}}'
    answer = books.api.answer(f"{{accountingTrialBalance(input:{sent}){{balance}}}}")
    assert answer["errors"][0]["message"].endswith("referenceNotFound")
    assert answer["data"] == {"accountingTrialBalance": None}


def test_personal_accounts(books: Books, sandbox: Sandbox) -> None:
    sandbox.switches.report_accounts = "personal"
    rows = books.trial_balance(2031)
    assert "customer" not in rows
    assert (rows["10001"]["balance"], rows["10001"]["accountDescription"]) == (Decimal("69"), "Hand GmbH")


def test_comparative_reports(books: Books, sandbox: Sandbox) -> None:
    plain = books.trial_balance(2031, last="2031-06-30")["bank"]
    assert books.trial_balance(2031, last="2031-06-30", isTrialBalanceComparative=True)["bank"] == plain
    sandbox.switches.comparative_reports = "year_before"
    bank = books.trial_balance(2031, last="2031-06-30", isTrialBalanceComparative=True)["bank"]
    assert (bank["balance"], bank["accumulatedBalance"]) == (plain["balance"], Decimal("500"))


def test_preview_entries(books: Books, sandbox: Sandbox) -> None:
    (first, *_) = books.api.rows("AccountingEntry")
    first["sourceType"] = "YEAR_END_PROCESS_PREVIEW"
    try:
        assert books.trial_balance(2030)["bank"]["balance"] == Decimal("500")
        sandbox.switches.preview_entries = "left_out"
        assert books.trial_balance(2030) == {}
    finally:
        first["sourceType"] = "ACCOUNTING"


def test_types_of_lines(books: Books, sandbox: Sandbox) -> None:
    query = (
        '{accountingProfitAndLoss(input:{startDate:"2031-01-01",endDate:"2031-12-31"})'
        "{lineType multiColumn amountColumn1 amountColumn2}}"
    )
    assert {row["lineType"] for row in books.api.data(query)} == {"1", "3", "4"}
    sandbox.switches.report_line_types = "name"
    kinds = {row["lineType"] for row in books.api.data(query)}
    assert kinds == {"ACCOUNT_CALCULATION", "LINE_CALCULATION", "RESULT_CALCULATION"}


def test_days_of_reports_follow_the_days_of_rows(books: Books, sandbox: Sandbox) -> None:
    sandbox.switches.days = "local"
    (exercise,) = books.api.data("{accountingExercises(where:{exercise:{eq:2031}}){nodes{startDate endDate}}}")["nodes"]
    assert exercise == {"startDate": "2030-12-31T23:00:00.000Z", "endDate": "2031-12-30T23:00:00.000Z"}
    whole = books.trial_balance(2031, exercise["startDate"], exercise["endDate"])
    assert whole == books.trial_balance(2031)
