"""What the resolvers of one request know and note."""

import time
from dataclasses import dataclass, field

from graphql import GraphQLError

from sage_active_sandbox.acting_queries import ACTING_QUERIES
from sage_active_sandbox.acts import Act
from sage_active_sandbox.faults import Fault
from sage_active_sandbox.graphql_api.errors import NOT_AUTHORIZED, ORGANIZATION_MISSING
from sage_active_sandbox.graphql_api.file_links import FileLinks
from sage_active_sandbox.graphql_api.rows import Scope
from sage_active_sandbox.graphql_api.schema import ServedSchema
from sage_active_sandbox.mutation_counts import MutationCounts
from sage_active_sandbox.rights import Rights, User
from sage_active_sandbox.store import Company, Journal, Store
from sage_active_sandbox.switches import Switches


@dataclass
class MutationRun:
    """The course of one request: how many of its mutations were executed, and why the rest are not.

    ``timed_out`` is a request beyond the server's limit; ``failed`` one in which a mutation was refused.
    """

    started: float = field(default_factory=time.monotonic)
    executed: int = 0
    timed_out: bool = False
    failed: bool = False
    before: Journal = field(default_factory=dict)
    """What a roll-back puts back."""
    acts: list[Act] = field(default_factory=list)
    """What a roll-back takes back."""


@dataclass
class Call:
    """What the resolvers of one request know: the market of the key, and the company of the header or None."""

    store: Store
    switches: Switches
    served: ServedSchema
    market: str
    company: Company | None
    rights: Rights
    counts: MutationCounts
    user: User
    links: FileLinks
    faults: list[Fault] = field(default_factory=list)
    run: MutationRun = field(default_factory=MutationRun)

    def __post_init__(self) -> None:
        self.renew_scope()

    def renew_scope(self) -> None:
        """Forget what was collected of the tables, because they have changed."""
        self.scope = Scope(self.store, self.company.id if self.company else None, self.served.facts)

    def usable_company(self) -> Company:
        """The request's company; GraphQLError without the header, or if the company is not ready."""
        if self.company is None:
            raise GraphQLError(ORGANIZATION_MISSING)
        if not self.company.usable or self.company.id in self.user.hidden:
            raise GraphQLError(NOT_AUTHORIZED, extensions={"code": "AUTH_NOT_AUTHORIZED"})
        return self.company

    def denial(self, action: str) -> str | None:
        """Why the user may not send this mutation or query, None if it is allowed."""
        mutations = self.served.schema.mutation_type
        writes = action in ACTING_QUERIES or (mutations is not None and action in mutations.fields)
        company_id = self.company.id if self.company else None
        return self.rights.denial(action, self.user, company_id, self.switches.edition, writes=writes)
