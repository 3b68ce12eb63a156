"""What reports of the server count, held against the entries that it delivers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sage_active.direct.query import RootField, Variable
from sage_active.resources.resource import Member
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts, Row
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.questions.documents import ZERO, amount
from sage_active_cli.doctor.root_fields import DESCENDING, page, value

PAGE_ROWS: Final = 500
# A closed exercise with more lines is left to the audit.
MOST_PAGES: Final = 10
ROOT: Final = "accountingTrialBalance"
CARRIED: Final = Member("TEMPORARY_CARRY_FORWARD")
PREVIEW: Final = Member("YEAR_END_PROCESS_PREVIEW")
AMOUNTS: Final = "debitAmount creditAmount"
BY_START: Final = ({"startDate": DESCENDING},)


def _exercises() -> dict[str, RootField]:
    return {"exercises": page("accountingExercises", "id startDate endDate status", first=20, order=BY_START)}


def _report(subject: DirectSubject, exercise: Row, **options: bool | str) -> RootField:
    """The trial balance of a whole exercise, with all kinds of entries."""
    closing = {"showClosingEntries": True} if subject.company.market == "ES" else {}
    period = {"exerciseId": exercise["id"], "startDate": exercise["startDate"], "endDate": exercise["endDate"]}
    selection = f"accountCode {AMOUNTS} accumulatedDebitAmount accumulatedCreditAmount"
    return value(ROOT, {"input": {**period, "showTemporaryCarryForward": True, **closing, **options}}, selection)


def _lines(exercise_id: str, selection: str, *, after: str | None = None, account_id: str | None = None) -> RootField:
    where: dict[str, Any] = {"accountingEntry": {"accountingExerciseId": {"eq": exercise_id}}}
    if account_id:
        where["subAccountId"] = {"eq": account_id}
    arguments = {
        "first": PAGE_ROWS,
        "where": where,
        "after": Variable("after", "String", after) if after else None,
    }
    content = f"totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {selection} }}"
    return RootField("accountingEntryLines", arguments, content)


def _every_line(subject: DirectSubject, exercise: Row) -> Iterator[Row]:
    """All lines of an exercise. Raises `NotSeenError` where there are too many, or none."""
    after: str | None = None
    for _ in range(MOST_PAGES):
        parts = subject.ask({"lines": _lines(exercise["id"], f"subAccountId {AMOUNTS}", after=after)})
        if parts.count("lines") > PAGE_ROWS * MOST_PAGES:
            raise NotSeenError
        yield from parts.some_rows("lines")
        info = parts.member("lines").get("pageInfo") or {}
        if not info.get("hasNextPage"):
            return
        after = info.get("endCursor")
    raise NotSeenError


def _closed_exercise(subject: DirectSubject, parts: Parts) -> Observation:
    exercise = next((row for row in parts.some_rows("exercises") if row.get("status") == "CLOSED"), None)
    if exercise is None:
        raise NotSeenError
    sums: dict[Any, tuple[Decimal, Decimal]] = {}
    for line in _every_line(subject, exercise):
        debit, credit = sums.get(line.get("subAccountId"), (ZERO, ZERO))
        sums[line.get("subAccountId")] = (debit + amount(line, "debitAmount"), credit + amount(line, "creditAmount"))
    report = subject.ask({"report": _report(subject, exercise)}).some_rows("report")
    stated = [(amount(row, "debitAmount"), amount(row, "creditAmount")) for row in report]
    # Rows are compared by their amounts: the shape of codes is disputed.
    if _without_zeros(sums.values()) == _without_zeros(stated):
        return Observation("equal")
    totals = [[sum(pair[side] for pair in pairs) for side in (0, 1)] for pairs in (sums.values(), stated)]
    return Observation("equal_in_total" if totals[0] == totals[1] else "differs")


def _without_zeros(pairs: Any) -> Counter[tuple[Decimal, Decimal]]:
    return Counter(pair for pair in pairs if any(pair))


def _accounts(subject: DirectSubject, parts: Parts) -> Observation:
    for exercise in parts.some_rows("exercises"):
        answers = subject.ask(
            {
                "lines": _lines(exercise["id"], "accountingEntryThirdParty { code }"),
                "report": _report(subject, exercise),
            }
        )
        parties = {(row.get("accountingEntryThirdParty") or {}).get("code") for row in answers.rows("lines")} - {None}
        if parties:
            codes = {row.get("accountCode") for row in answers.rows("report")}
            return Observation("personal" if codes & parties else "collective")
    raise NotSeenError


def _comparative(subject: DirectSubject, parts: Parts) -> Observation:
    exercises = parts.some_rows("exercises")
    # The first one has nothing before it.
    for exercise in exercises[:-1]:
        reports = subject.ask(
            {
                "plain": _report(subject, exercise),
                "compared": _report(subject, exercise, isTrialBalanceComparative=True),
            }
        )
        plain, compared = (_accumulated(reports.rows(name)) for name in ("plain", "compared"))
        if plain and compared:
            return Observation("same_year" if plain == compared else "year_before")
    raise NotSeenError


def _accumulated(report: Sequence[Row]) -> Mapping[Any, tuple[Decimal, Decimal]]:
    return {
        row.get("accountCode"): (amount(row, "accumulatedDebitAmount"), amount(row, "accumulatedCreditAmount"))
        for row in report
    }


def _previews(subject: DirectSubject, parts: Parts) -> Observation:
    line = parts.some_rows("preview")[0]
    exercise_id = (line.get("accountingEntry") or {}).get("accountingExerciseId")
    exercise = next((row for row in parts.rows("exercises") if row.get("id") == exercise_id), None)
    account_id = line.get("subAccountId")
    if exercise is None or not account_id:
        raise NotSeenError
    shapes = {"object": "code { value }", "flat": "code"}
    selection = f"{AMOUNTS} accountingEntry {{ sourceType entryType }}"
    answers = subject.ask(
        {
            "lines": _lines(exercise["id"], selection, account_id=account_id),
            **{
                name: page("accountingAccounts", shape, where={"id": {"eq": account_id}})
                for name, shape in shapes.items()
            },
        }
    )
    if answers.count("lines") > PAGE_ROWS:
        raise NotSeenError
    rows = answers.some_rows("lines")
    if answers.error("object") is None:
        code = (answers.some_rows("object")[0].get("code") or {}).get("value")
    else:
        code = answers.some_rows("flat")[0].get("code")
    report = subject.ask({"report": _report(subject, exercise)}).some_rows("report")
    stated = next((row for row in report if row.get("accountCode") == code), None)
    if stated is None:
        raise NotSeenError
    final = [row for row in rows if not _is_preview(row)]
    for outcome, counted in (("counted", rows), ("left_out", final)):
        if all(amount(stated, name) == sum((amount(row, name) for row in counted), ZERO) for name in AMOUNTS.split()):
            return Observation(outcome)
    return Observation("neither")


def _is_preview(line: Row) -> bool:
    entry = line.get("accountingEntry") or {}
    return entry.get("sourceType") == PREVIEW.name and entry.get("entryType") != CARRIED.name


def _previews_fields() -> dict[str, RootField]:
    entry = {"sourceType": {"eq": PREVIEW}, "entryType": {"neq": CARRIED}}
    selection = "subAccountId accountingEntry { accountingExerciseId }"
    return {**_exercises(), "preview": page("accountingEntryLines", selection, where={"accountingEntry": entry})}


BALANCES: Final = (
    Question(
        name="closed_exercise",
        fact="a closed exercise and its trial balance",
        sources="the report counts the entries",
        outcomes={
            "equal": Meaning("equal in each account", "reads the books completely"),
            "equal_in_total": Meaning("equal in total, not in each account", "run the audit to see where"),
            "differs": Meaning("not equal", "run the audit; please send this report"),
        },
        unseen="closed exercise of up to 5,000 lines",
        fields=_exercises(),
        ask=_closed_exercise,
    ),
    Question(
        name="report_accounts",
        fact="third parties in the trial balance",
        sources="silent: one row for all, or one for each",
        outcomes={
            "collective": Meaning("one row for the account", "delivers the rows as they come"),
            "personal": Meaning("one row for each third party", "delivers the rows as they come"),
        },
        unseen="entry line with a third party",
        fields=_exercises(),
        ask=_accounts,
    ),
    Question(
        name="comparative",
        fact="accumulated amounts of comparative reports",
        sources="not explained",
        outcomes={
            "same_year": Meaning("those of the exercise itself", "does not ask for them"),
            "year_before": Meaning("those of the exercise before", "does not ask for them"),
        },
        unseen="report of an exercise that has one before",
        fields=_exercises(),
        ask=_comparative,
    ),
    Question(
        name="previews",
        fact="entries of an unfinished year-end",
        sources="silent about whether reports count them",
        outcomes={
            "counted": Meaning("counted by reports", "delivers them with their source"),
            "left_out": Meaning("left out by reports", "delivers them with their source"),
            "neither": Meaning("the report says something else", "run the audit to see where"),
        },
        unseen="entry of a year-end preview",
        fields=_previews_fields(),
        ask=_previews,
    ),
)
