"""What a dry run would have written so far, so that a later record with the same key meets it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import msgspec

from destination_sage_active.plan.item import Item
from destination_sage_active.plan.matcher import Match, own_rows
from destination_sage_active.plan.planner import Decision
from destination_sage_active.plan.rows import found_by, row_id
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.marker import marked, markers, without_markers
from sage_active.client import Company
from sage_active.uploads import Upload
from sage_active.writing import Key, Reference, Row, Writable, WriteModel, key_text

SIMULATED_ID: Final = "planned"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class SimulatedRows:
    """Rows by company, object and id, and what leads to them; as bytes, because there may be many."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], bytes] = {}
        self._ids: defaultdict[tuple[str, str, RecordKey], list[str]] = defaultdict(list)
        # Company, type and key of what would have been created, for references to it.
        self._created: set[tuple[str, str, Key]] = set()

    def existing(
        self, company: Company, model: WriteModel, item: Item, match: Match, is_anothers: Callable[[Row], bool]
    ) -> Match:
        """What the record would meet: what is there, as it would be by now, and what would have been created."""
        if not self._rows:
            return match
        key = (company.id, model.resource.name)
        by_id: dict[str, Row] = {row_id(model, row).lower(): row for row in match.rows}
        for identity in item.identities:
            by_id |= {known_id: {} for known_id in self._ids.get((*key, identity), ()) if known_id not in by_id}
        now = []
        for known_id, row in by_id.items():
            simulated = self._rows.get((*key, known_id))
            now.append(row if simulated is None else _DECODER.decode(simulated))
        # A row is no longer found by a number that it would have lost.
        found = {
            identity: [
                row
                for row in now
                if {identity.value, *identity.former}.intersection(found_by(model, identity.member, row))
            ]
            for identity in item.identities
        }
        met = own_rows(model, item, found, is_anothers)
        return replace(met, is_taken=met.is_taken or match.is_taken)

    def note(self, company: Company, model: WriteModel, item: Item, decision: Decision, existing: Sequence[Row]) -> str:
        """The record would be written as decided. Returns the id of its row."""
        id_member, key = model.resource.key(model.connection), (company.id, model.resource.name)
        keys = {identity.member: identity.value for identity in item.identities}
        # A new row gets an id that no record knows.
        new = {**keys, id_member: f"{SIMULATED_ID} {len(self._rows)}", **_status_of_new(model, item)}
        new |= dict([model.created_by_us] if model.created_by_us else [])
        before = existing[0] if existing else new
        row = {**before, **_as_row(model.fields, item.values), **_status_after(model, decision)}
        if model.marker:
            marks = markers(str(before.get(model.marker) or "")) or [item.marker or ""]
            row[model.marker] = marked(without_markers(row.get(model.marker)), marks)
        simulated_id = row_id(model, row).lower()
        self._rows[*key, simulated_id] = _ENCODER.encode(row)
        for identity in item.identities:
            known = self._ids[*key, identity]
            if identity.member != id_member and simulated_id not in known:
                known.append(simulated_id)
        if decision.creates and model.natural_keys:
            parts = tuple(key_text(item.values.get(member)) for member in model.natural_keys[0].members)
            if all(parts):
                self._created.add((company.id, model.type, parts))
        return simulated_id

    def would_exist(self, company: Company, reference: Reference, key: Key) -> bool:
        """Whether a record that is referred to would have been created."""
        return (company.id, reference.type, key) in self._created


def _as_row(writables: Sequence[Writable], values: Row) -> dict[str, Any]:
    """Values that are sent, as rows would have them: what a create calls otherwise is in its place."""
    row: dict[str, Any] = {name: value for name, value in values.items() if not isinstance(value, Upload)}
    for writable in writables:
        value = values.get(writable.name)
        if writable.sums and value:
            row[writable.name] = [_as_row(writable.children, child) for child in value]
        elif writable.path and value is not None:
            *above, last = writable.path
            target = row
            for step in above:
                target = target.setdefault(step, {})
            target[last] = value
    return row


def _status_of_new(model: WriteModel, item: Item) -> Row:
    """The status of a document that would have been created."""
    return {model.lifecycle.member: model.lifecycle.status_of_new(item.values)} if model.lifecycle else {}


def _status_after(model: WriteModel, decision: Decision) -> Row:
    """The status that the acts would have left a document in, if there are any."""
    steps = [model.lifecycle.step(command.operation) for command in decision.commands] if model.lifecycle else []
    targets = [step.target for step in steps if step]
    return {model.lifecycle.member: targets[-1]} if model.lifecycle and targets else {}
