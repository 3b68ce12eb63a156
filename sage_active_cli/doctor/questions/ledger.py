"""How the books are kept: numbers, exercises, settings, the bank."""

from typing import Any, Final

from sage_active.direct.query import RootField
from sage_active.resources.resource import Member
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts, Row
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.root_fields import ASCENDING, DESCENDING, count, page, value

MOST_ROWS: Final = 500
EXERCISE: Final = "accountingExerciseId"
JOURNAL: Final = "journalTypeId"
# Within what a number may be unique, the widest first.
SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "company": (),
    "exercise": (EXERCISE,),
    "journal": (JOURNAL,),
    "exercise_and_journal": (EXERCISE, JOURNAL),
}
SETTLED: Final = (Member("LINKED"), Member("LINKED_WITH_VARIANCE"), Member("DISMISSED"))
DEFAULT_JOURNALS: Final = (
    "defaultSalesPostingInvoiceJournalTypeId",
    "defaultPurchasePostingInvoiceJournalTypeId",
)


def _numbers(_: DirectSubject, parts: Parts) -> Observation:
    rows = parts.some_rows("entries")
    ends = [row.get(EXERCISE) for name in ("first", "last") for row in parts.rows(name)]
    # Where numbers began anew in each exercise or journal, the lowest ones would come several times.
    if len(set(ends)) < 2 or len({row.get(JOURNAL) for row in rows}) < 2:
        raise NotSeenError
    return Observation(next((name for name, members in SCOPES.items() if _is_unique(rows, members)), "not_unique"))


def _is_unique(rows: list[Row], members: tuple[str, ...]) -> bool:
    keys = [(row.get("number"), *(row.get(member) for member in members)) for row in rows]
    return len(set(keys)) == len(keys)


def _numbers_fields() -> dict[str, RootField]:
    numbered = {"number": {"gt": 0}}
    selection = f"number {EXERCISE} {JOURNAL}"
    return {
        "entries": page(
            "accountingEntries", selection, first=MOST_ROWS, where=numbered, order=({"number": ASCENDING},)
        ),
        **{
            name: page("accountingEntries", EXERCISE, where=numbered, order=({"date": direction},))
            for name, direction in (("first", ASCENDING), ("last", DESCENDING))
        },
    }


def _closed_period(_: DirectSubject, parts: Parts) -> Observation:
    exercises = parts.some_rows("exercises")
    ends = [
        str(period.get("endDate"))[:10]
        for exercise in exercises
        for period in (exercise.get("periods") or ())
        if period.get("isClosed")
    ]
    closed = [str(row.get("exercise")) for row in exercises if row.get("status") == "CLOSED"]
    detail = f"until {max(ends)}" if ends else ""
    if closed:
        return Observation("closed_exercise", detail)
    return Observation("closed_period" if ends else "nothing_closed", detail)


def _carried(_: DirectSubject, parts: Parts) -> Observation:
    final, provisional = parts.count("opening"), parts.count("carried")
    if not final and not provisional:
        raise NotSeenError
    if final and provisional:
        return Observation("both")
    return Observation("final" if final else "provisional")


def _cash_vat(_: DirectSubject, parts: Parts) -> Observation:
    flags = [row.get("vatCriterion") for row in parts.rows("detail")]
    is_used = True in flags or any(parts.count(name) for name in ("invoices", "bills"))
    return Observation("used" if is_used else "not_used")


def _cash_vat_fields() -> dict[str, RootField]:
    with_cash_vat = {"hasCashVat": {"eq": True}}
    return {
        "detail": page("organizationDetail", "vatCriterion"),
        "invoices": count("salesInvoices", with_cash_vat),
        "bills": count("purchaseInvoices", with_cash_vat),
    }


def _allocation(_: DirectSubject, parts: Parts) -> Observation:
    flag = parts.member("setup").get("openItemsAutomaticAllocation")
    if not isinstance(flag, bool):
        raise NotSeenError
    return Observation("on" if flag else "off")


def _journals(_: DirectSubject, parts: Parts) -> Observation:
    setup = parts.member("setup")
    missing_journals = tuple(name for name in DEFAULT_JOURNALS if not setup.get(name))
    return Observation("missing", names=missing_journals) if missing_journals else Observation("there")


def _bank(_: DirectSubject, parts: Parts) -> Observation:
    pending = parts.count("pending")
    if not pending and not parts.count("all"):
        raise NotSeenError
    return Observation("pending" if pending else "none_pending", f"{pending:,} pending")


def _setup(root: str, selection: str) -> Any:
    return lambda company: {"setup": value(root, {"id": company.id}, selection)}


def _entries_of(kind: str) -> RootField:
    return count("accountingEntries", {"entryType": {"eq": Member(kind)}})


LEDGER: Final = (
    Question(
        name="entry_numbers",
        fact="numbers of entries",
        sources="silent about within what they are unique",
        outcomes={
            "company": Meaning("unique in the company", "identifies entries by id"),
            "exercise": Meaning("unique in an exercise", "identifies entries by id"),
            "journal": Meaning("unique in a journal", "identifies entries by id"),
            "exercise_and_journal": Meaning("unique in a journal of an exercise", "identifies entries by id"),
            "not_unique": Meaning("not unique in any of these", "identifies entries by id"),
        },
        unseen="numbers of two exercises and journals",
        fields=_numbers_fields(),
        ask=_numbers,
    ),
    Question(
        name="closed_period",
        fact="what is closed",
        sources="exercises and periods say so",
        outcomes={
            "closed_exercise": Meaning("an exercise is closed", "asks for its trial balance as a whole"),
            "closed_period": Meaning("periods are closed, no exercise", "asks for its trial balance by period"),
            "nothing_closed": Meaning("nothing is closed", "asks for its trial balance by period"),
        },
        unseen="exercise",
        fields={"exercises": page("accountingExercises", "exercise status periods { endDate isClosed }", first=100)},
        ask=_closed_period,
    ),
    Question(
        name="carry_forward",
        fact="balances carried forward",
        sources="by an opening entry, or a temporary one",
        outcomes={
            "final": Meaning("by opening entries", "delivers them with their type"),
            "provisional": Meaning("provisionally", "delivers them with their type"),
            "both": Meaning("by opening entries, and provisionally", "delivers them with their type"),
        },
        unseen="entry that carries balances forward",
        fields={
            "opening": _entries_of("OPENING"),
            "carried": _entries_of("TEMPORARY_CARRY_FORWARD"),
        },
        ask=_carried,
    ),
    Question(
        name="cash_vat",
        fact="cash VAT",
        sources="FR and DE have it",
        outcomes={
            "used": Meaning("in use", "delivers the flags; VAT falls due with payments"),
            "not_used": Meaning("not in use", "nothing to do"),
        },
        unseen="answer about cash VAT",
        fields=_cash_vat_fields(),
        ask=_cash_vat,
    ),
    Question(
        name="automatic_allocation",
        fact="automatic allocation of open items",
        sources="a setting of the company",
        outcomes={
            "on": Meaning("on: items are matched by themselves", "sees it by the dates of the items"),
            "off": Meaning("off", "nothing to do"),
        },
        unseen="setting",
        of_company=_setup("organizationAccountingSetupByOrgId", "openItemsAutomaticAllocation"),
        ask=_allocation,
    ),
    Question(
        name="default_journals",
        fact="default journals for posting",
        sources="a setting of the company",
        outcomes={
            "there": Meaning("set for sales and purchases", "nothing to do"),
            "missing": Meaning("not all are set", "the destination must be told a journal"),
        },
        unseen="setting",
        of_company=_setup("organizationSalesSetupByOrgId", " ".join(DEFAULT_JOURNALS)),
        ask=_journals,
    ),
    Question(
        name="bank_movements",
        fact="movements of the bank",
        sources="linked to entries later",
        outcomes={
            "pending": Meaning("some are not linked yet", "reads those again on every run"),
            "none_pending": Meaning("all are linked or dismissed", "reads new ones"),
        },
        unseen="bank movement",
        fields={
            "pending": count("bankMovements", {"linkStatus": {"nin": SETTLED}}),
            "all": count("bankMovements"),
        },
        ask=_bank,
    ),
)
