"""The journal that the invoices of a company are posted to."""

from collections.abc import Callable

from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.writing import WriteClient

JournalOf = Callable[[Company], str]


class Journals:
    """The journals of one sync. `wanted`: the code of one; None: a company has one only."""

    def __init__(self, client: WriteClient, wanted: str | None) -> None:
        self._client = client
        self._wanted = wanted

    def of(self, company: Company) -> str:
        """The id of the company's journal. Raises a configuration error when it is not clear which one."""
        journals = self._client.sales_journals(company)
        if self._wanted is not None and self._wanted in journals:
            return journals[self._wanted]
        if self._wanted is None and len(journals) == 1:
            return next(iter(journals.values()))
        known = ", ".join(sorted(journals)) or "none"
        raise configuration_error(
            f"{company.label} has no journal {self._wanted!r} for sales invoices."
            if self._wanted
            else f"{company.label} has {len(journals)} journals for sales invoices.",
            f"Put the code of one into `posting_journal`: {known}.",
        )
