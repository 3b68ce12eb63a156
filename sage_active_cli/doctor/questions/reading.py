"""What reads rely on: counts, cursors, dates, filters, orders."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sage_active.direct.query import BY_CREATION, RootField
from sage_active.moments import parse_utc
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts, Row
from sage_active_cli.doctor.question import Answer, Meaning, Question
from sage_active_cli.doctor.root_fields import ASCENDING, DESCENDING, EVER, count, counted_page, page

# Lists that every company has, or most do.
USUAL: Final = ("customers", "suppliers", "products", "accountingAccounts", "journalTypes")
MOST_ROWS: Final = 500
SAMPLE: Final = 50
DATES: Final = "creationDate modificationDate"
BACKWARDS: Final = ({"creationDate": DESCENDING}, {"id": DESCENDING})
# Two dates that one change has moved may differ a little.
AT_ONCE: Final = timedelta(seconds=2)


def _counts(_: DirectSubject, parts: Parts) -> Answer:
    compared = 0
    for root in USUAL:
        rows, stated = parts.rows(root), parts.count(root)
        is_whole = not (parts.member(root).get("pageInfo") or {}).get("hasNextPage")
        distinct = len({row.get("id") for row in rows})
        if distinct != (stated if is_whole else min(stated, MOST_ROWS)):
            return Answer("differ", names=(root,))
        compared += bool(rows)
    if not compared:
        raise NotSeenError
    return Answer("hold")


def _cursors(_: DirectSubject, parts: Parts) -> Answer:
    first, last = (parts.member(name).get("edges") or [] for name in ("forwards", "backwards"))
    pairs = [(edge.get("cursor"), (edge.get("node") or {}).get("id")) for edge in (*first[:1], *last[:1])]
    if len(pairs) < 2 or pairs[0][1] == pairs[1][1]:
        raise NotSeenError
    return Answer("positions" if pairs[0][0] == pairs[1][0] else "keys")


def _edges(order: Any) -> RootField:
    return RootField("accountingAccounts", {"first": 2, "order": order}, "edges { cursor node { id } }")


def _never_changed(_: DirectSubject, parts: Parts) -> Answer:
    nulls, year_one = (sum(parts.count(f"{kind}_{root}") for root in USUAL) for kind in ("null", "year_1"))
    if nulls and year_one:
        return Answer("both")
    if not nulls and not year_one:
        raise NotSeenError
    return Answer("null" if nulls else "year_1")


def _never_changed_fields() -> dict[str, RootField]:
    return {
        f"{kind}_{root}": count(root, {"modificationDate": condition})
        for root in USUAL
        for kind, condition in (("null", {"eq": None}), ("year_1", {"lt": "1900-01-01T00:00:00Z"}))
    }


def _owned_filters(_: DirectSubject, parts: Parts) -> Answer:
    parts.value("unfiltered")
    return Answer("refused" if parts.error("filtered") else "accepted")


def _moment(row: Row | None, name: str) -> datetime | None:
    text = (row or {}).get(name)
    try:
        return parse_utc(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _parent_moved(parent: Row, changed: list[Row]) -> bool | None:
    """Whether the latest change of the children moved the parent; None where that cannot be told."""
    created = _moment(parent, "creationDate")
    latest = max((moment for row in changed if (moment := _moment(row, "modificationDate"))), default=None)
    if created is None or latest is None or latest <= created + AT_ONCE:
        return None
    moved = max(created, _moment(parent, "modificationDate") or created)
    return moved + AT_ONCE >= latest


def _verdict(moved: list[bool | None]) -> Answer:
    known = [verdict for verdict in moved if verdict is not None]
    if not known:
        raise NotSeenError
    if all(known):
        return Answer("move")
    return Answer("sometimes" if any(known) else "stay")


def _children(child: str) -> Callable[[DirectSubject, Parts], Answer]:
    def ask(_: DirectSubject, parts: Parts) -> Answer:
        return _verdict([_parent_moved(row, row.get(child) or []) for row in parts.rows("invoices")])

    return ask


def _children_fields(child: str) -> dict[str, RootField]:
    selected = f"{DATES} {child} {{ {DATES} }}"
    return {"invoices": page("salesInvoices", selected, first=SAMPLE, where={child: {"some": EVER}})}


def _owned(_: DirectSubject, parts: Parts) -> Answer:
    rows = parts.some_rows("payments")
    return _verdict([_parent_moved(line, [row]) for row in rows if (line := row.get("accountingEntryLine"))])


def _owned_fields() -> dict[str, RootField]:
    selected = f"{DATES} accountingEntryLine {{ {DATES} }}"
    return {"payments": page("accountingEntryPayments", selected, first=SAMPLE, where=EVER)}


DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "accountingExercises": ("startDate", "endDate"),
    "salesInvoices": ("documentDate", "operationDate"),
    "accountingEntries": ("date",),
}


def _days(_: DirectSubject, parts: Parts) -> Answer:
    texts = [
        text
        for root, names in DAYS.items()
        if parts.error(root) is None
        for row in parts.rows(root)
        for name in names
        if isinstance(text := row.get(name), str)
    ]
    if not texts:
        raise NotSeenError
    times = {text[11:19] for text in texts}
    if times <= {"", "00:00:00"}:
        return Answer("midnight_utc")
    return Answer("local_midnight" if times <= {"22:00:00", "23:00:00"} else "times_of_day")


def _files_sort(_: DirectSubject, parts: Parts) -> Answer:
    parts.value("by_business_date")
    return Answer("business_date_only" if parts.error("by_upload_date") else "both")


def _file_links(subject: DirectSubject, parts: Parts) -> Answer:
    link = next((row.get("downloadPath") for row in parts.rows("file")), None)
    if not isinstance(link, str):
        raise NotSeenError
    return Answer("open" if subject.client.opens_unsigned(link) else "signed_in")


def _undone(_: DirectSubject, parts: Parts) -> Answer:
    if not parts.count("unmatched"):
        raise NotSeenError
    return Answer("keeps_row")


def _moved(what: str) -> Mapping[str, Meaning]:
    connector = "asks for both: nothing is missed"
    return {
        "move": Meaning(f"move {what}", connector),
        "stay": Meaning(f"do not move {what}", connector),
        "sometimes": Meaning(f"move {what} sometimes", connector),
    }


READING: Final = (
    Question(
        name="counts",
        fact="totalCount",
        sources="the number of all rows of the filter",
        outcomes={
            "hold": Meaning("equals the rows that come", "proves each read by it"),
            "differ": Meaning("differs from the rows that come", "reads again, then fails the stream by name"),
        },
        unseen="list with rows",
        fields={root: counted_page(root, "id", first=MOST_ROWS) for root in USUAL},
        ask=_counts,
    ),
    Question(
        name="cursors",
        fact="cursors",
        sources="opaque; the server's default is an index",
        outcomes={
            "positions": Meaning("are positions in the list", "proves windows by counts: rows may shift"),
            "keys": Meaning("are made from the row", "works with them as well"),
        },
        unseen="list with two rows",
        fields={"forwards": _edges(BY_CREATION), "backwards": _edges(BACKWARDS)},
        ask=_cursors,
    ),
    Question(
        name="never_changed",
        fact="modificationDate of rows that never changed",
        sources="null, stated for open items only",
        outcomes={
            "null": Meaning("null", "goes by the creation date"),
            "year_1": Meaning("the year 1", "goes by the creation date"),
            "both": Meaning("null in some, the year 1 in others", "goes by the creation date"),
        },
        unseen="row that never changed",
        fields=_never_changed_fields(),
        ask=_never_changed,
    ),
    *(
        Question(
            name=f"{name}_dates",
            fact=f"dates of {child}",
            sources="silent: they may not move the document's date",
            outcomes=_moved("the document's date"),
            unseen=f"invoice whose {child} changed later",
            fields=_children_fields(member),
            ask=_children(member),
        )
        for name, child, member in (("line", "invoice lines", "lines"), ("item", "open items", "openItems"))
    ),
    Question(
        name="owned_dates",
        fact="dates of matches of entry lines",
        sources="silent: they may not move the line's date",
        outcomes=_moved("the line's date"),
        unseen="payment of a line that changed later",
        fields=_owned_fields(),
        ask=_owned,
    ),
    Question(
        name="owned_filters",
        fact="filters on matches of entry lines",
        sources="in the schema; nobody has tried",
        outcomes={
            "accepted": Meaning("accepted", "finds matches by them"),
            "refused": Meaning("refused", "warns, and reads open fiscal years whole, once a day"),
        },
        unseen="answer about entry lines",
        fields={
            "unfiltered": page("accountingEntryLines", "id"),
            "filtered": page("accountingEntryLines", "id", where={"accountingEntryPayment": EVER}),
        },
        ask=_owned_filters,
    ),
    Question(
        name="undone_matches",
        fact="payment of a line whose match was undone",
        sources="silent: it may vanish",
        outcomes={
            "keeps_row": Meaning("stays, without its match", "delivers it with the line"),
        },
        unseen="payment without a match",
        fields={"unmatched": count("accountingEntryPayments", {"matchId": {"eq": None}})},
        ask=_undone,
    ),
    Question(
        name="days",
        fact="members that are days",
        sources="the time of day is to be ignored",
        outcomes={
            "midnight_utc": Meaning("midnight in UTC", "takes the day as it is written"),
            "local_midnight": Meaning("midnight of the market, in UTC", "delivers them as they come"),
            "times_of_day": Meaning("have times of day", "delivers them as they come"),
        },
        unseen="row with a day",
        fields={root: page(root, " ".join(names), first=20) for root, names in DAYS.items()},
        ask=_days,
    ),
    Question(
        name="files_sort",
        fact="order of files",
        sources="businessDate only; an example sorts by uploadDate",
        outcomes={
            "business_date_only": Meaning("uploadDate is refused", "sorts by businessDate"),
            "both": Meaning("uploadDate is accepted too", "sorts by businessDate"),
        },
        unseen="answer about files",
        fields={
            f"by_{label}_date": page("files", "id", order=({f"{label}Date": ASCENDING},))
            for label in ("business", "upload")
        },
        ask=_files_sort,
    ),
    Question(
        name="file_links",
        fact="links to files",
        sources="valid for ten minutes; silent about signing in",
        outcomes={
            "open": Meaning("work without signing in", "leaves them out of its records"),
            "signed_in": Meaning("need key and token", "leaves them out of its records"),
        },
        unseen="file",
        fields={"file": page("files", "downloadPath")},
        ask=_file_links,
    ),
)
