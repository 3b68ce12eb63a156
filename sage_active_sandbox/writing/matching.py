"""Matches a payment with what it settles, together with what was matched with that before.

Source: docs/reference/accounting.md, "Payments and matching".
"""

import copy
import uuid
from collections.abc import Collection, Iterable

from sage_active_sandbox.data.payments import letters, match_lines
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.target import Target

SERIES = "matching letter"


def match_payment(payment: Row, settled: Collection[str], party_id: str, target: Target) -> None:
    """Give the third party's lines of the payment and of the entries ``settled`` (ids) one letter.

    ``payment`` is changed in place; the other entries are stored again.
    """
    table = target.table("AccountingEntry")
    known = {_match(line) for row_id in settled for line in _lines(table[row_id], party_id)} - {None}
    joined = [
        copy.deepcopy(entry)
        for entry in table.values()
        if entry["id"] in settled or any(_match(line) in known for line in _lines(entry, party_id))
    ]
    lines = [
        line for entry in joined for line in _lines(entry, party_id) if entry["id"] in settled or _match(line) in known
    ]
    lines += _lines(payment, party_id)
    moment = target.store.clock.now()
    match_lines(target.stamped, lines, moment, match_id=str(uuid.uuid4()), letter=_next_letter(table.values(), target))
    for entry in joined:
        target.store.replace(target.company.id, "AccountingEntry", entry, stamp=target.switches.parent_dates_move)


def _lines(entry: Row, party_id: str) -> list[Row]:
    return [
        line
        for line in entry["accountingEntryLines"]
        if (line["accountingEntryThirdParty"] or {}).get("thirdPartyId") == party_id
    ]


def _match(line: Row) -> str | None:
    payment = line["accountingEntryPayment"]
    return payment["matchId"] if payment else None


def _next_letter(entries: Iterable[Row], target: Target) -> str:
    """The next letter; letters of matches that were undone may be given out again before the first of the counter."""
    counters = target.company.counters
    if SERIES not in counters:
        lines = (line for entry in entries for line in entry["accountingEntryLines"])
        counters[SERIES] = len({_match(line) for line in lines} - {None})
    counters[SERIES] += 1
    return letters(counters[SERIES] - 1)
