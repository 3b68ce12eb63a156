"""Rows of the source that the destination sets aside itself (`sage_active/resources/set_asides.py`)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from destination_sage_active.plan.amounts.sums import total_of
from destination_sage_active.plan.conditions.rules import meets
from destination_sage_active.plan.content.validate import NULLISH
from sage_active.resources.set_asides import SetAsides
from sage_active.writing import Row, WriteModel

NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record is set aside, with the kind of row that it is, and what it comes to."""

    text: str
    amount: Decimal | None


def reason_to_set_aside(model: WriteModel, record: Row, written: Collection[str]) -> Reason | None:
    """Why a record is set aside; None: it is written. `written`: the objects that this sync writes."""
    rules = model.set_asides
    text = _reason(rules, record, written) if rules else None
    if rules is None or text is None:
        return None
    kind = ", ".join(f"`{member}` {_value(record, member)}" for member in rules.kind)
    return Reason(f"{kind}: {text}", _amount(record, *rules.total))


def _reason(rules: SetAsides, record: Row, written: Collection[str]) -> str | None:
    for verdict in rules.verdicts:
        if meets(record, verdict.when) and (not verdict.beside or not verdict.beside.isdisjoint(written)):
            return verdict.reason
    return rules.otherwise if all(member in record for member in rules.kind) else None


def _amount(record: Row, lines: str, member: str) -> Decimal | None:
    """What a record comes to; None where it does not say so: what is set aside need not be valid."""
    elements = record.get(lines)
    children = [child for child in elements if isinstance(child, Mapping)] if isinstance(elements, list) else []
    try:
        return total_of(children, member)
    except ArithmeticError:
        return None


def _value(record: Row, member: str) -> str:
    value = record.get(member)
    return NONE if value in NULLISH else str(value)
