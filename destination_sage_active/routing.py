"""Which company a record is written to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from destination_sage_active.catalog import COMPANY_COLUMN
from destination_sage_active.configuration import CompanyMapping
from destination_sage_active.prepare import Rejected
from sage_active.client import Company
from sage_active.companies import matching, names, same_name
from sage_active.errors import configuration_error


class Routing:
    """The companies that are written to, and the way of each record to one of them.

    Raises a configuration error when `company_map` leads to a company that is not among `companies`, or to a name that
    several of them have.
    """

    def __init__(self, companies: Sequence[Company], company_map: Sequence[CompanyMapping]) -> None:
        self._companies = {company.id: company for company in companies}
        self._only = companies[0] if len(companies) == 1 else None
        self._redirected = {each.source_company_id: self._configured(each.company_id) for each in company_map}
        # Two that differ in nothing but this would be told apart by the exact text alone.
        loosely = Counter(map(same_name, self._redirected))
        self._redirected_loosely = {
            same_name(name): company for name, company in self._redirected.items() if loosely[same_name(name)] == 1
        }

    @property
    def companies(self) -> Mapping[str, Company]:
        """All companies that are written to, by id."""
        return self._companies

    def company(self, said: Any) -> Company:
        """Where a record goes whose `company_id` is `said`; None: it has none.

        `company_map` comes first. A single company takes every record, whose `company_id` then only says where it comes
        from; of several the record names one. Raises `Rejected`.
        """
        name = said if isinstance(said, str) else ""
        redirected = self._redirected.get(name) or self._redirected_loosely.get(same_name(name))
        company = redirected or self._only or self._companies.get(name)
        if company is None:
            reason = "is none of the companies to write to" if name else "has no value, and there are several companies"
            raise Rejected(COMPANY_COLUMN, reason, "company-unknown")
        return company

    def _configured(self, wanted: str) -> Company:
        """The configured company with this id or name."""
        found = matching(wanted, list(self._companies.values()))
        if len(found) > 1:
            raise configuration_error(
                f"`company_map` leads to {wanted!r}, and several of the companies to write to are called so: "
                f"{names(found)}.",
                "Put the id of the one that is meant into `company_map`.",
            )
        if not found:
            raise configuration_error(
                f"`company_map` leads to {wanted!r}, which is not one of the companies to write to: "
                f"{names(list(self._companies.values()))}.",
                "Add it to `companies`, or correct `company_map`.",
            )
        return found[0]
