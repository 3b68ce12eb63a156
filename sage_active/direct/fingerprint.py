"""What shapes a read, in one short text: a read that was not finished can be resumed by one of the same shape only."""

import hashlib
from dataclasses import replace
from datetime import datetime, timezone
from typing import Final

from sage_active.client import ReadRequest
from sage_active.direct.contract import Contract
from sage_active.direct.modes import Mode, filter_of
from sage_active.direct.query import Shape, page_query, selection
from sage_active.direct.strategies.selection import order_of, selected_fields
from sage_active.direct.strategy import strategy_of
from sage_active.markets import DIRECT
from sage_active.resources.resource import Windowed

# Changes with what `Attempt` means.
FORMAT: Final = b"1"
# Stands for the moment since which changes are asked for: how they are found belongs to the shape, the moment does not.
ANY_MOMENT: Final = datetime(2000, 1, 1, tzinfo=timezone.utc)
LENGTH: Final = 16


def fingerprint(contract: Contract, request: ReadRequest) -> str | None:
    """A hash of the query that the read sends: fields, filters, `start_date`, order; None for reads without windows."""
    binding = request.resource.on(DIRECT)
    if not isinstance(strategy_of(contract, binding), Windowed):
        return None
    fields = selection(selected_fields(contract, binding, request.schema), Shape())
    where = filter_of(contract, replace(request, since=ANY_MOMENT), Mode.WINDOWS_OF_CHANGES)
    query = page_query(binding.root, fields, where, first=1, order=order_of(binding))
    return hashlib.sha256(FORMAT + query.body()).hexdigest()[:LENGTH]
