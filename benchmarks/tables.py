"""Prepared rows: serialised once, and any page is cut out of them without making JSON again.

A block holds the rows of one day. Later days are the same bytes with another day and other ids: two million rows need
no more memory than two hundred thousand. Children have dates of their own, on the day of their row; of some rows one is
later than the row itself.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from itertools import count
from random import Random
from typing import Any, Final

ROWS_PER_DAY: Final = 1000
SECONDS_BETWEEN_ROWS: Final = 86
MODIFIED_AFTER: Final = 30
# Of a small set every row is serialised before it is first measured.
DAYS_KEPT: Final = 64
# Heavy rows keep fewer days.
BYTES_KEPT: Final = 128 << 20
FIRST_DAY: Final = date(2019, 1, 1)
# What makers put where a child's dates belong.
CHILD_CREATED: Final = "<created>"
CHILD_MODIFIED: Final = "<modified>"
# The dates of a row's children lie so many seconds after the row's creation, and differ.
CREATED_WITHIN: Final = 25
MODIFIED_FROM, MODIFIED_STEP, MODIFIED_STEPS = 60, 10, 9
CHILDREN_WITHIN: Final = timedelta(seconds=MODIFIED_FROM + MODIFIED_STEP * MODIFIED_STEPS)
Row = dict[str, Any]
Maker = Callable[[Random], Row]
Span = tuple[int, int]
# Members of a row, and what they are called in the answer: (alias, member).
Members = tuple[tuple[str, str], ...]

_CHILD_DATE: Final = re.compile(f"{CHILD_CREATED}|{CHILD_MODIFIED}".encode())
# Every row's key begins like this, and then has its number.
_NO_DAY: Final = b'"00000000-'
_FIRST_DAY: Final = FIRST_DAY.isoformat().encode()
_OF_DAY: Final = re.compile(b"(%s|%s)" % (re.escape(_NO_DAY), re.escape(_FIRST_DAY)))


@dataclass(frozen=True)
class Table:
    """One object's rows: their key, the members that hold dates and how much later than the creation they are.

    `maker`: what else is in a row; `members`: the members that are sent, None for all of them.
    """

    number: int
    key: str
    dates: Mapping[str, int]
    maker: Maker
    rows: int = 0
    rows_per_day: int = ROWS_PER_DAY
    members: Members | None = None

    @cached_property
    def _block(self) -> "_Block":
        return _Block.of(self)

    @cached_property
    def sample(self) -> Row:
        """A row: in what is not a date or an id, no filter tells the rows of a table apart."""
        return {self.key: "", **dict.fromkeys(self.dates, ""), **self.maker(Random(self.number))}

    def selecting(self, members: Members) -> "Table":
        """The same rows with these members of what they have; this table where these are all."""
        known = tuple((alias, member) for alias, member in members if member in self.sample)
        is_whole = len(known) == len(self.sample) and all(alias == member for alias, member in known)
        return self if is_whole else replace(self, members=known)

    def page(self, start: int, stop: int) -> bytes:
        """Rows `start` (included) to `stop` (excluded) as elements of a JSON array."""
        parts = []
        while start < stop:
            day, first = divmod(start, self.rows_per_day)
            last = min(self.rows_per_day, first + stop - start)
            parts.append(self._block.rows(day, first, last))
            start += last - first
        return b",".join(parts)

    def first_at_or_after(self, member: str, moment: datetime) -> int:
        """The index of the first row of which this date is not earlier; rows are in the order of creation."""
        seconds = (moment - timedelta(seconds=self.dates[member]) - _midnight(FIRST_DAY)).total_seconds()
        day, second = divmod(seconds, 86400)
        within = min(self.rows_per_day, -int(-second // SECONDS_BETWEEN_ROWS))
        return max(0, min(self.rows, int(day) * self.rows_per_day + within))

    def with_children_at_or_after(self, moment: datetime) -> list[Span]:
        """The rows that have a child of which a date is not earlier than that."""
        latest = self._block.latest_children
        if not latest:
            return []
        created = min(self.dates, key=lambda name: self.dates[name])
        begin, end = (self.first_at_or_after(created, bound) for bound in (moment - CHILDREN_WITHIN, moment))
        late = [
            number
            for number in range(begin, end)
            if (shift := latest.get(number % self.rows_per_day)) is not None
            and self._created(number) + timedelta(seconds=shift) >= moment
        ]
        return [*((number, number + 1) for number in late), *([(end, self.rows)] if end < self.rows else [])]

    def _created(self, number: int) -> datetime:
        day, within = divmod(number, self.rows_per_day)
        return _created(within) + timedelta(days=day)


@dataclass(frozen=True)
class _Block:
    """The rows of the first day, comma between them, where each begins, and how late the latest child of each is."""

    content: bytes
    starts: list[int]
    latest_children: dict[int, int]

    @classmethod
    def of(cls, table: Table) -> "_Block":
        random = Random(table.number)
        content = bytearray()
        starts: list[int] = []
        latest_children: dict[int, int] = {}
        for number in range(table.rows_per_day):
            created = _created(number)
            dates: Row = {name: moment_text(created + timedelta(seconds=shift)) for name, shift in table.dates.items()}
            key: Row = {table.key: f"00000000-{number:04x}-4000-8000-{table.number:012x}"}
            row = key | dates | table.maker(random)
            if table.members is not None:
                row = {alias: row.get(member) for alias, member in table.members}
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
            text, shifts = _with_child_dates(text, created)
            if shifts:
                latest_children[number] = max(shifts)
            starts.append(len(content))
            content += text + b","
        starts.append(len(content))
        return cls(bytes(content), starts, latest_children)

    def rows(self, day: int, first: int, last: int) -> bytes:
        """Rows of a later day."""
        return self._day(day)[self.starts[first] : self.starts[last] - 1]

    @cached_property
    def _day(self) -> Callable[[int], bytes]:
        """The content with another day and other ids; the last ones made are kept."""

        # What stays the same, and between it what does not: joining is faster than searching again.
        pieces = _OF_DAY.split(self.content)
        are_ids = [piece == _NO_DAY for piece in pieces[1::2]]

        @lru_cache(max(1, min(DAYS_KEPT, BYTES_KEPT // len(self.content))))
        def content(day: int) -> bytes:
            key, today = b'"%08x-' % day, (FIRST_DAY + timedelta(days=day)).isoformat().encode()
            changed = pieces.copy()
            changed[1::2] = [key if is_id else today for is_id in are_ids]
            return b"".join(changed)

        return content


def _with_child_dates(row: bytes, created: datetime) -> tuple[bytes, list[int]]:
    """The row with the dates of its children, and how many seconds after the row's creation each is."""
    shifts: list[int] = []
    numbers = count()

    def dated(found: re.Match[bytes]) -> bytes:
        number = next(numbers)
        if found[0].decode() == CHILD_CREATED:
            shifts.append(number % CREATED_WITHIN)
        else:
            shifts.append(MODIFIED_FROM + MODIFIED_STEP * (number % MODIFIED_STEPS))
        return moment_text(created + timedelta(seconds=shifts[-1])).encode()

    return _CHILD_DATE.sub(dated, row), shifts


def moment_text(moment: datetime) -> str:
    """A moment as both APIs write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.123Z"


def _created(number: int) -> datetime:
    return _midnight(FIRST_DAY) + timedelta(seconds=number * SECONDS_BETWEEN_ROWS)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
