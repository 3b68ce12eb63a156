"""The numbers of sales documents and the series that they are of; invoices and credit notes share theirs.

Source: docs/reference/documents.md, "Numbers and their series".
"""

from datetime import datetime

from sage_active_sandbox.acts import Act, ActKind
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems, refused
from sage_active_sandbox.writing.target import Target


def default_series(target: Target, operation: str) -> str | None:
    """The id of the series that documents of an operation have where they name none."""
    members = {"operation": operation}
    return target.first_id("OperationalNumberPresetText", isDefault=True, **members) or target.first_id(
        "OperationalNumberPresetText", **members
    )


def last_date(series: str | None, target: Target) -> datetime | None:
    """The latest date of the numbered documents of a series."""
    rows = target.table("SalesInvoice").values()
    numbered = (row for row in rows if row["status"] != "Pending" and row["operationalNumberPresetTextId"] == series)
    return max((row["documentDate"] for row in numbered), default=None)


def check_number(type_name: str, row: Row, target: Target, problems: Problems) -> None:
    """Note a problem if another document of the type has the row's number (switch document_numbers)."""
    if target.switches.document_numbers == "repeatable":
        return
    number = row["operationalNumber"]
    others = (other for other in target.table(type_name).values() if other["id"] != row["id"])
    if any(other.get("operationalNumber") == number for other in others):
        problems.add("codeTaken", "operationalNumber", value=number)


def number_by_update(row: Row, before: Row, target: Target, problems: Problems) -> bool:
    """What becomes of a number that an update gives to a draft (switch draft_numbers); is it closed with it."""
    number, setting = row.get("operationalNumber"), target.switches.draft_numbers
    if number == before["operationalNumber"]:
        return False
    if setting == "ignored":
        row["operationalNumber"] = before["operationalNumber"]
    elif setting == "refused":
        problems.add("notModifiable", "operationalNumber")
    elif number:
        check_number("SalesInvoice", row, target, problems)
    return setting == "closes" and bool(number)


def give_number(row: Row, target: Target) -> None:
    """Give a draft the next number of its series, unless it has one; RefusedError if it is too late for its date."""
    if target.switches.backdated_closing == "refused":
        last = last_date(row["operationalNumberPresetTextId"], target)
        if last is not None and row["documentDate"] < last:
            raise refused("backdated", "documentDate", value=row["documentDate"].date(), allowed=last.date())
    row["operationalNumber"] = row["operationalNumber"] or next_number("SalesInvoice", row, target)


def note(kind: ActKind, row: Row, target: Target) -> None:
    """Note an act on a document that has its number."""
    target.store.acts.append(
        Act(
            kind,
            target.company.id,
            row["id"],
            row["operationalNumberPresetTextId"],
            row["operationalNumber"],
            row["documentDate"],
        )
    )


def next_number(type_name: str, row: Row, target: Target) -> str:
    """The next free number of the document's series in its year."""
    preset = target.table("OperationalNumberPresetText").get(row["operationalNumberPresetTextId"] or "", {})
    prefix = f"{preset.get('presetText') or ''}{row['documentDate'].year}-"
    taken = {other.get("operationalNumber") for other in target.table(type_name).values()}
    return target.next_number(f"{type_name} {prefix}", taken, f"{prefix}{{n:05}}", 1)
