"""Drafts of invoices: how they are found again, rounded, taxed and dated, and what changes of their lines do."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sage_active.days import nearest_day
from sage_active.moments import normalize_utc
from sage_active.writing import Row
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation
from sage_active_cli.doctor.root_fields import page
from sage_active_cli.rehearse.question import WriteQuestion
from sage_active_cli.rehearse.scene import HUNDRED, LINES, Scene, amount_of
from sage_active_cli.rehearse.stage import Stage, refusal_of
from sage_active_cli.rehearse.traces import BILLS, BY_API, INVOICES, SOURCE, Traced

CENT: Final = Decimal("0.01")
DAY: Final = "documentDate"
CHANGED: Final = "modificationDate"
# A line of the same draft, changed alone.
MORE: Final = 2
EARLY: Final = "T00:30:00+02:00"
MIDNIGHT: Final = "T00:00:00Z"


def _draft(scene: Scene, _: Parts) -> Observation:
    row = scene.stage.row(INVOICES, scene.invoice.id, "status operationalNumber")
    is_draft = INVOICES.is_deletable(row) and not row.get("operationalNumber")
    return Observation("draft" if is_draft else "final", str(row.get("status")))


def _source(scene: Scene, _: Parts) -> Observation:
    rows = [scene.stage.row(INVOICES, scene.invoice.id, SOURCE), scene.stage.row(BILLS, scene.bill.id, SOURCE)]
    return Observation("by_api" if all(row.get(SOURCE) == BY_API for row in rows) else "otherwise")


def _mark(scene: Scene, _: Parts) -> Observation:
    stage, row_id = scene.stage, scene.invoice.id
    member = str(INVOICES.binding.marker)

    def look() -> Row | None:
        rows = stage.writer.find(INVOICES.resource, stage.company, member, [stage.trace], fresh=True)
        return next((row for row in rows if row["id"] == row_id), None)

    found, is_late = stage.eventually(look)
    return Observation("missing" if found is None else "late" if is_late else "found")


def _rounding(scene: Scene, _: Parts) -> Observation:
    row = scene.stage.row(INVOICES, scene.invoice.id, "totalVat lines { unitPrice vatPercentage }")
    taxes = [_vat(line) for line in row.get("lines") or ()]
    total = amount_of(row, "totalVat")
    if len(taxes) != LINES or total is None:
        raise NotSeenError
    by_line, by_rate = sum(map(_in_cents, taxes)), _in_cents(sum(taxes, Decimal()))
    return Observation("line" if total == by_line else "rate" if total == by_rate else "otherwise", str(total))


def _vat(line: Row) -> Decimal:
    price, rate = amount_of(line, "unitPrice"), amount_of(line, "vatPercentage")
    if price is None or rate is None:
        raise NotSeenError
    return price * rate / HUNDRED


def _in_cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _line(scene: Scene, row_id: str) -> Row:
    lines = scene.stage.row(INVOICES, row_id, "lines { vatPercentage taxTreatmentId }").get("lines") or ()
    if not lines:
        raise NotSeenError
    return dict(lines[0])


def _rate_abroad(scene: Scene, _: Parts) -> Observation:
    rate = amount_of(_line(scene, scene.invoice_abroad.id), "vatPercentage")
    if rate is None:
        raise NotSeenError
    return Observation("none" if not rate else "home" if rate == scene.rate else "another", f"{rate} %")


def _treatment_abroad(scene: Scene, _: Parts) -> Observation:
    chosen = _line(scene, scene.invoice_abroad.id).get("taxTreatmentId")
    if chosen is None:
        return Observation("none")
    if chosen == _line(scene, scene.invoice.id).get("taxTreatmentId"):
        return Observation("home")
    return Observation("intracommunity" if is_intracommunity(scene.stage, str(chosen)) else "another")


def is_intracommunity(stage: Stage, treatment: str) -> bool:
    """Whether a treatment is one for other countries of the EU. Raises `NotSeenError` where there is none."""
    selection, where = "isIntracomunity", {"id": {"eq": treatment}}
    rows = stage.ask({"treatment": page("taxTreatments", selection, where=where)}).some_rows("treatment")
    return rows[0].get(selection) is True


def _read_back(scene: Scene, day: date) -> str:
    """How a day is shown that was sent without a time."""
    scene.stage.update(INVOICES, scene.invoice.id, {DAY: day.isoformat()})
    return _shown_now(scene)


def _shown_now(scene: Scene) -> str:
    return str(scene.stage.row(INVOICES, scene.invoice.id, DAY).get(DAY) or "")


def _plain_day(scene: Scene, _: Parts) -> Observation:
    stored = _read_back(scene, scene.today)
    if nearest_day(stored) != scene.today:
        return Observation("another", stored)
    return Observation("utc" if stored.startswith(scene.today.isoformat()) else "local", stored)


def _with_time(scene: Scene, time: str) -> Observation:
    """Which day a day with a time is taken for: that which a plain day is shown as."""
    days = {_read_back(scene, scene.today): "same", _read_back(scene, scene.today - timedelta(days=1)): "before"}
    reply = scene.stage.attempt_update(INVOICES, scene.invoice.id, {DAY: f"{scene.today.isoformat()}{time}"})
    if refusal_of(reply):
        return Observation("declined")
    stored = _shown_now(scene)
    return Observation(days.get(stored, "otherwise"), stored)


def _midnight(scene: Scene, _: Parts) -> Observation:
    return _with_time(scene, MIDNIGHT)


def _offset(scene: Scene, _: Parts) -> Observation:
    return _with_time(scene, EARLY)


def _dates(scene: Scene, _: Parts) -> Observation:
    stage, row_id = scene.stage, scene.invoice.id
    selection = f"{CHANGED} lines {{ id {CHANGED} }}"
    before = stage.row(INVOICES, row_id, selection)
    (line, *_rest) = before["lines"]
    stage.update(INVOICES, row_id, {"lines": [{"id": line["id"], "totalQuantity": MORE}]})
    after = stage.row(INVOICES, row_id, selection)
    changed = next(row for row in after["lines"] if row["id"] == line["id"])
    if _moment(after) != _moment(before):
        return Observation("parent")
    return Observation("line" if _moment(changed) != _moment(line) else "neither")


def _moment(row: Row) -> str | None:
    return normalize_utc(row.get(CHANGED))


def _removed(scene: Scene, _: Parts) -> Observation:
    return removal(scene.stage, INVOICES, scene.invoice.id, "lines")


def removal(stage: Stage, traced: Traced, row_id: str, lines: str, **totals: Decimal) -> Observation:
    """What becomes of the last line of a draft when an update deletes it. `totals`: of what is left."""
    before = _line_ids(stage, traced, row_id, lines)
    gone = before[-1]
    stage.update(traced, row_id, {lines: [{"id": gone, "requestedAction": "DELETE"}], **totals})
    after = _line_ids(stage, traced, row_id, lines)
    return Observation("removed" if after == before[:-1] else "kept" if after == before else "otherwise")


def _line_ids(stage: Stage, traced: Traced, row_id: str, lines: str) -> Sequence[str]:
    found = [line["id"] for line in stage.row(traced, row_id, f"{lines} {{ id }}").get(lines) or ()]
    if not found:
        raise NotSeenError
    return found


def _replaced(scene: Scene, _: Parts) -> Observation:
    stage, row_id = scene.stage, scene.invoice.id
    before = _line_ids(stage, INVOICES, row_id, "lines")
    reply = stage.attempt_update(INVOICES, row_id, {"replaceAll": ["LINES"], "lines": scene.lines(HUNDRED, 1)})
    if refusal_of(reply):
        return Observation("declined")
    after = _line_ids(stage, INVOICES, row_id, "lines")
    if not set(before) & set(after):
        return Observation("replaced")
    return Observation("added" if len(after) == len(before) + 1 else "otherwise")


DAYS: Final = {
    "same": Meaning("stored as that day", "takes it for that day, and sends it without a time"),
    "before": Meaning("stored as the day before", "takes it for that day, and sends it without a time"),
    "otherwise": Meaning("stored with its time", "takes it for that day, and sends it without a time"),
    "declined": Meaning("refused", "sends days without a time"),
}
REMOVALS: Final = {
    "removed": Meaning("removes it", "removes lines so"),
    "kept": Meaning("is ignored", "cannot remove lines: such records are written in vain", contradicts=True),
    "otherwise": Meaning("changes other lines", "would spoil drafts: please send this report", contradicts=True),
}
INVOICE_QUESTIONS: Final = (
    WriteQuestion(
        name="draft",
        fact="a new invoice",
        sources="a draft without a number",
        outcomes={
            "draft": Meaning("is a draft without a number", "leaves it so, unless `final_acts` allows more"),
            "final": Meaning("is not a draft", "makes each invoice final at once: write none", contradicts=True),
        },
        unseen="invoice",
        ask=_draft,
    ),
    WriteQuestion(
        name="source",
        fact="sourceType of what came through the API",
        sources=BY_API,
        outcomes={
            "by_api": Meaning(BY_API, "tells its drafts by it"),
            "otherwise": Meaning("something else", "does not tell its own drafts from others", contradicts=True),
        },
        unseen="invoice, or no bill",
        ask=_source,
    ),
    WriteQuestion(
        name="mark",
        fact="look-up by a mark in the remarks",
        sources="`contains` is in the schema; nobody has tried",
        outcomes={
            "found": Meaning("finds the draft at once", "finds documents by their marks"),
            "late": Meaning("finds the draft a little later", "needs seconds between runs: set `settle_seconds`"),
            "missing": Meaning("does not find it", "would create documents again on each run", contradicts=True),
        },
        unseen="invoice",
        ask=_mark,
    ),
    WriteQuestion(
        name="rounding",
        fact="rounding of VAT",
        sources="silent: line by line, or once for each rate",
        outcomes={
            "line": Meaning("line by line", "holds documents that differ by more than `amount_tolerance`"),
            "rate": Meaning("once for each rate", "holds documents that differ by more than `amount_tolerance`"),
            "otherwise": Meaning("otherwise", "may hold documents: please send this report", contradicts=True),
        },
        unseen="invoice, or no rate but 0",
        ask=_rounding,
    ),
    WriteQuestion(
        name="rate_abroad",
        fact="rate of a sale to a business in another EU country",
        sources="silent: that of the item, or none",
        outcomes={
            "none": Meaning("none", "holds documents that state VAT"),
            "home": Meaning("that of the item", "holds documents without VAT: give their items another tax group"),
            "another": Meaning("another one", "holds documents that state another VAT"),
        },
        unseen="invoice abroad",
        ask=_rate_abroad,
    ),
    WriteQuestion(
        name="treatment_abroad",
        fact="tax treatment of such a sale",
        sources="silent; a line takes none",
        outcomes={
            "intracommunity": Meaning("one for other EU countries", "leaves it to the service"),
            "home": Meaning("the same as at home", "cannot change it: look at the VAT return before closing any"),
            "another": Meaning("another one", "cannot change it: look at the VAT return before closing any"),
            "none": Meaning("none", "cannot add one: look at the VAT return before closing any"),
        },
        unseen="invoice abroad, or no invoice at home",
        ask=_treatment_abroad,
    ),
    WriteQuestion(
        name="plain_day",
        fact="a day without a time",
        sources="shown as midnight in UTC, or as local midnight",
        outcomes={
            "utc": Meaning("shown as that day", "sends days so"),
            "local": Meaning("shown as local midnight, in UTC", "sends days so, and reads them as that day"),
            "another": Meaning("stored as another day", "would move documents by a day", contradicts=True),
        },
        unseen="invoice",
        ask=_plain_day,
    ),
    WriteQuestion(
        name="midnight",
        fact="a day as midnight with Z",
        sources="silent",
        outcomes=DAYS,
        unseen="invoice",
        ask=_midnight,
    ),
    WriteQuestion(
        name="offset",
        fact="a day with an offset, half past midnight",
        sources="silent: as written, or as in UTC",
        outcomes=DAYS,
        unseen="invoice",
        ask=_offset,
    ),
    WriteQuestion(
        name="parent_date",
        fact="date of change of an invoice when a line changes",
        sources="silent",
        outcomes={
            "parent": Meaning("moves", "asks for both dates: nothing is missed"),
            "line": Meaning("stays; that of the line moves", "asks for both dates: nothing is missed"),
            "neither": Meaning("stays, and that of the line too", "misses changes of lines", contradicts=True),
        },
        unseen="invoice",
        ask=_dates,
    ),
    WriteQuestion(
        name="line_removal",
        fact="removal of a line by `requestedAction`",
        sources="DELETE in every example; one text writes DELETED",
        outcomes=REMOVALS,
        unseen="invoice",
        ask=_removed,
    ),
    WriteQuestion(
        name="line_replacement",
        fact="`replaceAll` of lines",
        sources="available, or upcoming",
        outcomes={
            "replaced": Meaning("replaces them", "does not use it"),
            "added": Meaning("is ignored: the new line is added", "does not use it"),
            "otherwise": Meaning("does something else", "does not use it"),
            "declined": Meaning("is refused", "does not use it"),
        },
        unseen="invoice",
        ask=_replaced,
    ),
)
