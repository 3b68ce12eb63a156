"""What was open on a day, worked out from the sandbox's entries one payment after the other."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from integration_tests.models.ledger_figures import CLOSURES, OPENINGS
from integration_tests.models.world import World
from sage_active_sandbox.store import Company

KINDS = {"ar": "CUSTOMER", "ap": "SUPPLIER"}
BUCKETS = ((0, "not due"), (30, "1-30"), (60, "31-60"), (90, "61-90"))
Open = dict[tuple[str, str], Decimal]
"""Amounts by the code of a third party and the bucket."""


class Instalment(NamedTuple):
    """A part of a line: when it is due, and what is owed."""

    due: date
    amount: Decimal


def bucket(due: date, day: date) -> str:
    """The bucket of a due date on a day."""
    overdue = (day - due).days
    return next((name for most, name in BUCKETS if overdue <= most), "over 90")


def open_on(world: World, company: Company, kind: str, day: date) -> Open:
    """What was open on a day by third party and bucket: every payment goes to the earliest due date of its match."""
    matches: dict[tuple[str, str], list[Instalment]] = defaultdict(list)
    for entry, line in world.entries(company):
        party = line["accountingEntryThirdParty"]
        if not party or party["origin"] != KINDS[kind] or entry["date"].date() > day or _repeats(entry):
            continue
        payment = line["accountingEntryPayment"]
        matches[party["code"], payment["matchId"] if payment else line["id"]] += _instalments(entry, line, kind)
    found: Open = defaultdict(Decimal)
    for (code, _), instalments in matches.items():
        for due, amount in _left(instalments):
            found[code, bucket(due, day)] += amount
    return {key: amount for key, amount in found.items() if amount}


def _repeats(entry: Any) -> bool:
    return entry["entryType"] in OPENINGS or entry["entryType"] in CLOSURES


def _instalments(entry: Any, line: Any, kind: str) -> Iterator[Instalment]:
    owed = (line["debitAmount"] - line["creditAmount"]) * (1 if kind == "ar" else -1)
    part = line["accountingEntryInvoice"]
    items = sorted(part["openItems"], key=lambda item: item["dueDate"]) if part else []
    if not items:
        yield Instalment(entry["date"].date(), owed)
        return
    turned = (owed < 0) is not (part["amount"] < 0)
    amounts = [-item["amount"] if turned else item["amount"] for item in items]
    assert sum(amounts) == owed
    yield from (
        Instalment(item["dueDate"].date(), amount) for item, amount in zip(items, amounts, strict=True) if amount
    )


def _left(instalments: list[Instalment]) -> Iterator[Instalment]:
    """What is left of the instalments of a match after all of the smaller side has gone to the other one."""
    waiting = sorted((one for one in instalments if one.amount > 0), key=lambda one: one.due)
    settling = sorted((one for one in instalments if one.amount < 0), key=lambda one: one.due)
    while waiting and settling:
        left = waiting[0].amount + settling[0].amount
        due, paid_on = waiting.pop(0).due, settling.pop(0).due
        if left > 0:
            waiting.insert(0, Instalment(due, left))
        elif left < 0:
            settling.insert(0, Instalment(paid_on, left))
    yield from (*waiting, *settling)
