"""Payments: what comes before one is sent, and what after. A repeat would pay twice."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from destination_sage_active.plan.amounts.exact import EXACT, ZERO, decimal_of, format_amount, sum_of
from destination_sage_active.plan.conditions.bank_feed import BankMovements
from destination_sage_active.plan.conditions.open_items import OpenItems, Part
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Decision
from destination_sage_active.plan.rows import row_id
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.write.states import Sent, Written
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.resources.keys import at
from sage_active.resources.settlement import Settlement
from sage_active.writing import Command, Operation, Row, Unknown, WriteClient

# A company, and the id of an open item in it.
ItemKey = tuple[str, str]
IN_DOUBT: Final = (
    "is paid by an earlier record of this run as well, of which nobody knows yet whether it was paid; send this one "
    "again when that is known"
)
NOT_ALLOWED: Final = "`allow_payments` does not name its payment method, so nothing is paid (add {name} to `methods`)"
WITHOUT_JOURNAL: Final = "is a payment method without a journal, in which the payment could be found again"


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A part of a payment that was sent."""

    task: Task
    part: Part


class Settlements:
    """Those of one sync.

    `allowed`: the names of the payment methods that may be used; `is_simulated`: a dry run, which remembers what
    would have been paid.
    """

    def __init__(self, client: WriteClient, allowed: Collection[str], *, is_simulated: bool) -> None:
        self._allowed = frozenset(allowed)
        self._is_simulated = is_simulated
        self._open_items = OpenItems(client)
        self._movements = BankMovements(client)
        self._under_way: dict[ItemKey, _UnderWay] = {}
        self._paid_in_run: defaultdict[ItemKey, Decimal] = defaultdict(lambda: ZERO)
        # Hashes of the rows of the source, by those of the entries that are theirs.
        self._owners: dict[int, int] = {}

    def require_allowed(self, item: Item, settlement: Settlement) -> None:
        """Raises `Rejected` for a payment by a method that the configuration does not name."""
        method = item.referred.get(settlement.method, {})
        name = str(method.get(settlement.method_name) or "")
        if name not in self._allowed:
            raise Rejected(settlement.method, NOT_ALLOWED.format(name=f'"{name}"'), "not-allowed")
        if not method.get(settlement.journal):
            raise Rejected(settlement.method, WITHOUT_JOURNAL, "reference")

    def admitted(self, company: Company, task: Task, decision: Decision, settlement: Settlement) -> Decision:
        """The decision to pay, with the open items that it is sent for, as they are now.

        Raises `Rejected` or `Held` for what must not be paid, `SageActiveError` if a look-up fails.
        """
        item = task.item
        parts = [self._after_plans(company, part) for part in self._open_items.parts(company, item, settlement)]
        for part in parts:
            if self._is_in_doubt(company, task, part):
                raise Rejected(f"{part.path}.{settlement.item}", IN_DOUBT, "unknown")
        total = _total(parts).copy_abs()
        day = str(item.values[settlement.day])
        method = item.referred[settlement.method]
        self._movements.require_none(company, settlement.feed, method, total, day, settlement.day)
        for part in parts:
            key = (company.id, part.item_id)
            if self._is_simulated:
                self._paid_in_run[key] = EXACT.add(self._paid_in_run[key], part.paid)
            else:
                self._under_way[key] = _UnderWay(task, part)
        return replace(
            decision, commands=tuple(_addressed(command, settlement, parts) for command in decision.commands)
        )

    def require_same(self, company: Company, task: Task, row: Row, settlement: Settlement) -> None:
        """Raises `Rejected` for a record whose entry has another amount or account, or is that of another record."""
        item = task.item
        owner = hash(item.owner) if item.owner else None
        key = hash((company.id, row_id(item.model, row).lower()))
        if owner is not None and self._owners.setdefault(key, owner) != owner:
            raise Rejected(None, "another record of this sync has this key, and its entry is there", "ambiguous")
        lines: Sequence[Row] | None = row.get(settlement.lines)
        if lines is None and self._is_simulated:
            return
        # Several methods may have one journal.
        account = item.referred.get(settlement.method, {}).get(settlement.feed.ledger_account)
        if account and not any(_same_id(line.get(settlement.line_account), account) for line in lines or ()):
            reason = f"is not that of the entry with this key, which is there ({row_id(item.model, row)})"
            raise Rejected(settlement.method, f"{reason}; a payment is never changed", "exists")
        entered = _entered(settlement, lines or (), str(item.values.get(settlement.party) or ""))
        children: Sequence[Row] = item.values.get(settlement.items) or ()
        if entered == sum_of(decimal_of(child.get(settlement.paid)) or ZERO for child in children):
            return
        # What a credit note takes off is known by the document alone.
        recorded = _total(self._open_items.found(company, item, settlement)).copy_abs()
        if entered != recorded:
            reason = (
                f"the entry with this key is there, over {format_amount(entered)} and not {format_amount(recorded)}"
            )
            raise Rejected(settlement.items, f"{reason}; a payment is never changed", "exists")

    def created(self, company: Company, tasks: Sequence[Task], settlement: Settlement) -> list[Held | None]:
        """For each payment that was made, why a person must look at it. Raises `SageActiveError`."""
        keys = [key for key, entry in self._under_way.items() if entry.task in tasks]
        sent = [self._under_way.pop(key) for key in keys]
        documents = {entry.part.document_id for entry in sent}
        now = self._open_items.paid_so_far(company, settlement, documents) if documents else {}
        reasons: dict[int, Held] = {}
        for task, part in ((entry.task, entry.part) for entry in sent):
            wanted, paid = EXACT.add(part.so_far, part.paid), now.get(part.item_id)
            if paid != wanted:
                seen = (
                    "is not there"
                    if paid is None
                    else f"shows {format_amount(paid)} as paid, and not {format_amount(wanted)}"
                )
                reasons[id(task)] = Held(
                    f"{part.path}.{settlement.item}", f"was paid by entry {task.row.id}, and now {seen}; look at both"
                )
        for task in tasks:
            if task.item.owner and task.row.id:
                self._owners[hash((company.id, task.row.id.lower()))] = hash(task.item.owner)
        return [reasons.get(id(task)) for task in tasks]

    def _after_plans(self, company: Company, part: Part) -> Part:
        """The part as it would be after what a dry run has planned. Raises `Rejected`."""
        paid_in_run = self._paid_in_run.get((company.id, part.item_id), ZERO)
        if part.paid > EXACT.subtract(part.left, paid_in_run):
            raise Rejected(
                part.path, f"pays more than is open: {format_amount(paid_in_run)} of it is paid in this run", "paid"
            )
        return part

    def _is_in_doubt(self, company: Company, task: Task, part: Part) -> bool:
        """Whether another payment of the open item was sent, and may still take effect."""
        entry = self._under_way.get((company.id, part.item_id))
        if entry is None or entry.task is task:
            return False
        before = entry.task.last_open
        is_uncertain = isinstance(before, Sent) or isinstance(before.doubt, Unknown)
        return is_uncertain and not isinstance(entry.task.state, Written)


def _addressed(command: Command, settlement: Settlement, parts: Sequence[Part]) -> Command:
    """A create with the ids of the open items, and the amounts with their signs."""
    if command.operation is not Operation.CREATE:
        return command
    children: Any = [
        {settlement.item: part.item_id, settlement.paid: part.paid.copy_sign(Decimal(part.sign))} for part in parts
    ]
    return replace(command, input={**command.input, settlement.items: children})


def _total(parts: Sequence[Part]) -> Decimal:
    return sum_of(part.paid.copy_negate() if part.is_credit else part.paid for part in parts)


def _same_id(one: Any, other: Any) -> bool:
    return str(one or "").lower() == str(other or "").lower()


def _entered(settlement: Settlement, lines: Sequence[Row], party: str) -> Decimal:
    """What the lines of a third party come to, without the sign."""
    party_lines = [line for line in lines if _same_id(at(line, settlement.line_party), party)]
    debit, credit = (
        sum_of(decimal_of(line.get(side)) or ZERO for line in party_lines)
        for side in (settlement.debit, settlement.credit)
    )
    return EXACT.subtract(debit, credit).copy_abs()
