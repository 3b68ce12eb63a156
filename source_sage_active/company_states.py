"""What a stream's state says of each company: an entry that cannot be read costs its own company only."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from sage_active.moments import format_utc, parse_utc

LOGGER = logging.getLogger("airbyte")
MOST_SHOWN: Final = 5
LONGEST_REASON: Final = 100


@dataclass(frozen=True, slots=True)
class CompanyState:
    """How far a company was read: up to `updated_at`, in the common notation, in a run with this `start_date`.

    `start_date` is None where the run had none, or did not say.
    """

    updated_at: str | None = None
    start_date: date | None = None

    def is_before(self, other: "CompanyState") -> bool:
        """Whether less is known to be read; text order is time order."""
        return (self.updated_at or "") < (other.updated_at or "")


class _Partition(msgspec.Struct):
    company_id: str


class _Cursor(msgspec.Struct):
    updated_at: str | None = None


class _Entry(msgspec.Struct):
    partition: _Partition
    cursor: _Cursor
    start_date: date | None = None


def company_states(state: Mapping[str, Any], stream: str, lookback: timedelta) -> dict[str, CompanyState]:
    """The state of each company; none, with a warning, for what is not one that this connector has written."""
    entries = state.get("states", []) if state else []
    if not isinstance(entries, list):
        LOGGER.warning("Stream %s: the state has no list of companies; everything is read again.", stream)
        return {}
    found: dict[str, CompanyState] = {}
    unreadable: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        try:
            read = msgspec.convert(entry, type=_Entry)
            company, known = read.partition.company_id, CompanyState(_moment(read.cursor, lookback), read.start_date)
        except (msgspec.ValidationError, ValueError, OverflowError) as error:
            unreadable[_company_of(entry) or f"number {number}"] = str(error)[:LONGEST_REASON]
            continue
        # Of two entries of one company the earlier one loses nothing.
        if company not in found or known.is_before(found[company]):
            found[company] = known
    if unreadable:
        examples = "; ".join(f"{company}: {error}" for company, error in list(unreadable.items())[:MOST_SHOWN])
        LOGGER.warning(
            "Stream %s: the state cannot be read for %d of its companies, which are read in full (%s%s).",
            stream,
            len(unreadable),
            examples,
            " …" if len(unreadable) > MOST_SHOWN else "",
        )
    return {company: known for company, known in found.items() if company not in unreadable}


def _moment(cursor: _Cursor, lookback: timedelta) -> str | None:
    """The moment of a cursor in the one notation in which moments are compared. Raises an error if it is none."""
    if not cursor.updated_at:
        return None
    moment = parse_utc(cursor.updated_at)
    # A moment at the very beginning of the calendar is none to begin a read from either.
    _ = moment - lookback
    return format_utc(moment)


def _company_of(entry: Any) -> str | None:
    partition = entry.get("partition") if isinstance(entry, Mapping) else None
    company = partition.get("company_id") if isinstance(partition, Mapping) else None
    return company if isinstance(company, str) else None
