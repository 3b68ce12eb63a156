"""Several rows with the key of one record, where no row is ever changed or removed."""

from collections.abc import Sequence

from destination_sage_active.plan.diff import Rules, patch
from destination_sage_active.plan.rows import by_age, row_id
from destination_sage_active.record.rejection import Twice
from sage_active.writing import Row, WriteModel


def of_one_content(model: WriteModel, values: Row, existing: Sequence[Row], rules: Rules) -> Sequence[Row]:
    """The rows that count: that with the record's content, where there is one; else all of them.

    Raises `Twice` where several have its content.
    """
    equal = [row for row in existing if not patch(model.fields, values, row, rules).changed]
    if len(equal) > 1:
        raise Twice([row_id(model, row) for row in by_age(equal)])
    return equal or existing
