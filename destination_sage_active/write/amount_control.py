"""Holds what Sage Active computed of a document against what its record states, at the last reversible moment.

That is the draft, after it was created or changed and before it is closed. Where the API cannot be asked about every
document (`AmountMembers.reads_all`), a document is created alone and read back until one was as its record says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from destination_sage_active.plan.amounts.contradictions import unlike_the_items
from destination_sage_active.plan.amounts.differences import Difference, differences, reads_as_gross
from destination_sage_active.plan.amounts.stated_amounts import NET_EXPECTED
from destination_sage_active.plan.amounts.treatments import chosen
from destination_sage_active.plan.found_rows import rows_by_id
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Options, is_final_act
from destination_sage_active.plan.rows import row_id
from destination_sage_active.record.rejection import Held
from destination_sage_active.record.stream import Stream
from destination_sage_active.write.states import Pending
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.writing import Operation, Row, WriteClient, WriteModel, key_text

CONTENT: Final = (Operation.CREATE, Operation.UPDATE)


class AmountControl:
    """The control of one sync."""

    def __init__(self, client: WriteClient, options: Options) -> None:
        self._client = client
        self._options = options
        self._proved: set[tuple[Stream, str]] = set()

    def rounds(self, company: Company, model: WriteModel, tasks: Sequence[Task]) -> Iterator[list[Task]]:
        """The tasks as they may be sent together: each alone until one has proved what the API makes of amounts."""
        rest = list(tasks)
        while model.amounts and not model.amounts.reads_all:
            first = next((index for index, task in enumerate(rest) if self._is_proof(task, company)), None)
            if first is None:
                break
            yield [rest.pop(first)]
        if rest:
            yield rest

    def judge(self, model: WriteModel, task: Task, row: Row) -> None:
        """Takes the amounts of the document as they are. Raises `Held` where it must not go on with them.

        Within the tolerance, and as long as it is to remain a draft, a difference is noted in the task.
        """
        item = task.item
        if item.stated is None or model.amounts is None:
            return
        tolerance, rules = self._options.amount_tolerance, self._options.rules
        found = differences(model, item.stated, item.values, row, tolerance, rules)
        task.row = replace(task.row, differences=found)
        unlike = [difference for difference in found if not difference.within]
        status = row.get(model.lifecycle.member) if model.lifecycle else None
        is_draft = model.lifecycle is None or model.lifecycle.is_editable(row)
        wanted = item.state or self._options.target_state
        goes_on = bool(model.lifecycle and model.lifecycle.path(status, wanted))
        if not unlike or (is_draft and not goes_on):
            return
        state = "it stays a draft" if is_draft else f"it is {status} already"
        hint = f"; {NET_EXPECTED}" if reads_as_gross(model, item.stated, row) else ""
        raise Held(unlike[0].member, f"{listed(unlike)}; {state}{hint}")

    def foresee(self, model: WriteModel, item: Item) -> None:
        """Looks at a document that a dry run would make final. Raises `Held` where its items have other rates."""
        if item.stated is None:
            return
        tolerance = self._options.amount_tolerance
        if wrong := unlike_the_items(model, item.values, item.stated, item.referred, tolerance):
            raise Held(wrong.field, f"{wrong.reason}; it would stay a draft")

    def held(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], rows: Sequence[Row]
    ) -> list[Held | None]:
        """For each task why it must not go on, once its content was written. Raises `SageActiveError`.

        `rows`: what was read since then; the others are read now.
        """
        written = [
            task
            for task in tasks
            if task.row.id
            and task.row.is_unread
            and (task.item.stated or _is_numbered(task) or model.tax_choice)
            and not _changes(model, task)
        ]
        if not written or model.amounts is None:
            return [None] * len(tasks)
        known = {row_id(model, row).lower(): row for row in rows}
        unread = [task.row.id for task in written if task.row.id and task.row.id.lower() not in known]
        if unread:
            fresh = model.amounts.reads_all or any(self._is_proof(task, company) for task in written)
            known.update(rows_by_id(self._client, company, model, unread, fresh=fresh))
        reasons = {id(task): self._reason(company, model, task, known) for task in written}
        return [reasons.get(id(task)) for task in tasks]

    def _reason(self, company: Company, model: WriteModel, task: Task, rows: Mapping[str, Row]) -> Held | None:
        row = rows.get((task.row.id or "").lower())
        task.row = replace(task.row, is_unread=False)
        if row is None:
            return Held(None, "its amounts could not be read back: it is no longer there")
        try:
            if _is_numbered(task):
                _require_number(model, task.item, row)
            task.row = replace(task.row, chosen=chosen(model, task.item, row, self._options.rules))
            self.judge(model, task, row)
            if task.is_ending and _is_done_already(model, task, row):
                task.move(Pending(task.commands[1:]))
        except Held as reason:
            return reason
        if all(difference.within for difference in task.row.differences):
            self._proved.add((task.item.target.stream, company.id))
        return None

    def _is_proof(self, task: Task, company: Company) -> bool:
        is_new = task.row.is_unread or any(command.operation is Operation.CREATE for command in task.commands)
        return bool(task.item.stated) and is_new and (task.item.target.stream, company.id) not in self._proved


def listed(found: Sequence[Difference]) -> str:
    """Differences in one sentence."""
    return "; ".join(map(str, found))


def _changes(model: WriteModel, task: Task) -> bool:
    """Whether something is still to be sent that changes the document's content."""
    return any(command.operation in CONTENT and not is_final_act(model, command) for command in task.commands)


def _is_numbered(task: Task) -> bool:
    """Whether the document was just given the number of its record."""
    is_next = bool(task.commands) and task.commands[0].operation is Operation.UPDATE
    return task.is_ending and task.item.number is not None and not is_next


def _is_done_already(model: WriteModel, task: Task, row: Row) -> bool:
    """Whether the number that a draft was given has done the next step as well, which would be refused."""
    if model.lifecycle is None or not task.commands:
        return False
    step = model.lifecycle.step(task.commands[0].operation)
    return step is not None and row.get(model.lifecycle.member) not in (step.source, None)


def _require_number(model: WriteModel, item: Item, row: Row) -> None:
    """Raises `Held` for a draft that did not take its number: closing would give it another one."""
    member = model.amounts.number if model.amounts else None
    if member and key_text(row.get(member)) != item.number:
        raise Held(member, "the number was not taken, so it stays a draft: closing would give it another one")
