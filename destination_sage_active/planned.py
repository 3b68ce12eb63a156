"""What a dry run would have written so far, so that a later record with the same key meets it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from destination_sage_active.item import Item
from destination_sage_active.planner import PENDING, Decision
from sage_active.client import Company
from sage_active.writing import Operation, Row, WriteModel

PLANNED_ID: Final = "planned"
# The status that a step leaves a document in (fact sheet, section 12).
STATUSES: Final = {Operation.CLOSE: "Closed", Operation.POST: "Posted"}
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class PlannedRows:
    """Rows by company, object and key; as bytes, because there may be many."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, str], bytes] = {}

    def existing(self, company: Company, model: WriteModel, item: Item, rows: Sequence[Row]) -> Sequence[Row]:
        """What the record would meet: the planned row, else what is there."""
        planned = (self._rows.get(place) for place in _places(company, model, item))
        row = next((each for each in planned if each is not None), None)
        return rows if row is None else [_DECODER.decode(row)]

    def note(
        self, company: Company, model: WriteModel, item: Item, decision: Decision, existing: Sequence[Row]
    ) -> None:
        """The record would be written as decided."""
        before = existing[0] if existing else {model.sage_object.key(model.connection): PLANNED_ID, "status": PENDING}
        steps = [STATUSES[command.operation] for command in decision.commands if command.operation in STATUSES]
        row = _ENCODER.encode({**before, **item.values, **({"status": steps[-1]} if steps else {})})
        self._rows.update(dict.fromkeys(_places(company, model, item), row))


def _places(company: Company, model: WriteModel, item: Item) -> list[tuple[str, str, str, str]]:
    return [(company.id, model.sage_object.name, each.member, each.value) for each in item.identities]
