"""Payments that the bank brings as well: as movements that wait to be linked with an entry."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from destination_sage_active.plan.amounts.exact import decimal_of
from destination_sage_active.record.rejection import Held
from sage_active.client import Company
from sage_active.days import nearest_day
from sage_active.resources.settlement import BankFeed
from sage_active.writing import Row, WriteClient

AS_WELL: Final = (
    "the bank feed brings it as well: a movement of {day} with the same amount waits ({id}). If it is this payment, "
    "link it in Sage Active and leave the record out; else link it with what it pays, or dismiss it, and send the "
    "record again"
)


class BankMovements:
    """Those of the companies of one sync; the bank accounts of each are read once."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client
        self._accounts: dict[str, list[Row]] = {}

    def require_none(
        self, company: Company, feed: BankFeed, method: Row, amount: Decimal, day: str, member: str
    ) -> None:
        """Raises `Held` where a movement of the method's account waits that has the amount and nearly the day.

        `member`: what messages name. Raises `SageActiveError`.
        """
        kind, cash = feed.cash
        if method.get(kind) == cash:
            return
        accounts = self._accounts_of(company, feed, method)
        day_of_payment = date.fromisoformat(day)
        first, end = (day_of_payment + timedelta(days=days) for days in (-feed.days - 1, feed.days + 1))
        members = (feed.account, feed.amount, feed.day, feed.status)
        where: list[Row] = [
            {feed.amount: {"in": [amount, amount.copy_negate()]}},
            {feed.day: {"gte": _midnight(first), "lte": _midnight(end)}},
        ]
        for row in self._client.select(company, feed.type, [(name,) for name in members], where):
            moved, posted = decimal_of(row.get(feed.amount)), nearest_day(str(row.get(feed.day) or ""))
            is_same = moved is not None and moved.copy_abs() == amount
            is_near = posted is None or abs((posted - day_of_payment).days) <= feed.days
            is_here = not accounts or str(row.get(feed.account) or "").lower() in accounts
            if is_same and is_near and is_here and row.get(feed.status) not in feed.final_states:
                raise Held(member, AS_WELL.format(day=posted or "an unknown day", id=row.get("id")))

    def _accounts_of(self, company: Company, feed: BankFeed, method: Row) -> frozenset[str]:
        """The ids of the bank accounts of a payment method; none where that cannot be told."""
        if company.id not in self._accounts:
            self._accounts[company.id] = [*self._client.select(company, feed.accounts, [(feed.ledger_account,)])]
        ledger_account = str(method.get(feed.ledger_account) or "").lower()
        rows = self._accounts[company.id]
        same = (row for row in rows if str(row.get(feed.ledger_account) or "").lower() == ledger_account)
        return frozenset(str(row.get("id") or "").lower() for row in same if ledger_account)


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
