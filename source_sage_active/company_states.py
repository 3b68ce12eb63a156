"""What a stream's state says of each company, read and written: the only module that knows the form of an entry.

An entry that cannot be read costs its own company only. Members that no version has defined are ignored.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from sage_active.client import COMPANY_COLUMN, CURSOR_COLUMN
from sage_active.existing import Existing
from sage_active.moments import format_utc, parse_utc, whole_second
from source_sage_active.checkpoint import Checkpoint, ResumeMember

LOGGER = logging.getLogger("airbyte")
MOST_SHOWN: Final = 5
LONGEST_REASON: Final = 100
# What an entry raises that this connector cannot have written.
UNREADABLE: Final = (msgspec.ValidationError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class CompanyState:
    """How far a company was read: up to `updated_at`, in the common notation, in a run with this `start_date`.

    `start_date` is None where the run had none, or did not say. `resume`: how far a later read has come that is not
    finished. `existing`: the rows that a run has counted on top of that, for the next one to say how many are gone.
    """

    updated_at: str | None = None
    start_date: date | None = None
    resume: Checkpoint | None = None
    existing: Existing | None = None

    def is_before(self, other: "CompanyState") -> bool:
        """Whether less is read: to an earlier moment; to the same one from a later day on, or no further."""
        return self._known < other._known

    @property
    def _known(self) -> tuple[str, int, bool]:
        # Text order is time order.
        return self.updated_at or "", -(self.start_date or date.min).toordinal(), self.resume is not None

    def entry(self, company_id: str) -> dict[str, Any]:
        """The company's entry in the list `states`."""
        start = {"start_date": self.start_date.isoformat()} if self.start_date else {}
        required = {"partition": {COMPANY_COLUMN: company_id}, "cursor": {CURSOR_COLUMN: self.updated_at}}
        resume = {"resume": self.resume.member()} if self.resume else {}
        counted = {"at": whole_second(self.existing.at), "count": self.existing.count} if self.existing else None
        return {**required, **start, **({"existing": counted} if counted else {}), **resume}


class _Partition(msgspec.Struct):
    company_id: str


class _Cursor(msgspec.Struct):
    updated_at: str | None = None


class _Existing(msgspec.Struct):
    """How many rows there were, at a moment or before a day."""

    at: str
    count: int


class _Entry(msgspec.Struct):
    partition: _Partition
    cursor: _Cursor
    start_date: date | None = None
    existing: _Existing | None = None
    resume: ResumeMember | None = None


def company_states(state: Mapping[str, Any], stream: str, lookback: timedelta) -> dict[str, CompanyState]:
    """The state of each company; none, with a warning, for what is not one that this connector has written."""
    entries = state.get("states", []) if state else []
    if not isinstance(entries, list):
        LOGGER.warning("Stream %s: the state has no list of companies; everything is read again.", stream)
        return {}
    found: dict[str, CompanyState] = {}
    unreadable: dict[str, str] = {}
    repeated: dict[str, None] = {}
    for number, entry in enumerate(entries, 1):
        try:
            company, known = _read(entry, lookback)
        except UNREADABLE as error:
            unreadable[_company_of(entry) or f"number {number}"] = str(error)[:LONGEST_REASON]
            continue
        if company in found:
            repeated[company] = None
        # Of several entries of one company the earliest one loses nothing.
        if company not in found or known.is_before(found[company]):
            found[company] = known
    if repeated:
        LOGGER.warning(
            "Stream %s: the state has more than one entry for %d of its companies; the earliest one counts (%s).",
            stream,
            len(repeated),
            _examples(list(repeated)),
        )
    if unreadable:
        LOGGER.warning(
            "Stream %s: the state cannot be read for %d of its companies, which are read in full (%s).",
            stream,
            len(unreadable),
            _examples([f"{company}: {error}" for company, error in unreadable.items()]),
        )
    return {company: known for company, known in found.items() if company not in unreadable}


def existing_rows(state: Mapping[str, Any], connection: str) -> dict[str, Existing]:
    """What the last run through the same connection has counted, by company; entries that cannot be read say nothing.

    `company_states` names these, where the state is one to go on from.
    """
    entries = state.get("states") if state.get("connection") == connection else None
    found: dict[str, Existing] = {}
    for entry in entries if isinstance(entries, list) else ():
        try:
            company, known = _read(entry, timedelta(0))
        except UNREADABLE:
            continue
        before = found.get(company)
        if known.existing and (before is None or before.at < known.existing.at):
            found[company] = known.existing
    return found


def _read(entry: Any, lookback: timedelta) -> tuple[str, CompanyState]:
    """Company and state of an entry. Raises an error for one that this connector cannot have written."""
    typed = msgspec.convert(entry, type=_Entry)
    existing = Existing(parse_utc(typed.existing.at), typed.existing.count) if typed.existing else None
    resume = _resume(typed.resume, lookback)
    return typed.partition.company_id, CompanyState(_moment(typed.cursor, lookback), typed.start_date, resume, existing)


def _resume(member: ResumeMember | None, lookback: timedelta) -> Checkpoint | None:
    """What a read has left that was not finished. Raises an error if it cannot be gone on with."""
    if member is None:
        return None
    checkpoint = Checkpoint.of(member)
    _ = checkpoint.started_at - lookback
    return checkpoint


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


def _examples(subjects: Sequence[str]) -> str:
    return "; ".join(subjects[:MOST_SHOWN]) + (" …" if len(subjects) > MOST_SHOWN else "")
