"""Views of the rows that are still there, one for each stream with dates: those that `record_ids` has too."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import is_dated
from sage_active.markets import DIRECT
from sage_active.resources.table import offered
from sql.source import Model

DESCRIPTION: Final = """The rows of `{stream}` that were still there when `record_ids` was read. Newer rows are
missing until it is read again, and all of them if `record_ids_of` leaves the stream out."""
QUERY: Final = """
SELECT raw.*
FROM {stream} AS raw
WHERE EXISTS (
  SELECT 1
  FROM record_ids AS present
  WHERE present.object = '{stream}' AND present.company_id = raw.company_id AND present.id = raw.id
)
"""


@cache
def current_models() -> tuple[Model, ...]:
    """One model for each stream whose ids `record_ids` can hold."""
    return tuple(_current_models())


def _current_models() -> Iterator[Model]:
    contract = Contract()
    for resource in offered(DIRECT):
        if resource.direct and is_dated(contract, resource.direct):
            yield Model(
                name=f"current_{resource.name}",
                description=DESCRIPTION.format(stream=resource.name),
                columns=(),
                parameters=(),
                sql=QUERY.format(stream=resource.name),
            )
