"""Looks rows up, and keeps them by what they were looked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from destination_sage_active.plan.rows import found_by, row_id
from sage_active.client import Company
from sage_active.writing import Row, WriteClient, WriteModel


def rows_by_value(
    client: WriteClient, company: Company, model: WriteModel, member: str, values: Sequence[str], *, fresh: bool
) -> Mapping[str, list[Row]]:
    """The rows that have one of these values, by the values that find them. Raises `SageActiveError`."""
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in client.find(model.resource, company, member, values, fresh=fresh):
        for value in found_by(model, member, row):
            rows[value].append(row)
    return rows


def rows_by_id(
    client: WriteClient, company: Company, model: WriteModel, ids: Sequence[str], *, fresh: bool
) -> Mapping[str, Row]:
    """The rows with these ids, by their ids in lower case. Raises `SageActiveError`."""
    id_member = model.resource.key(model.connection)
    return {
        row_id(model, row).lower(): row for row in client.find(model.resource, company, id_member, ids, fresh=fresh)
    }
