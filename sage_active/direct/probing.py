"""Whether objects can be read in a company: a tiny read of each, many of them in one request."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec

from sage_active.client import Company, reason_or_raise
from sage_active.direct.aliased import DECODER as ENVELOPE
from sage_active.direct.aliased import NULL, AliasedQuery, Ok, Refused, Sender
from sage_active.direct.query import PAGE, Query, RootField, root_query
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION, Action
from sage_active.http.response import Response

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


def require_value(sender: Sender, may_be_null: Collection[str], query: Query, company: Company, stream: str) -> None:
    """Asks until there is an answer with a value. Raises `SageActiveError`."""

    def decode(answer: Response) -> None:
        value = sender.answers.data_or_raise(answer, ENVELOPE).get(PAGE)
        if bytes(value or NULL) == NULL and stream not in may_be_null:
            raise sender.answers.errors.of(CONTRADICTION, detail="a page that is null")

    sender.post(company, stream, query.body(), decode)
