"""Changes of rows as somebody at the product makes them, with the dates that move (switches)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sage_active_sandbox.store import Row, Store
from sage_active_sandbox.switches import Switches

NO_MATCH = dict.fromkeys(("matching", "matchingLetter", "matchId"))


def touch(
    store: Store,
    switches: Switches,
    company_id: str,
    type_name: str,
    row_id: str,
    changes: Mapping[str, Any],
    path: str,
) -> Row:
    """Change the part of a row that the dotted path leads to, and stamp what its change moves.

    Of a list on the way the first element counts; a part that is not there leaves the row as it is. KeyError without
    the row.
    """
    row = store.table(company_id, type_name)[row_id]
    moved = _change(row, [name for name in path.split(".") if name], changes, store.clock.now(), switches)
    return store.replace(company_id, type_name, row, stamp=moved)


def unmatch(store: Store, switches: Switches, company_id: str, match_ids: Collection[str]) -> list[str]:
    """Undo matches of entry lines (switch unmatching), for the ids of their entries. Open items stay as they are."""
    now, changed = store.clock.now(), []
    for entry in [*store.table(company_id, "AccountingEntry").values()]:
        lines = [
            line
            for line in entry.get("accountingEntryLines") or ()
            if (line.get("accountingEntryPayment") or {}).get("matchId") in match_ids
        ]
        for line in lines:
            if switches.unmatching == "removes_row":
                line["accountingEntryPayment"] = None
            else:
                line["accountingEntryPayment"].update(NO_MATCH, modificationDate=now)
            if switches.owned_dates_move:
                line["modificationDate"] = now
        if lines:
            changed.append(entry["id"])
            store.replace(
                company_id, "AccountingEntry", entry, stamp=switches.owned_dates_move and switches.parent_dates_move
            )
    return changed


def _change(row: Row, path: list[str], changes: Mapping[str, Any], now: datetime, switches: Switches) -> bool:
    """Does the change move the date of what holds the row."""
    if not path:
        row.update(changes)
        row["modificationDate"] = now
        return True
    part = row.get(path[0])
    moves = switches.parent_dates_move if isinstance(part, list) else switches.owned_dates_move
    element = next(iter(part), None) if isinstance(part, list) else part
    moved = element is None or _change(element, path[1:], changes, now, switches)
    if moved and moves:
        row["modificationDate"] = now
    return moved and moves
