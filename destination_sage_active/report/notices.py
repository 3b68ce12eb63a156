"""What the log says once per stream at the end: members that nothing was made of, and lines that were kept."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from destination_sage_active.plan.content.members import Members
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.stream import Stream, label
from sage_active.counted import counted

MOST_NAMED: Final = 20
LONGEST_NAME: Final = 60
ONE_KEPT: Final = "document has lines that its record lacks"
SEVERAL_KEPT: Final = "documents have lines that their records lack"


@dataclass(slots=True)
class _Kept:
    count: int = 0
    named: list[str] = field(default_factory=list)


class Notices:
    """Collects what is said once; names and keys alone, no other values."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._kept: dict[Stream, _Kept] = {}

    def kept(self, stream: Stream, key: RecordKey) -> None:
        """A document has lines that its record does not have, and they stay."""
        kept = self._kept.setdefault(stream, _Kept())
        kept.count += 1
        if len(kept.named) < MOST_NAMED:
            kept.named.append(key.loggable)

    def tell(self, members: Mapping[Stream, Members]) -> None:
        """Logs what was collected, at most three lines per stream."""
        for stream, kept in self._kept.items():
            self._log.warning(
                "`%s`: %s. They stay because `missing_children` is keep, so the totals are not those of the records: "
                "%s.",
                *(label(stream), counted(kept.count, ONE_KEPT, SEVERAL_KEPT), _listed(kept.named, kept.count)),
            )
        for stream, stream_members in members.items():
            if stream_members.understood:
                pairs = [f"`{_name(name)}` as `{member}`" for name, member in stream_members.understood.items()]
                self._log.info("`%s`: members in another spelling: %s.", label(stream), _listed(pairs, len(pairs)))
            if stream_members.ignored:
                names = [_with_nearest(name, nearest) for name, nearest in stream_members.ignored.items()]
                self._log.warning(
                    "`%s`: nothing was made of members of the records: %s.",
                    *(label(stream), _listed(names, len(names))),
                )


def _with_nearest(name: str, nearest: str | None) -> str:
    return f"`{_name(name)}` (did you mean `{nearest}`?)" if nearest else f"`{_name(name)}`"


def _name(name: str) -> str:
    """A name from the input, fit for a line of a log."""
    readable = "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in name)
    return readable if len(readable) <= LONGEST_NAME else f"{readable[:LONGEST_NAME]}…"


def _listed(names: Iterable[str], count: int) -> str:
    first = list(names)[:MOST_NAMED]
    rest = count - len(first)
    return ", ".join(first) + (f" and {rest} more" if rest else "")
