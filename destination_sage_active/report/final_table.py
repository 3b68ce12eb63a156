"""What a run makes final, or would make final: for each object, month and VAT rate the documents and their amounts."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from destination_sage_active.plan.amounts.exact import EXACT, ZERO, format_amount
from destination_sage_active.plan.amounts.rate_shares import Share
from sage_active.client import Company
from sage_active.counted import counted

MONTH: Final = len("2026-01")


@dataclass(slots=True)
class _Sum:
    """The documents of one row of the table; one with several rates is in several rows."""

    documents: int = 0
    net: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO

    def add(self, share: Share) -> None:
        self.documents += 1
        self.net, self.tax = EXACT.add(self.net, share.net), EXACT.add(self.tax, share.tax)
        self.total = EXACT.add(self.total, share.total)

    def __str__(self) -> str:
        documents = counted(self.documents, "document", "documents")
        net, tax, total = map(format_amount, (self.net, self.tax, self.total))
        return f"{documents}, net {net}, VAT {tax}, total {total}"


class FinalTable:
    """The table of one sync. `is_dry_run`: its rows are what would become final."""

    def __init__(self, log: logging.Logger, *, is_dry_run: bool) -> None:
        self._log = log
        self._is_dry_run = is_dry_run
        self._sums: dict[tuple[str, str, str, Decimal | None], _Sum] = {}
        self._plain: dict[tuple[str, str, str], tuple[int, Decimal]] = {}

    def add(self, name: str, company: Company, day: str, shares: Sequence[Share]) -> None:
        """Takes one document of an object, by its shares at each rate."""
        for share in shares:
            key = (name, company.label, day[:MONTH], share.rate)
            self._sums.setdefault(key, _Sum()).add(share)

    def add_plain(self, name: str, company: Company, day: str, total: Decimal) -> None:
        """Takes one record of an object that has no rates."""
        documents, before = self._plain.get((name, company.label, day[:MONTH]), (0, ZERO))
        self._plain[name, company.label, day[:MONTH]] = documents + 1, EXACT.add(before, total)

    def tell(self) -> None:
        """Logs the table, a line for each row; nothing where it is empty."""
        for line in self._lines():
            self._log.info("%s: %s", "Would become final" if self._is_dry_run else "Became final", line)

    def _lines(self) -> Iterator[str]:
        unknown = Decimal(-1)
        for key in sorted(self._sums, key=lambda at: (*at[:3], unknown if at[3] is None else at[3])):
            name, company, month, rate = key
            at_rate = "VAT rate not known yet" if rate is None else f"VAT rate {rate:f} %"
            yield f"{name}, {company}, {month}, {at_rate}: {self._sums[key]}."
        for (name, company, month), (records, total) in sorted(self._plain.items()):
            yield f"{name}, {company}, {month}: {counted(records, 'record', 'records')}, total {format_amount(total)}."
