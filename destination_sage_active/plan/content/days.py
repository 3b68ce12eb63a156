"""Days of records that came as moments in UTC: taken in a time zone, and reported."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any, Final

from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.stream import Stream, label
from sage_active.days import Day, day_of
from sage_active.moments import whole_second
from sage_active.writing import FieldKind, Writable, WriteModel

LOGGER = logging.getLogger("airbyte")
MOST_LISTED: Final = 100
LENGTH_OF_A_DAY: Final = len("2026-01-31")
# Days of one record that were taken in the time zone, by the place of their members.
Converted = Mapping[str, Day]


class Days:
    """The days of one sync. `zone`: where a moment in UTC that is not midnight becomes a day."""

    def __init__(self, zone: tzinfo, models: Mapping[str, WriteModel]) -> None:
        self._zone = zone
        self._dated = {name: _dated(model.fields) for name, model in models.items()}
        self._reported: set[Stream] = set()
        self._listed: dict[Stream, int] = {}

    def convert(self, name: str, values: dict[str, Any]) -> Converted:
        """Puts days in the place of moments into the values of an object. Returns those days. Raises `Rejected`."""
        return dict(self._convert(self._dated[name], values, ""))

    def report(self, stream: Stream, key: RecordKey, converted: Converted) -> None:
        """Warns once per stream of days that depend on the time zone, and of each one that lies in another month."""
        for path, day in converted.items():
            moment = whole_second(day.moment) if day.moment else ""
            if stream not in self._reported:
                self._reported.add(stream)
                LOGGER.warning(
                    "Stream `%s`: days that came as moments in UTC are taken in the time zone %s (option `time_zone`), "
                    "for instance %s as %s in `%s` of %s.",
                    *(label(stream), self._zone, moment, day.text, path, key.loggable),
                )
            if not day.is_in_another_month:
                continue
            count = self._listed[stream] = self._listed.get(stream, 0) + 1
            if count <= MOST_LISTED:
                LOGGER.warning(
                    "Stream `%s`, record %s: `%s` %s is written as %s, which is in another month.",
                    *(label(stream), key.loggable, path, moment, day.text),
                )
            if count == MOST_LISTED:
                LOGGER.warning("Stream `%s`: further days in another month are not listed.", label(stream))

    def _convert(self, dated: Sequence[Writable], values: dict[str, Any], above: str) -> Iterator[tuple[str, Day]]:
        for writable in dated:
            value, path = values.get(writable.name), f"{above}{writable.name}"
            if value is None:
                continue
            if writable.kind is FieldKind.OBJECT:
                for index, child in enumerate(value if writable.many else [value]):
                    below = f"{path}[{index}]." if writable.many else f"{path}."
                    yield from self._convert(writable.children, child, below)
            elif len(value) > LENGTH_OF_A_DAY and (day := self._day(value, path)):
                values[writable.name] = day.text
                yield path, day

    def _day(self, moment: str, path: str) -> Day | None:
        try:
            return day_of(moment, self._zone)
        except ValueError as error:
            raise Rejected(path, f"{error}; write YYYY-MM-DD") from None


def day_in(value: Any, zone: tzinfo) -> str:
    """A date as `2026-01-31`; empty where there is none."""
    day = day_of(str(value), zone) if value else None
    return day.text if day else ""


def _dated(writables: Sequence[Writable]) -> tuple[Writable, ...]:
    """The members that are days or have days below them, and of these no others."""
    return tuple(
        replace(writable, children=below)
        for writable, below in ((writable, _dated(writable.children)) for writable in writables)
        if writable.kind is FieldKind.DAY or below
    )
