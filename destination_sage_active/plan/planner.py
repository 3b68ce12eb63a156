"""What is to be done for one record, given what Sage Active has: a decision table, without any traffic."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.conditions.rules import require_complete
from destination_sage_active.plan.conditions.twins import of_one_content
from destination_sage_active.plan.content.validate import missing_required
from destination_sage_active.plan.diff import ACTION, DELETE, Missing, Patch, Rules, new, patch
from destination_sage_active.plan.rows import by_age, row_id
from destination_sage_active.record.marker import marked, markers, without_markers
from destination_sage_active.record.rejection import Rejected
from sage_active.writing import Command, Operation, Row, Writable, WriteModel, key_text

NEVER_CHANGED: Final = "it can no longer be changed: correct it by a record that reverses it"


@dataclass(frozen=True, slots=True)
class Options:
    """What the configuration says about writing. `target_state`: for streams that have no state of their own."""

    rules: Rules = field(default_factory=Rules)
    target_state: str | None = None
    amount_tolerance: Decimal = Decimal("0.01")
    allow_similar: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The commands for one record, in order. None: it is there already, unchanged.

    `id`: of the row that it is about, None before a create; `changed`: the members that an update changes;
    `missing_parts`: what of the document the record lacks. Commands after a create have no `id` in their input yet.
    """

    id: str | None
    commands: tuple[Command, ...] = ()
    changed: tuple[str, ...] = ()
    missing_parts: tuple[Missing, ...] = ()

    @property
    def removals(self) -> tuple[Missing, ...]:
        """What of `missing_parts` the commands remove; the rest stays."""
        sent = [child for command in self.commands for part in self.missing_parts for child in _sent(command, part)]
        return self.missing_parts if any(child.get(ACTION) == DELETE[ACTION] for child in sent) else ()

    @property
    def creates(self) -> bool:
        """Whether there is nothing yet."""
        return self.id is None


def _sent(command: Command, part: Missing) -> Sequence[Row]:
    children: Sequence[Row] = command.input.get(part.member) or ()
    return children


def plan_record(
    model: WriteModel,
    mode: Mode,
    values: Row,
    existing: Sequence[Row],
    options: Options,
    *,
    is_own: bool = False,
    adopts: bool = False,
    marker: str | None = None,
    needs_marker: bool = True,
    number: str | None = None,
    withheld: Set[str] = frozenset(),
) -> Decision:
    """The decision for a record with these values, which carry no marker.

    `existing`: the rows with its key; `is_own`: this run has sent a create for it, whose outcome was unknown; `adopts`:
    the row has just become the record's, and becomes nothing else; `marker`: the mark that a new document gets;
    `needs_marker`: without it nobody would find the document again; `number`: what a document becomes final under;
    `withheld`: members that a new document has as false. Raises `Rejected`.
    """
    spare = [marker] if marker and not needs_marker else []
    if len(existing) > 1 and model.creates_final:
        existing = of_one_content(model, values, existing, replace(options.rules, is_final=True, keys=model.naming))
    if len(existing) > 1 and model.uploading:
        # The same file several times is there all the same, and nothing is ever changed of it.
        existing = by_age(existing)[:1]
    if len(existing) > 1:
        raise Rejected(None, f"{len(existing)} records in Sage Active have this key", "ambiguous")
    if not existing:
        if mode is Mode.UPDATE:
            raise Rejected(None, "there is no such record in Sage Active to update", "not-found")
        new_values = {**model.initial, **dict.fromkeys(withheld, False), **values}
        marked_values = _with_markers(model, new_values, [marker] if marker else [], spare)
        return _creation(model, marked_values, options, number, withheld)
    (row,) = existing
    existing_id = row_id(model, row)
    if not existing_id:
        raise Rejected(None, "the record in Sage Active that has this key came without an id", "ambiguous")
    lifecycle = model.lifecycle
    is_final = mode is Mode.APPEND or (lifecycle is not None and not lifecycle.is_editable(row))
    rules = replace(options.rules, is_final=is_final, keys=model.naming, forms=model.key_forms)
    if is_final:
        # What a final document does, or did, outside the company is no longer a matter of its record.
        values = {name: value for name, value in values.items() if name not in withheld}
        _require_number(model, row, number)
    missing_mark = marker if (adopts or is_own) and _lacks_mark(model, row, marker) else None
    if missing_mark:
        # As new: it has these members from what it was made of.
        values = {**dict.fromkeys(withheld, False), **values}
    difference = patch(model.fields, values, _without_markers(model, row), rules)
    # What a create cannot carry follows it; a run that has died may not have come to that.
    unlike = [name for name in difference.changed if name not in _later(model, values, withheld)]
    if unlike and (mode is Mode.APPEND or model.creates_final) and not is_own:
        details = difference.details
        named = [f"{name} ({details[name]})" if name in details else name for name in unlike]
        advice = f"; {NEVER_CHANGED}" if model.creates_final else ""
        raise Rejected(unlike[0], f"is there already, with other content in: {', '.join(named)}{advice}", "exists")
    # Adopted by its number, it is this record's from now on.
    adopting = spare if mode is Mode.UPSERT else []
    update = _update(model, existing_id, row, difference, spare, adopting, missing_mark, is_own=is_own)
    steps = () if adopts else _steps(model, existing_id, row, options, number)
    # What this run has just created and the API has added to is its own affair.
    missing_parts = () if is_own else tuple(difference.missing_parts)
    return Decision(existing_id, (*update, *steps), tuple(difference.changed), missing_parts)


def _without_markers(model: WriteModel, row: Row) -> Row:
    name = model.marker
    return {**row, name: without_markers(row[name])} if name and name in row else row


def _lacks_mark(model: WriteModel, row: Row, marker: str | None) -> bool:
    """Whether a row has not got the mark yet that no create carries, so that an update brings it."""
    is_brought_later = any(writable.name == model.marker and not writable.creatable for writable in model.fields)
    return is_brought_later and marker not in markers(str(row.get(model.marker or "") or ""))


def _with_markers(model: WriteModel, values: Row, found: Sequence[str], spare: Sequence[str]) -> Row:
    """The values with the markers in their place; without those to spare if only that leaves room.

    Raises `Rejected` when there is no room for the others.
    """
    if not found or model.marker is None:
        return values
    text = marked(values.get(model.marker), found)
    declared = next(writable for writable in model.fields if writable.name == model.marker)
    if declared.max_length and len(text) > declared.max_length:
        needed = [marker for marker in found if marker not in spare]
        if len(needed) < len(found):
            return _with_markers(model, values, needed, ())
        room = declared.max_length - len(marked("", found)) - 1
        raise Rejected(
            model.marker, f"is too long to carry the mark of the record; there is room for {room} characters"
        )
    return {**values, model.marker: text}


def _require_number(model: WriteModel, row: Row, number: str | None) -> None:
    """Raises `Rejected` where a document that cannot be changed has another number than its record."""
    member = model.amounts.number if model.amounts else None
    if member is None or number is None or model.lifecycle is None or model.lifecycle.is_editable(row):
        return
    if key_text(row.get(member)) != number:
        status = row.get(model.lifecycle.member)
        raise Rejected(member, f"differs, and the document can no longer be changed: it is {status}", "closed")


def _creation(model: WriteModel, values: Row, options: Options, number: str | None, withheld: Set[str]) -> Decision:
    if name := missing_required(model.fields, values):
        raise Rejected(name, "is required, and has no value", "required")
    require_complete(model, values)
    later = _later(model, values, withheld)
    after = (Command(Operation.UPDATE, model.resource, later),) if later else ()
    row = {model.lifecycle.member: model.lifecycle.status_of_new(values)} if model.lifecycle else {}
    return Decision(
        None,
        (
            Command(Operation.CREATE, model.resource, new(model.fields, values)),
            *after,
            *_steps(model, None, row, options, number),
        ),
    )


def _later(model: WriteModel, values: Row, withheld: Set[str]) -> Row:
    """What only an update can carry, so that it follows the create."""
    return {
        writable.name: values[writable.name]
        for writable in model.fields
        if not writable.creatable and (values.get(writable.name) or writable.name in withheld & values.keys())
    }


def has_room(model: WriteModel, values: Row, marker: str) -> bool:
    """Whether a document with these values can carry the mark."""
    try:
        _with_markers(model, values, [marker], ())
    except Rejected:
        return False
    return True


def _update(
    model: WriteModel,
    existing_id: str,
    row: Row,
    difference: Patch,
    spare: Sequence[str],
    adopting: Sequence[str],
    missing_mark: str | None,
    *,
    is_own: bool,
) -> tuple[Command, ...]:
    by_name = {writable.name: writable for writable in model.fields}
    # What the API makes of a value that this run has just sent is its own affair.
    changed = [name for name in difference.changed if not (is_own and by_name[name].creatable)]
    if not changed and not missing_mark:
        return ()
    for name in changed:
        if by_name[name].fixed or not by_name[name].updatable:
            raise Rejected(name, "cannot be changed after the record was created", "fixed")
    if model.lifecycle and not model.lifecycle.is_editable(row):
        status = row.get(model.lifecycle.member)
        raise Rejected(
            next(iter(changed), model.marker),
            f"differs, and the document can no longer be changed: it is {status}",
            "closed",
        )
    for name in changed:
        _require_new_children(by_name[name], difference.values[name])
    values: Row = {name: difference.values[name] for name in changed}
    if model.marker:
        marks = markers(str(row.get(model.marker) or ""))
        if missing_mark:
            # It replaces the mark of what it was made of.
            values, marks = {model.marker: without_markers(row.get(model.marker)), **values}, [missing_mark]
        elif adopting and not marks and model.marker in row:
            values, marks = {model.marker: row[model.marker], **values}, [*adopting]
        if model.marker in values:
            values = _with_markers(model, values, marks, spare)
    return (Command(Operation.UPDATE, model.resource, {"id": existing_id, **values}),)


def _require_new_children(writable: Writable, value: Any) -> None:
    if not (writable.many and writable.children):
        return
    for child in value:
        # Its place among those that are sent is not its place in the record.
        if "id" not in child and (name := missing_required(writable.children, child, f"{writable.name}[].")):
            raise Rejected(name, "is required, and has no value", "required")


def _steps(
    model: WriteModel, existing_id: str | None, row: Row, options: Options, number: str | None
) -> tuple[Command, ...]:
    """The acts that are still to be done until a document has the status that it is to have, its own number first."""
    lifecycle = model.lifecycle
    steps = lifecycle.path(row.get(lifecycle.member), options.target_state) if lifecycle else ()
    target: Row = {"id": existing_id} if existing_id else {}
    member = model.amounts.number if model.amounts else None
    numbered: tuple[Command, ...] = ()
    if steps and lifecycle and lifecycle.is_editable(row) and member and number and key_text(row.get(member)) != number:
        numbered = (Command(Operation.UPDATE, model.resource, {**target, member: number}),)
    return (*numbered, *(Command(step.act, model.resource, target) for step in steps))


def before_the_end(model: WriteModel, decision: Decision) -> Decision:
    """What of a decision is done as records come: all up to what makes a document final."""
    acts = takewhile(lambda act: not is_final_act(model, act), decision.commands)
    return replace(decision, commands=tuple(acts))


def is_final_act(model: WriteModel, command: Command) -> bool:
    """Whether what a command does cannot be undone: a final step, or giving a document its number."""
    if model.lifecycle and model.lifecycle.is_final(command.operation):
        return True
    number = model.amounts.number if model.amounts else None
    return command.operation is Operation.UPDATE and number in command.input
