"""The journals that the documents of a company are posted to."""

from collections.abc import Callable, Iterable

from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.resources.lifecycle import Journal
from sage_active.writing import WriteClient, WriteModel

# The id of a company's journal of a type.
JournalOf = Callable[[Company, str], str]


class Journals:
    """The journals of one sync. `wanted`: the code of one; None: a company has one only."""

    def __init__(self, client: WriteClient, wanted: str | None) -> None:
        self._client = client
        self._wanted = wanted

    def require(self, companies: Iterable[Company], model: WriteModel, state: str) -> None:
        """Finds the journals that documents need on their way to a state, so that none is missed halfway.

        Raises a configuration error when it is not clear which one.
        """
        for company in companies:
            lifecycle = model.in_market(company.market).lifecycle
            steps = lifecycle.path(lifecycle.initial, state) if lifecycle else ()
            for source in (source for step in steps for source in step.inputs.values()):
                if isinstance(source, Journal):
                    self.of(company, source.type)

    def of(self, company: Company, kind: str) -> str:
        """The id of the company's journal of a type. Raises a configuration error when it is not clear which one."""
        journals = self._client.journals(company, kind)
        if self._wanted is not None and self._wanted in journals:
            return journals[self._wanted]
        if self._wanted is None and len(journals) == 1:
            return next(iter(journals.values()))
        known = ", ".join(sorted(journals)) or "none"
        raise configuration_error(
            f"{company.label} has no journal {self._wanted!r} of the type {kind}."
            if self._wanted
            else f"{company.label} has {len(journals)} journals of the type {kind}.",
            f"Put the code of one into `posting_journal`: {known}.",
        )
