"""The journals that the documents of a company are posted to."""

from collections.abc import Callable, Iterable

from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.resources.lifecycle import Journal
from sage_active.writing import WriteClient, WriteModel

# The id of a company's journal of a type, by its code; without one the company has one only.
JournalOf = Callable[[Company, str, str | None], str]


class Journals:
    """The journals of one sync."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client

    def require(self, companies: Iterable[Company], model: WriteModel, state: str, wanted: str | None) -> None:
        """Finds the journals that documents need on their way to a state, so that none is missed halfway.

        `wanted`: as for `of`.

        Raises a configuration error when it is not clear which one.
        """
        for company in companies:
            lifecycle = model.in_market(company.market).lifecycle
            reachable = lifecycle.states_for(state) if lifecycle else ()
            steps = [step for end in reachable if lifecycle for step in lifecycle.path(lifecycle.initial, end)]
            for source in (source for step in steps for source in step.inputs.values()):
                if isinstance(source, Journal):
                    self.of(company, source.type, wanted)

    def of(self, company: Company, kind: str, wanted: str | None) -> str:
        """The id of the company's journal of a type. `wanted`: its code; None: there is one only.

        Raises a configuration error when it is not clear which one.
        """
        journals = self._client.journals(company, kind)
        if wanted is not None and wanted in journals:
            return journals[wanted]
        if wanted is None and len(journals) == 1:
            return next(iter(journals.values()))
        known = ", ".join(sorted(journals)) or "none"
        raise configuration_error(
            f"{company.label} has no journal {wanted!r} of the type {kind}."
            if wanted
            else f"{company.label} has {len(journals)} journals of the type {kind}.",
            f"Put the code of one into `journal` of the stream: {known}.",
        )
