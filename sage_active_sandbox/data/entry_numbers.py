"""Numbers of entries, and the dimension amounts of their lines (docs/reference/accounting.md, "Entries")."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.totals import ZERO, percent
from sage_active_sandbox.store import Row, Table

ORDER_IN_A_DAY = {
    "OPENING": 0,
    "TEMPORARY_CARRY_FORWARD": 0,
    "CLOSURE_ACCOUNTING": 2,
    "CLOSURE_WORTH": 3,
    "CLOSURE_EXERCISE": 4,
}
ORDINARY = 1
TAGGED_SHARE = 0.4
SPLIT_SHARE = 0.3
SPLIT = Decimal(60)


def numbered(entries: Iterable[Row], books: Books) -> list[Row]:
    """The entries by date, numbered through all exercises (switch entry_numbers); in DE with the automatic counter."""
    rows = sorted(entries, key=_position)
    for number, row in enumerate(rows, start=1):
        row["number"] = number
        row["tanNumber"] = number if books.market.code == "DE" else None
    return rows


def dimension_tags(entries: Iterable[Row], books: Books, dimensions: Table, maker: Maker) -> None:
    """Tag a share of the lines on accounts of the result, some of them with two tags of one dimension."""
    choices = [row for row in dimensions.values() if row["dimensionTags"]]
    for entry in entries:
        for line in entry["accountingEntryLines"]:
            account = books.account_rows.get(line["subAccountId"])
            if account is None or account["accountType"] != "INCOME_STATEMENT" or not choices:
                continue
            if maker.chance(TAGGED_SHARE):
                _tag(line, maker.pick(choices), maker)


def _tag(line: Row, dimension: Row, maker: Maker) -> None:
    amount: Decimal = line["debitAmount"] + line["creditAmount"]
    tags = dimension["dimensionTags"]
    share = percent(amount, SPLIT) if maker.chance(SPLIT_SHARE) else amount
    first = maker.rng.randrange(len(tags))
    parts = [share, amount - share] if share != amount else [amount]
    line["accountingEntryDimensionTags"] = [
        {
            "id": maker.uuid(),
            "creationDate": line["creationDate"],
            "modificationDate": None,
            "accountingEntryLineId": line["id"],
            "dimensionId": dimension["id"],
            "dimensionTagId": tags[(first + position) % len(tags)]["id"],
            "amount": part,
        }
        for position, part in enumerate(parts)
        if part != ZERO
    ]


def _position(row: Row) -> tuple[Any, ...]:
    return row["date"], ORDER_IN_A_DAY.get(row["entryType"], ORDINARY), row["creationDate"]
