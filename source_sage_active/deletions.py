"""How many rows that existed at the last run are gone: counted before anything is read, and said once for each root.

Neither API tells of a row that is deleted. Each run counts the rows that are dated before a moment, whatever a stream's
own filter is, and the next run counts them again. Where rows cannot be counted without reading them, a full read does.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sage_active.attempts import BEGINNING
from sage_active.client import Client, Company, Summary
from sage_active.existing import Counting, Existing, Recount
from sage_active.resources.resource import Resource
from source_sage_active.company_states import existing_rows
from source_sage_active.selection import StreamSelection
from source_sage_active.shares import Share, shares

LOGGER = logging.getLogger("airbyte")
# Rows may become visible a little after the date that they bear.
DELAY: Final = timedelta(minutes=1)
# The stream that tells which rows there are.
RECORD_IDS: Final = "record_ids"


@dataclass(frozen=True, slots=True)
class StreamExisting:
    """The rows of one stream that existed at the last run, and those that exist now; by share (`Share.state_id`).

    `counting`: how they are counted without reading them; `moment`: before which a full read counts them, where it is
    to; `recounts`: what this run has counted already; `remedy`: what a notice advises.
    """

    stream: str = ""
    counting: Counting | None = None
    moment: datetime | None = None
    last: Mapping[str, Existing] = field(default_factory=dict)
    recounts: Mapping[str, Recount] = field(default_factory=dict)
    remedy: str = ""

    def counted_before(self, state_id: str) -> datetime | None:
        """The day before which rows that are dated by days were counted at the last run."""
        last = self.last.get(state_id) if self.counting and self.counting.late_by is not None else None
        return last.at if last else None

    def count_before(self, state_id: str) -> tuple[datetime, ...]:
        """For which moments a full read counts its rows: the present one, and that of the last run."""
        if self.counting or self.moment is None:
            return ()
        last = self.last.get(state_id)
        return (self.moment, last.at) if last else (self.moment,)

    def late_rows(self, state_id: str) -> str | None:
        """Why only reading everything finds all rows that have come since the last run; None where asking for changes
        does.
        """
        if self.counting is None or self.counting.late_by is None:
            return None
        last, recount = self.last.get(state_id), self.recounts.get(state_id)
        if last is None:
            return "the last run has not counted the rows that an incremental read leaves out"
        if recount and recount.left is not None and recount.left > last.count:
            return f"of the rows dated before {last.at:%Y-%m-%d} there were {last.count:,} and are {recount.left:,}"
        return None

    def after(self, state_id: str, owner: str, summary: Summary) -> Existing | None:
        """What the next run is to compare with, now that everything is read; None where nothing was counted.

        `owner`: whose rows they are, for the notice.
        """
        if recount := self.recounts.get(state_id):
            return recount.existing
        if self.moment is None or not summary.before:
            return None
        count, *left = summary.before
        last = self.last.get(state_id)
        if last and left:
            _log_gone(owner, (self.stream,), last, left[0], self.remedy)
        return Existing(self.moment, count)


NOT_COUNTED: Final = StreamExisting()


@dataclass(frozen=True, slots=True)
class _Root:
    """The streams of one root, which share its counts; `last`: the latest that any of them has counted, by share."""

    resources: Sequence[Resource]
    last: Mapping[str, Existing]
    remedy: str


class RootCounts:
    """Counts the rows of the streams that are read, each root once, and says how many are gone.

    A catalog without an incremental stream, and without a state, is of somebody who replaces everything every time: for
    them nothing is counted. `existing`: what each stream knows of its rows; the counts are there once `note` was given
    them, before the stream is read.
    """

    def __init__(
        self,
        client: Client,
        resources: Sequence[Resource],
        companies: Sequence[Company],
        selections: Mapping[str, StreamSelection],
    ) -> None:
        chosen = {
            resource.name: resource
            for resource in resources
            if resource.name in selections and client.is_dated(resource)
        }
        is_followed = any(
            selections[name].is_incremental or selections[name].last_state.get("states") for name in chosen
        )
        self.now = ((client.listed_at or BEGINNING + DELAY) - DELAY).replace(microsecond=0)
        if client.listed_at is None or not is_followed:
            chosen = {}
        countings = {name: client.counting(resource) for name, resource in chosen.items()}
        last = {name: existing_rows(selections[name].last_state, client.connection) for name in chosen}
        roots = _roots([(chosen[name], counting) for name, counting in countings.items() if counting], last, selections)
        self._shares = _by_company(client.connection, roots, companies)
        self._recounts: dict[str, dict[str, Recount]] = {name: {} for name in chosen}
        root_of = {resource.name: root for root in roots for resource in root.resources}
        self.existing = {
            name: StreamExisting(
                name,
                counting,
                self.now,
                _of_root(last[name], root_of[name]) if name in root_of else last[name],
                self._recounts[name],
                _remedy([selections[name]], counting),
            )
            for name, counting in countings.items()
        }

    def last(self, company: Company) -> Mapping[Resource, Existing | None]:
        """What is to be counted through a company, and what the last run counted of it."""
        return {root.resources[0]: root.last.get(share.state_id) for root, share in self._shares.get(company, ())}

    def note(self, company: Company, recounts: Mapping[Resource, Recount]) -> None:
        """Takes what was counted through a company."""
        for root, share in self._shares.get(company, ()):
            recount = recounts.get(root.resources[0])
            if recount is None:
                continue
            names = [resource.name for resource in root.resources]
            for name in names:
                self._recounts[name][share.state_id] = recount
            known = root.last.get(share.state_id)
            if known and recount.left is not None:
                _log_gone(share.label, names, known, recount.left, root.remedy)


def _of_root(last: Mapping[str, Existing], root: _Root) -> Mapping[str, Existing]:
    """What another stream of the root has counted later says nothing of what this one has read."""
    return {state_id: known for state_id, known in last.items() if root.last[state_id] == known}


def _roots(
    resources: Sequence[tuple[Resource, Counting]],
    last: Mapping[str, Mapping[str, Existing]],
    selections: Mapping[str, StreamSelection],
) -> list[_Root]:
    """The roots that can be counted, each once."""
    grouped: defaultdict[Counting, list[Resource]] = defaultdict(list)
    for resource, counting in resources:
        grouped[counting].append(resource)
    roots = []
    for counting, group in grouped.items():
        latest: dict[str, Existing] = {}
        for state_id, known in chain.from_iterable(last[resource.name].items() for resource in group):
            if state_id not in latest or latest[state_id].at < known.at:
                latest[state_id] = known
        roots.append(_Root(group, latest, _remedy([selections[resource.name] for resource in group], counting)))
    return roots


def _by_company(
    connection: str, roots: Sequence[_Root], companies: Sequence[Company]
) -> Mapping[Company, Sequence[tuple[_Root, Share]]]:
    """What is counted through each company: its own rows, and those that it is the first one to share."""
    by_company: defaultdict[Company, list[tuple[_Root, Share]]] = defaultdict(list)
    for root in roots:
        for share in shares(root.resources[0].scope(connection), companies):
            by_company[share.companies[0]].append((root, share))
    return by_company


def _remedy(selections: Sequence[StreamSelection], counting: Counting | None) -> str:
    """What to do about rows that are gone; nothing where this run replaces them."""
    if not any(selection.is_incremental for selection in selections):
        return "."
    return f"; a full refresh removes them{f', or read the stream `{RECORD_IDS}`' if counting else ''}."


def _log_gone(owner: str, streams: Sequence[str], last: Existing, left: int, remedy: str) -> None:
    """The notice, if rows are gone."""
    if left < last.count:
        LOGGER.info(
            "%s, %s %s: %s of %s rows that existed at the last run are gone or no longer visible%s",
            owner,
            "stream" if len(streams) == 1 else "streams",
            ", ".join(streams),
            f"{last.count - left:,}",
            f"{last.count:,}",
            remedy,
        )
