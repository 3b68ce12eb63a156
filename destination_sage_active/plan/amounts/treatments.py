"""The tax treatments that the server chose for lines which name none: what they are, and whether they may be booked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from destination_sage_active.plan.amounts.exact import ZERO, decimal_of
from destination_sage_active.plan.diff import Rules, pairs
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.references import BY_ID
from destination_sage_active.record.rejection import Held
from sage_active.client import Company
from sage_active.resources.tax_choice import TaxChoice
from sage_active.writing import Reference, Row, WriteClient, WriteModel, key_text

REMEDY: Final = "it is not made final. Name the treatment of each line in the record"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One member of a line that the server filled in. `value`: what the entity is called, else its id."""

    member: str
    value: Any


def chosen(model: WriteModel, item: Item, row: Row, rules: Rules) -> tuple[Chosen, ...]:
    """What the server chose for the lines of a record, in the order of the document."""
    choice = model.tax_choice
    if choice is None:
        return ()
    return tuple(
        Chosen(f"{choice.lines}[{index}].{member}", _name(line, member))
        for index, line, sent in _lines(model, choice, item, row, rules)
        for member in choice.chosen
        if line.get(member) and not sent.get(member)
    )


def require_treatments(
    client: WriteClient, company: Company, item: Item, row: Row, rules: Rules, *, is_simulated: bool
) -> None:
    """Raises `Held` for a document with a line whose treatment nobody has named, unless it cannot be another one.

    That is one of a supplier at home, with a rate above zero, whose treatment is one of purchases at home.
    `is_simulated`: a dry run, which does not know what the server will choose. Raises `SageActiveError`.
    """
    model = item.model
    choice = model.tax_choice
    if choice is None:
        return
    party = item.referred.get(choice.party, {})
    # A supplier that a dry run would have created is not known yet.
    is_at_home = None if is_simulated and not party else party.get(choice.country) == company.market
    for index, line, sent in _lines(model, choice, item, row, rules):
        if sent.get(choice.treatment):
            continue
        path = f"{choice.lines}[{index}].{choice.treatment}"
        name = _name(line, choice.treatment)
        if is_at_home is False:
            raise Held(path, f"was chosen by Sage Active ({name}), and the supplier is not at home; {REMEDY}")
        if is_simulated and name is None:
            continue
        if _rate(model, line) <= ZERO:
            raise Held(path, f"was chosen by Sage Active ({name}) for a rate of zero; {REMEDY}")
        if not _is_domestic(client, company, model, choice, line):
            raise Held(path, f"was chosen by Sage Active, and {name} is not one of purchases at home; {REMEDY}")


def _lines(model: WriteModel, choice: TaxChoice, item: Item, row: Row, rules: Rules) -> Iterator[tuple[int, Row, Row]]:
    """The lines of a document with their places, each with what its record says of it."""
    writable = next(field for field in model.fields if field.name == choice.lines)
    sent, has = item.values.get(choice.lines) or [], row.get(choice.lines) or []
    records = {position: sent[index] for index, position in pairs(writable, sent, has, rules).items()}
    for index, line in enumerate(has):
        yield index, line, records.get(index, {})


def _rate(model: WriteModel, line: Row) -> Decimal:
    return (decimal_of(line.get(model.amounts.rate)) if model.amounts else None) or ZERO


def _is_domestic(client: WriteClient, company: Company, model: WriteModel, choice: TaxChoice, line: Row) -> bool:
    """Whether a line's treatment is one of purchases at home; one that does not tell is not."""
    lines = next(field for field in model.fields if field.name == choice.lines)
    reference = next(field.reference for field in lines.children if field.name == choice.treatment)
    wanted = (str(line.get(choice.treatment) or "").lower(),)
    if reference is None or not all(wanted):
        return False
    found = client.resolve(company, Reference(reference.type, BY_ID, ()), [wanted]).get(wanted)
    row = found.row if found else {}
    return row.get(choice.reverse_charge) is False and row.get(choice.register) in choice.registers


def _name(line: Row, member: str) -> Any:
    """What the entity with this id is called by the object beside it: its code, if it has one; else the id."""
    beside = line.get(member.removesuffix("Id"))
    named = [value for name, value in beside.items() if name != "id"] if isinstance(beside, Mapping) else []
    return (key_text(named[0]) if len(named) == 1 else None) or line.get(member)
