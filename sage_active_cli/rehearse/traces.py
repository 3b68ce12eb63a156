"""By what the records of rehearsals are recognised: a prefix that nobody else uses, and the id of the rehearsal.

Only what carries such a trace is ever deleted.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sage_active.direct.contract import Contract
from sage_active.direct.filters import Where
from sage_active.markets import DIRECT
from sage_active.resources.resource import DirectResource, Resource
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Row

PREFIX: Final = "REHEARSE-"
_TRACE: Final = re.compile(rf"{PREFIX}[0-9A-F]{{6}}(?= |$)", re.ASCII)
# What rows say that came through the API, where they say where they came from
# (docs/reference/writing.md, "Repeatable creates").
SOURCE: Final = "sourceType"
BY_API: Final = "PUBLIC_API"


def new_trace() -> str:
    """What the records of one rehearsal carry: 15 characters, which is the length of an item's code."""
    return f"{PREFIX}{secrets.token_hex(3).upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """An object that rehearsals write. `members`: what carries the trace in each of its rows; the first is searched."""

    resource: Resource
    members: tuple[str, ...]

    @property
    def name(self) -> str:
        """The object."""
        return self.resource.name

    @property
    def binding(self) -> DirectResource:
        """Its binding to Sage Active's own API."""
        return self.resource.on(DIRECT)

    @property
    def where(self) -> Where:
        """Selects the rows with a trace, and others that begin alike."""
        return {self.members[0]: {"startsWith": PREFIX}}

    def selection(self, contract: Contract) -> str:
        """The members that tell whose a row is, and whether it can be deleted."""
        has = {field.name for field in contract.fields(self.binding.type)}
        status = [self.binding.lifecycle.member] if self.binding.lifecycle else []
        return " ".join(("id", *self.members, *({SOURCE} & has), *status))

    def is_ours(self, row: Row) -> bool:
        """Whether a row was made by a rehearsal: all members carry the same trace, and it came through the API."""
        traces = {found[0] if (found := _TRACE.match(str(row.get(member)))) else None for member in self.members}
        return len(traces) == 1 and None not in traces and row.get(SOURCE, BY_API) == BY_API

    def is_deletable(self, row: Row) -> bool:
        """Whether it is master data, or still a draft."""
        lifecycle = self.binding.lifecycle
        return lifecycle is None or lifecycle.is_editable(row)


INVOICES: Final = Traced(resource=RESOURCE_BY_NAME["invoices"], members=("remarks",))
BILLS: Final = Traced(resource=RESOURCE_BY_NAME["bills"], members=("invoiceNumber",))
# Items do not say where they come from, so two members must agree.
ITEMS: Final = Traced(resource=RESOURCE_BY_NAME["items"], members=("code", "name"))
CUSTOMERS: Final = Traced(resource=RESOURCE_BY_NAME["customers"], members=("socialName",))
SUPPLIERS: Final = Traced(resource=RESOURCE_BY_NAME["suppliers"], members=("socialName",))
# In the order in which they are deleted: what refers to others goes before them.
TRACED: Final[Sequence[Traced]] = (INVOICES, BILLS, ITEMS, CUSTOMERS, SUPPLIERS)
