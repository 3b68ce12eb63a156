"""The open items that a record settles, as Sage Active has them now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from destination_sage_active.plan.amounts.exact import EXACT, ZERO, decimal_of, format_amount
from destination_sage_active.plan.content.validate import NULLISH
from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.days import nearest_day
from sage_active.resources.settlement import Settlement
from sage_active.writing import Row, WriteClient, is_uuid, key_text

ID: Final = "id"
# How many values one filter lists.
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment is for one open item.

    `path`: of the element of the record; `so_far`: what was paid before; `left`: what is open; `paid`: what the record
    pays. All without their signs, which the server may show either way for credit notes: `sign` is that of the item;
    `is_credit`: it reduces what is paid.
    """

    path: str
    document_id: str
    item_id: str
    paid: Decimal
    so_far: Decimal
    left: Decimal
    sign: int
    is_credit: bool


class OpenItems:
    """Those of the companies of one sync; nothing of them is kept."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client

    def parts(self, company: Company, item: Item, settlement: Settlement) -> list[Part]:
        """The parts of a payment, each of which may be paid. Raises `Rejected`, or `SageActiveError`."""
        parts = self.found(company, item, settlement)
        for part in parts:
            _require_open(settlement, part)
        ids = [part.item_id for part in parts]
        for index, part in enumerate(parts):
            if part.item_id in ids[:index]:
                raise Rejected(f"{part.path}.{settlement.item}", "is there twice in the record; add up what is paid")
        return parts

    def found(self, company: Company, item: Item, settlement: Settlement) -> list[Part]:
        """The parts of a payment, whether or not their items are open. Raises `Rejected`, or `SageActiveError`."""
        children: Sequence[Row] = item.values.get(settlement.items) or ()
        party = str(item.values.get(settlement.party) or "")
        documents = self._documents(company, settlement, children, party)
        return [
            _part(settlement, child, f"{settlement.items}[{index}]", party, documents)
            for index, child in enumerate(children)
        ]

    def paid_so_far(
        self, company: Company, settlement: Settlement, documents: Collection[str]
    ) -> Mapping[str, Decimal]:
        """What is paid of each open item of these documents, without its sign, by its id. Raises `SageActiveError`."""
        rows = self._select(company, settlement, ID, list(documents))
        so_far = settlement.settled.so_far
        return {key_of(row): _size(row.get(so_far)) for document in rows for row in _items(settlement, document)}

    def _documents(
        self, company: Company, settlement: Settlement, children: Sequence[Row], party: str
    ) -> Sequence[Row]:
        """The documents that a record names, by the ids of their open items or by their numbers."""
        settled = settlement.settled
        item_ids = [value for child in children if is_uuid(value := str(child.get(settlement.item) or ""))]
        numbers = list(filter(None, (_number(settlement, child) for child in children)))
        rows: list[Row] = []
        if item_ids:
            found = self._rows(company, settled.item_type, [(settled.of_item,)], ID, item_ids)
            ids = dict.fromkeys(str(row[settled.of_item]) for row in found if row.get(settled.of_item))
            rows += self._select(company, settlement, ID, list(ids))
        if is_uuid(party):
            rows += self._select(company, settlement, settled.number, numbers, {settled.party: {"eq": party}})
        return list({key_of(row): row for row in rows}.values())

    def _select(
        self, company: Company, settlement: Settlement, member: str, values: Sequence[str], *where: Row
    ) -> list[Row]:
        """The documents whose member is one of these values."""
        settled = settlement.settled
        members = (settled.number, settled.party, settled.status, *settled.credit)
        of_items = (ID, settled.amount, settled.so_far, settlement.due)
        paths = [*((name,) for name in members), *((settled.items, name) for name in of_items)]
        return self._rows(company, settled.type, paths, member, values, *where)

    def _rows(
        self,
        company: Company,
        type_name: str,
        paths: Sequence[Sequence[str]],
        member: str,
        values: Sequence[str],
        *where: Row,
    ) -> list[Row]:
        chunks = [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]
        found = (self._client.select(company, type_name, paths, [{member: {"in": chunk}}, *where]) for chunk in chunks)
        return list(chain.from_iterable(found))


def key_of(row: Row) -> str:
    """The id of a row, as ids are compared."""
    return str(row.get(ID) or "").lower()


def _part(settlement: Settlement, child: Row, path: str, party: str, documents: Sequence[Row]) -> Part:
    document, row = _named(settlement, child, path, documents)
    settled = settlement.settled
    if str(document.get(settled.party) or "").lower() != party.lower():
        raise Rejected(f"{path}.{settlement.item}", f"is not an open item of `{settlement.party}`", "reference")
    paid = decimal_of(child.get(settlement.paid)) or ZERO
    if paid <= ZERO:
        raise Rejected(f"{path}.{settlement.paid}", "must be more than 0")
    amount, so_far = (decimal_of(row.get(member)) or ZERO for member in (settled.amount, settled.so_far))
    left = EXACT.subtract(amount, so_far)
    status = document.get(settled.status)
    if left and status not in settled.open_statuses:
        allowed = " or ".join(sorted(settled.open_statuses))
        raise Rejected(
            f"{path}.{settlement.item}", f"is of a document that is {status}; only what is {allowed} is paid", "status"
        )
    is_credit = amount < ZERO or any(document.get(name) == value for name, value in settled.credit.items())
    sign = -1 if amount < ZERO else 1
    # An item that is paid beyond its amount has nothing left.
    open_amount = left.copy_abs() if left * amount > ZERO else ZERO
    return Part(path, key_of(document), key_of(row), paid, so_far.copy_abs(), open_amount, sign, is_credit)


def _named(settlement: Settlement, child: Row, path: str, documents: Sequence[Row]) -> tuple[Row, Row]:
    """The document and the open item that an element of a record names. Raises `Rejected`."""
    items = [(document, row) for document in documents for row in _items(settlement, document)]
    if item_id := child.get(settlement.item):
        if found := [pair for pair in items if key_of(pair[1]) == str(item_id).lower()]:
            return found[0]
        raise Rejected(f"{path}.{settlement.item}", "refers to an open item, and there is none", "reference")
    settled, number = settlement.settled, _number(settlement, child)
    above = f"{path}.{settlement.document}"
    if number is None:
        instead = f"`{settlement.document}.{settled.number}` and `{settlement.due}`"
        raise Rejected(f"{path}.{settlement.item}", f"has no value, and neither have {instead}", "required")
    named = [pair for pair in items if key_text(pair[0].get(settled.number)) == number]
    if not named:
        reason = f"refers to a document of `{settlement.party}` with open items, and there is none"
        raise Rejected(f"{above}.{settled.number}", reason, "reference")
    due = child.get(settlement.due)
    if due not in NULLISH:
        named = [pair for pair in named if _day(pair[1].get(settlement.due)) == due]
    if len(named) > 1:
        still_open = [pair for pair in named if pair[1].get(settled.amount) != pair[1].get(settled.so_far)]
        named = still_open if len(still_open) == 1 else named
    if len(named) != 1:
        what = "several open items" if named else "no open item"
        member = settlement.due if due not in NULLISH or named else settlement.item
        raise Rejected(f"{path}.{member}", f"leads to {what} of the document; send `{settlement.item}`", "reference")
    return named[0]


def _require_open(settlement: Settlement, part: Part) -> None:
    if part.paid <= part.left:
        return
    paid = f"; {format_amount(part.so_far)} is paid already" if part.so_far else ""
    what = "nothing is open" if not part.left else f"no more than {format_amount(part.left)} is open"
    raise Rejected(f"{part.path}.{settlement.paid}", f"is {format_amount(part.paid)}, and {what}{paid}", "paid")


def _items(settlement: Settlement, document: Row) -> Sequence[Row]:
    rows: Sequence[Row] = document.get(settlement.settled.items) or ()
    return rows


def _number(settlement: Settlement, child: Row) -> str | None:
    document: Any = child.get(settlement.document) or {}
    return key_text(document.get(settlement.settled.number)) or None


def _day(value: Any) -> str:
    day = nearest_day(str(value or ""))
    return day.isoformat() if day else ""


def _size(value: Any) -> Decimal:
    return (decimal_of(value) or ZERO).copy_abs()
