"""What is decoded of rows that are dated by days of their own: the key, and the latest of these dates."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

import msgspec

from sage_active.client import Page
from sage_active.head_struct import OWN_MEMBERS, clashing, struct
from sage_active.moments import NEVER, normalize_utc
from sage_active.odd_rows import UNREADABLE_ROW, odd_page
from sage_active.resources.resource import ByDate

Text = str | None


class DayHeads:
    """A decoder for rows of a `ByDate` resource. Their days become moments: midnight in UTC, whatever time is there."""

    def __init__(self, read: ByDate) -> None:
        self._read = read
        dates = [(name, Text, None) for name in read.changed]
        self._decode = msgspec.json.Decoder(struct("DatedHead", [("id", str), *dates, *OWN_MEMBERS])).decode
        self._dates = [attrgetter(name) for name in read.changed]
        self._moment = day_as_moment if read.day else normalize_utc

    def page(self, rows: Sequence[msgspec.Raw], label: str = "") -> tuple[Page, Text]:
        """The page, and no creation date: there are none."""
        try:
            heads: list[Any] = [self._decode(row) for row in rows]
            dates = [_latest(self._moment(date(head)) for date in self._dates) for head in heads]
        except UNREADABLE_ROW:
            return self._odd_page(rows, label), None
        keys = [head.id for head in heads]
        if not all(keys):
            return self._odd_page(rows, label), None
        return Page(rows, keys, dates, clashing=clashing(heads)), None

    def _odd_page(self, rows: Sequence[msgspec.Raw], label: str) -> Page:
        page, found = odd_page(rows, ("id",), self._read.changed, label)
        moment = partial(map, self._moment)
        return replace(page, dates=[_latest(moment(odd.dates.values())) for odd in found if odd.is_record])


def day_as_moment(text: Text) -> Text:
    """The midnight in UTC of the day that `text` begins with; None for null and for a day that was never set.

    The time of such dates means nothing. Raises `ValueError` for other text.
    """
    if not text or text.startswith(NEVER):
        return None
    return normalize_utc(date.fromisoformat(text[:10]).isoformat())


def _latest(moments: Iterable[Text]) -> Text:
    return max(filter(None, moments), default=None)
