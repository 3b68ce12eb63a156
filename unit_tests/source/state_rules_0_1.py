"""How version 0.1 read a state, frozen: what a later version writes must mean no more to it than what was read.

0.1 believed the last entry of a company, and read everything when any entry could not be read.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from sage_active.moments import parse_utc


class _Partition(msgspec.Struct):
    company_id: str


class _Cursor(msgspec.Struct):
    updated_at: str | None = None


class _CompanyState(msgspec.Struct):
    partition: _Partition
    cursor: _Cursor


class _State(msgspec.Struct):
    states: list[_CompanyState] = []


def since_of_0_1(
    state: Mapping[str, Any], connection: str, company_id: str, lookback: timedelta = timedelta(0)
) -> datetime | None:
    """From when on 0.1 would ask for a company's changes; None reads it in full."""
    if state.get("connection") != connection:
        return None
    try:
        read = msgspec.convert(dict(state), type=_State)
        cursors = {entry.partition.company_id: entry.cursor.updated_at for entry in read.states}
        moments = {company: parse_utc(cursor) - lookback for company, cursor in cursors.items() if cursor}
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
    return moments.get(company_id)
