"""Whether objects can be read in a company: a tiny read of each, many of them in one request."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from sage_active.client import Company, reason_or_raise
from sage_active.direct.aliased import AliasedQuery, Ok, Refused
from sage_active.direct.query import Query, RootField, root_query
from sage_active.errors import SageActiveError
from sage_active.faults import Action

# Whatever shape it has: pages, a list, one object.
DECODER: Final = msgspec.json.Decoder(msgspec.Raw)
# What the requests of a probe are called where those of a stream have its name.
PURPOSE: Final = "check"


def probed(
    aliased: AliasedQuery,
    fields: Mapping[str, RootField],
    company: Company,
    require_value: Callable[[Query, Company, str], None],
) -> dict[str, SageActiveError | None]:
    """Why the objects cannot be read, by their names; None where they can.

    What may pass, and what is not clear, is asked for once more on its own, with `require_value`: it waits and tries
    again. Raises `SageActiveError` where it waits in vain, and when the API cannot be reached.
    """
    try:
        outcomes = aliased.ask(fields, company, PURPOSE, DECODER)
    except SageActiveError as error:
        raise error.located(PURPOSE, company.label) from None
    errors: dict[str, SageActiveError | None] = {}
    for name, outcome in outcomes.items():
        if isinstance(outcome, Ok):
            errors[name] = None
        elif isinstance(outcome, Refused) and outcome.error.fault.action is not Action.RETRY:
            errors[name] = outcome.error.located(name, company.label)
        else:
            errors[name] = _on_its_own(name, fields[name], company, require_value)
    return errors


def _on_its_own(
    name: str, field: RootField, company: Company, require_value: Callable[[Query, Company, str], None]
) -> SageActiveError | None:
    try:
        require_value(root_query(*field), company, name)
    except SageActiveError as error:
        return reason_or_raise(error, name, company)
    return None
