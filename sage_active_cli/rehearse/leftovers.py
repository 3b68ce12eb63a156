"""Finds what rehearsals have left, deletes it, and proves by counts that nothing else has changed."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sage_active.direct.query import RootField
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION
from sage_active.writing import Row
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.root_fields import count, page
from sage_active_cli.rehearse.deletion import delete
from sage_active_cli.rehearse.stage import PAUSE, Stage
from sage_active_cli.rehearse.traces import TRACED, Traced

# So that reading goes on here after it has failed elsewhere.
PURPOSE: Final = "rehearsal, leftovers"
MOST_ROWS: Final = 100
# Seconds in which a create that nobody answered may still take effect: a server gives up earlier
# (docs/reference/server-behaviour.md, "Limits").
SETTLE_SECONDS: Final = 60.0
MOST_TRIES: Final = 2
FOREIGN: Final = "a rehearsal has not made it"
STILL_THERE: Final = "it is still there although it was deleted"
NO_TRACE: Final = "it does not carry what it was created with"
NO_DRAFT: Final = "it is no longer a draft"
NOT_LOOKED_AT: Final = "nobody could look whether it is still there"
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Left:
    """A record that could not be deleted, and why."""

    traced: Traced
    id: str
    why: str


@dataclass(slots=True)
class Sweep:
    """What became of the records with a trace: how many were `deleted`, by object, and what is `left`.

    `foreign`: records that begin alike, but were not made by a rehearsal; they are never touched.
    """

    deleted: Counter[str] = field(default_factory=Counter)
    left: list[Left] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)


def count_records(stage: Stage) -> tuple[Counts, date]:
    """How many records of each object the company has, and the server's day. Raises `SageActiveError`."""
    parts = stage.ask({traced.name: count(traced.binding.root) for traced in TRACED}, PURPOSE)
    return {traced.name: parts.count(traced.name) for traced in TRACED}, parts.date().date()


def sweep(stage: Stage, settle_seconds: float = SETTLE_SECONDS) -> Sweep:
    """Deletes the records of all rehearsals. Waits `settle_seconds` seconds for one that may still come.

    Raises `SageActiveError` where they cannot be looked for.
    """
    until = time.monotonic() + (settle_seconds if stage.in_doubt else 0.0)
    seen, tries, reasons = dict[str, str](), Counter[str](), dict[str, str]()
    while True:
        found = _look(stage)
        pending = [at for at in found if at.why is None and tries[at.id] < MOST_TRIES]
        for at in pending:
            seen[at.id] = at.traced.name
            stage.ours.add(at.id)
            tries[at.id] += 1
            reasons[at.id] = _delete(stage, at)
        if not pending and time.monotonic() >= until:
            break
        if not pending:
            time.sleep(PAUSE)
    there = {at.id for at in found}
    return Sweep(
        deleted=Counter(name for row_id, name in seen.items() if row_id not in there),
        left=[Left(at.traced, at.id, at.why or reasons[at.id]) for at in found if at.why is not FOREIGN],
        foreign=Counter(at.traced.name for at in found if at.why is FOREIGN),
    )


def not_looked_at(stage: Stage) -> Sweep:
    """What may be left where nobody could look."""
    return Sweep(left=[Left(traced, row_id, NOT_LOOKED_AT) for row_id, traced in stage.created.items()])


@dataclass(frozen=True, slots=True)
class _Found:
    """A record that is there. `why`: it must not be deleted; None: it may."""

    traced: Traced
    id: str
    why: str | None


def _look(stage: Stage) -> list[_Found]:
    """The records with a trace, and those that this rehearsal has made. Raises `SageActiveError`."""
    parts = stage.ask(dict(_root_fields(stage)), PURPOSE)
    found: dict[str, _Found] = {}
    for traced in TRACED:
        for row in _rows(stage, parts, traced, traced.name):
            is_ours = traced.is_ours(row)
            why = FOREIGN if not is_ours else None if traced.is_deletable(row) else NO_DRAFT
            found[str(row["id"])] = _Found(traced, str(row["id"]), why)
        for row in _rows(stage, parts, traced, f"created {traced.name}"):
            if not traced.is_ours(row):
                found[str(row["id"])] = _Found(traced, str(row["id"]), NO_TRACE)
    return list(found.values())


def _root_fields(stage: Stage) -> Iterator[tuple[str, RootField]]:
    for traced in TRACED:
        root, selection = traced.binding.root, traced.selection(stage.client.contract)
        yield traced.name, page(root, selection, first=MOST_ROWS, where=traced.where)
        if created := [row_id for row_id, at in stage.created.items() if at is traced]:
            where = {"id": {"in": created}}
            yield f"created {traced.name}", page(root, selection, first=MOST_ROWS, where=where)


def _rows(stage: Stage, parts: Parts, traced: Traced, name: str) -> list[Row]:
    """The rows of a root field. Raises `SageActiveError` where it has no answer: nothing there would be no proof."""
    if name not in parts.outcomes:
        return []
    try:
        return parts.rows(name)
    except NotSeenError:
        raise stage.client.errors.of(CONTRADICTION, detail=f"{traced.name} without an answer") from None


def _delete(stage: Stage, at: _Found) -> str:
    """Deletes a record; why it may still be there."""
    try:
        delete(stage, at.traced, at.id)
    except SageActiveError as error:
        return str(error)
    return STILL_THERE
