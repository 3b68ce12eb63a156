"""Rows that weigh much, or little and are very many: one object each, by the name that the table of targets has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from benchmarks.rows import DIRECT, DIRECT_DATES, MAESN, child, loader, new_id
from benchmarks.tables import Maker, Row, Table

ENTRY_LINES: Final = 60
# A block of prepared rows must stay small however heavy they are.
HEAVY_ROWS_PER_DAY: Final = 100


@dataclass(frozen=True)
class HeavyRows:
    """Rows of one object. `stream`: what the connector calls it; `root`: its root, or its path at Maesn."""

    connection: str
    stream: str
    root: str
    table: Table


def _entry_line(random: Random) -> Row:
    return child(
        random,
        accountingEntryId=new_id(random),
        **loader(random, "subAccount", code={"value": str(random.randint(10000, 99999))}),
        order=random.randint(1, ENTRY_LINES),
        documentNumber=f"RE-{random.randint(10000, 99999)}",
        description="Wartungspauschale, 2. Wahl",
        debitAmount=random.randint(1, 10**7) / 100,
        creditAmount=0.0,
        accountingEntryDimensionTags=[child(random, dimensionId=new_id(random), dimensionTagId=new_id(random))],
        accountingEntryPayment=None,
        accountingEntryInvoice=None,
    )


def _single_entry_line(random: Random) -> Row:
    """A line as a row of its own: key and dates are the table's."""
    return {name: value for name, value in _entry_line(random).items() if name not in ("id", *DIRECT_DATES)}


def _entry(random: Random) -> Row:
    return {
        "date": "2019-01-01T00:00:00.000Z",
        **loader(random, "journalType", code="VT"),
        "number": random.randint(1, 99999),
        "description": "Ausgangsrechnung",
        "isClosed": False,
        "accountingEntryLines": [_entry_line(random) for _ in range(ENTRY_LINES)],
    }


def _dimension(random: Random) -> Row:
    """What a line is tagged with: hardly more than its ids."""
    return {
        "accountingEntryLineId": new_id(random),
        "dimensionId": new_id(random),
        "dimensionTagId": new_id(random),
        "amount": random.randint(1, 10**7) / 100,
    }


def _grown(maker: Maker, member: str, size: int) -> Maker:
    """Makes the same rows with so many elements of `member` that they weigh at least `size` bytes."""

    def grown(random: Random) -> Row:
        row = maker(random)
        element = row[member][0]
        padding = size - len(json.dumps(row, ensure_ascii=False).encode())
        number = max(0, padding) // len(json.dumps(element, ensure_ascii=False).encode()) + 1
        return {**row, member: [*row[member], *(maker(random)[member][0] for _ in range(number))]}

    return grown


def _direct_invoices(size: int) -> HeavyRows:
    table = DIRECT["salesInvoices"]
    heavy = replace(table, maker=_grown(table.maker, "lines", size), rows_per_day=HEAVY_ROWS_PER_DAY)
    return HeavyRows("direct", "invoices", "salesInvoices", heavy)


def _maesn_invoices(size: int) -> HeavyRows:
    table = MAESN["invoices"]
    heavy = replace(table, maker=_grown(table.maker, "lineItems", size), rows_per_day=HEAVY_ROWS_PER_DAY)
    return HeavyRows("maesn", "invoices", "invoices", heavy)


_ENTRIES: Final = Table(5, "id", DIRECT_DATES, _entry, rows_per_day=HEAVY_ROWS_PER_DAY)
_ENTRY_LINES: Final = Table(6, "id", DIRECT_DATES, _single_entry_line)
_DIMENSIONS: Final = Table(8, "id", DIRECT_DATES, _dimension)
LIGHT: Final = "light rows"
HEAVY: Final[Mapping[str, HeavyRows]] = {
    "invoices of 20 KB": _direct_invoices(20_000),
    "invoices of 200 KB": _direct_invoices(200_000),
    f"entries of {ENTRY_LINES} lines": HeavyRows("direct", "journal_entries", "accountingEntries", _ENTRIES),
    "entry lines": HeavyRows("direct", "journal_entry_lines", "accountingEntryLines", _ENTRY_LINES),
    LIGHT: HeavyRows("direct", "journal_entry_dimensions", "accountingEntryDimensionTags", _DIMENSIONS),
    "Maesn's invoices of 20 KB": _maesn_invoices(20_000),
    "Maesn's invoices of 200 KB": _maesn_invoices(200_000),
}
