"""What reads rely on: counts, cursors, dates, filters, orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sage_active.direct.query import BY_CREATION, RootField
from sage_active.moments import parse_utc
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts, Row
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.root_fields import DESCENDING, EVER, count, counted_page, page

# Lists that every company has, or most do.
USUAL: Final = ("customers", "suppliers", "products", "accountingAccounts", "journalTypes")
MOST_ROWS: Final = 500
SAMPLE: Final = 50
DATES: Final = "creationDate modificationDate"
BACKWARDS: Final = ({"creationDate": DESCENDING}, {"id": DESCENDING})
# Two dates that one change has moved may differ a little.
AT_ONCE: Final = timedelta(seconds=2)


def _counts(_: DirectSubject, parts: Parts) -> Observation:
    compared = 0
    for root in USUAL:
        rows, stated = parts.rows(root), parts.count(root)
        is_whole = not (parts.member(root).get("pageInfo") or {}).get("hasNextPage")
        distinct = len({row.get("id") for row in rows})
        if distinct != (stated if is_whole else min(stated, MOST_ROWS)):
            return Observation("differ", names=(root,))
        compared += bool(rows)
    if not compared:
        raise NotSeenError
    return Observation("hold")


def _cursors(_: DirectSubject, parts: Parts) -> Observation:
    first, last = (parts.member(name).get("edges") or [] for name in ("forwards", "backwards"))
    pairs = [(edge.get("cursor"), (edge.get("node") or {}).get("id")) for edge in (*first[:1], *last[:1])]
    if len(pairs) < 2 or pairs[0][1] == pairs[1][1]:
        raise NotSeenError
    return Observation("positions" if pairs[0][0] == pairs[1][0] else "keys")


def _edges(order: Any) -> RootField:
    return RootField("accountingAccounts", {"first": 2, "order": order}, "edges { cursor node { id } }")


def _never_changed(_: DirectSubject, parts: Parts) -> Observation:
    nulls, year_one = (sum(parts.count(f"{kind}_{root}") for root in USUAL) for kind in ("null", "year_1"))
    if nulls and year_one:
        return Observation("both")
    if not nulls and not year_one:
        raise NotSeenError
    return Observation("null" if nulls else "year_1")


def _never_changed_fields() -> dict[str, RootField]:
    return {
        f"{kind}_{root}": count(root, {"modificationDate": condition})
        for root in USUAL
        for kind, condition in (("null", {"eq": None}), ("year_1", {"lt": "1900-01-01T00:00:00Z"}))
    }


def _owned_filters(_: DirectSubject, parts: Parts) -> Observation:
    parts.value("unfiltered")
    return Observation("not_accepted" if parts.error("filtered") else "accepted")


def _moment(row: Row | None, name: str) -> datetime | None:
    text = (row or {}).get(name)
    try:
        return parse_utc(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class _Parts:
    """Rows that belong to others. `root`: their list; `owner`: the member that holds what they belong to."""

    root: str
    owner: str

    @property
    def field(self) -> RootField:
        """Those that changed last, with the dates of their owners."""
        return page(
            self.root,
            f"{DATES} {self.owner} {{ {DATES} }}",
            first=SAMPLE,
            where=EVER,
            order=({"modificationDate": DESCENDING},),
        )

    def verdict(self, _: DirectSubject, parts: Parts) -> Observation:
        """Whether their changes moved the dates of their owners; the latest change counts most."""
        verdicts = [_has_moved(row, row.get(self.owner)) for row in parts.rows("parts")]
        known = [verdict for verdict in verdicts if verdict is not None]
        if not known:
            raise NotSeenError
        if len(set(known)) == 1:
            return Observation("move" if known[0] else "stay")
        return Observation("moved_last" if known[0] else "stayed_last")


def _has_moved(part: Row, owner: Row | None) -> bool | None:
    """Whether a change of a part moved its owner's date; None where it did not change after the owner came to be."""
    created, latest = _moment(owner, "creationDate"), _moment(part, "modificationDate")
    if created is None or latest is None or latest <= created + AT_ONCE:
        return None
    return max(created, _moment(owner, "modificationDate") or created) + AT_ONCE >= latest


DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "accountingExercises": ("startDate", "endDate"),
    "salesInvoices": ("documentDate", "operationDate"),
    "accountingEntries": ("date",),
}


def _days(_: DirectSubject, parts: Parts) -> Observation:
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
        return Observation("midnight_utc")
    return Observation("local_midnight" if times <= {"22:00:00", "23:00:00"} else "times_of_day")


def _undone(_: DirectSubject, parts: Parts) -> Observation:
    if not parts.count("unmatched"):
        raise NotSeenError
    return Observation("keeps_row")


CONNECTOR_ON_DATES: Final = "asks for both: nothing is missed"
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
        fact="date of change of rows that never changed",
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
            name=name,
            fact=f"dates of {what}",
            sources=f"silent: they may not move {owner}",
            outcomes={
                "move": Meaning(f"move {owner}", CONNECTOR_ON_DATES),
                "stay": Meaning(f"do not move {owner}", CONNECTOR_ON_DATES),
                "moved_last": Meaning(f"did not move {owner} always, but last", CONNECTOR_ON_DATES),
                "stayed_last": Meaning(f"moved {owner}, but not last", CONNECTOR_ON_DATES),
            },
            unseen=f"{what} that changed later",
            fields={"parts": owned.field},
            ask=owned.verdict,
        )
        for name, what, owner, owned in (
            ("line_dates", "invoice lines", "the invoice's date", _Parts("salesInvoiceLines", "salesInvoice")),
            ("item_dates", "open items", "the invoice's date", _Parts("salesInvoiceOpenItems", "salesInvoice")),
            (
                "owned_dates",
                "matches of entry lines",
                "the line's date",
                _Parts("accountingEntryPayments", "accountingEntryLine"),
            ),
        )
    ),
    Question(
        name="owned_filters",
        fact="filters on matches of entry lines",
        sources="in the schema; nobody has tried",
        outcomes={
            "accepted": Meaning("accepted", "finds matches by them"),
            "not_accepted": Meaning("refused", "warns, and reads without them"),
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
            "midnight_utc": Meaning("midnight in UTC", "delivers them as they come"),
            "local_midnight": Meaning("midnight of the market, in UTC", "delivers them as they come"),
            "times_of_day": Meaning("have times of day", "delivers them as they come"),
        },
        unseen="row with a day",
        fields={root: page(root, " ".join(names), first=20) for root, names in DAYS.items()},
        ask=_days,
    ),
)
