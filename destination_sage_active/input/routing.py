"""Which company a record is written to."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from destination_sage_active.input.catalog import COMPANY_COLUMN
from destination_sage_active.options.stream_target import CompanyMapping
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.companies import matching, names, same_name
from sage_active.errors import SageActiveError, configuration_error
from sage_active.values import is_number
from sage_active.writing import is_uuid, key_text

LOGGER = logging.getLogger("airbyte")


class Routing:
    """The companies that are written to, and the way of each record to one of them.

    `unlisted`: why markets, to which other configured companies belong, did not list them; their records are rejected.
    Raises a configuration error when `company_map` leads to a company that is not among `companies`, or to a name that
    several of them have.
    """

    def __init__(
        self,
        companies: Sequence[Company],
        company_map: Sequence[CompanyMapping],
        unlisted: Sequence[SageActiveError] = (),
    ) -> None:
        self._companies = {company.id: company for company in companies}
        self._by_form = {_comparable(company.id): company for company in companies}
        self._unlisted = unlisted
        # Records of a company that is not listed must not end in the only one that is.
        self._only = companies[0] if len(companies) == 1 and not unlisted else None
        self._taken: str | None = None
        self._has_told = False
        self._redirected = {mapping.source_company_id: self._configured(mapping.company_id) for mapping in company_map}
        # Two that differ in nothing but this would be told apart by the exact text alone.
        loosely = Counter(map(_comparable, self._redirected))
        self._redirected_loosely = {
            _comparable(name): company for name, company in self._redirected.items() if loosely[_comparable(name)] == 1
        }

    @property
    def companies(self) -> Mapping[str, Company]:
        """All companies that are written to, by id."""
        return self._companies

    def company(self, value: Any) -> Company:
        """Where a record goes whose `company_id` is `value`; None: it has none.

        `company_map` comes first. A single company takes the records of one company, whose `company_id` then only says
        where they come from; of several the record names one. Raises `Rejected`.
        """
        name = _text(value)
        if self.redirects(value):
            redirected = self._redirected.get(name) or self._redirected_loosely.get(_comparable(name))
            if redirected is None:
                raise self._unlisted_company()
            return redirected
        if self._only is None:
            company = self._companies.get(name) or self._by_form.get(_comparable(name))
            if company is None:
                raise self._unlisted_company() if name and self._unlisted else self._unknown_company(name)
            return company
        company_id = self._company_id(value)
        if company_id is None and value not in (None, ""):
            self._tell_of_others()
        if company_id and self._taken and company_id != self._taken:
            raise Rejected(
                COMPANY_COLUMN,
                "is not the company of the records before this one, and one company is configured; `company_map` can "
                "lead both there",
                "company-unknown",
            )
        return self._only

    def accepted(self, value: Any) -> None:
        """A record with this `company_id` can be written: from now on a single company takes no other one's."""
        if self._only and self._taken is None:
            self._taken = self._company_id(value)

    def redirects(self, value: Any) -> bool:
        """Whether `company_map` leads records with this `company_id` to another company, so that they are copies."""
        name = _text(value)
        return name in self._redirected or _comparable(name) in self._redirected_loosely

    def has_own_ids(self, value: Any, company: Company) -> bool:
        """Whether the ids of a record with this `company_id` are ids of `company`, as far as anybody knows."""
        return self._company_id(value) in (None, _comparable(company.id))

    def _company_id(self, value: Any) -> str | None:
        """`value`, if it is the id of a company of Sage Active.

        Of a single company, its own id shows what ids look like: Maesn's contract says no more than text.
        """
        company_id = _comparable(_text(value))
        if not company_id:
            return None
        is_possible = self._only is None or is_uuid(company_id) or not is_uuid(self._only.id)
        is_mapped = _text(value) in self._redirected or company_id in self._redirected_loosely
        return company_id if is_possible or is_mapped else None

    def _tell_of_others(self) -> None:
        if not self._has_told:
            self._has_told = True
            LOGGER.warning(
                "Records have a `%s` that is not the id of a company of Sage Active. It is ignored.", COMPANY_COLUMN
            )

    def _unlisted_company(self) -> Rejected:
        """Why a record is rejected whose company may belong to a market that did not list its own."""
        reasons = " ".join(map(str, self._unlisted))
        return Rejected(COMPANY_COLUMN, f"is a company that no market lists. {reasons}", "company-unlisted")

    def _unknown_company(self, name: str) -> Rejected:
        """Why a record is rejected that names another company, or none."""
        if name:
            what = "is none of the companies to write to"
        elif len(self._companies) > 1:
            what = "has no value, and there are several companies"
        else:
            what = "has no value, and it is not known which companies there are"
        return Rejected(COMPANY_COLUMN, what, "company-unknown")

    def _configured(self, wanted: str) -> Company | None:
        """The configured company with this id or name; None: it may belong to a market that did not list its own."""
        found = matching(wanted, list(self._companies.values()))
        if len(found) > 1:
            raise configuration_error(
                f"`company_map` leads to {wanted!r}, and several of the companies to write to are called so: "
                f"{names(found)}.",
                "Put the id of the one that is meant into `company_map`.",
            )
        if not found and self._unlisted:
            return None
        if not found:
            raise configuration_error(
                f"`company_map` leads to {wanted!r}, which is not one of the companies to write to: "
                f"{names(list(self._companies.values()))}.",
                "Add it to `companies`, or correct `company_map`.",
            )
        return found[0]


def _text(value: Any) -> str:
    """A `company_id` as text, a number as its digits; blank for what is neither."""
    try:
        return value if isinstance(value, str) else key_text(value) if is_number(value) else ""
    except ValueError:
        # No id has so many digits.
        return ""


def _comparable(company_id: str) -> str:
    """An id in its one form: some programs write UUIDs in capitals, or in braces."""
    text = same_name(company_id)
    bare = text.removeprefix("{").removesuffix("}").strip()
    return bare.lower() if is_uuid(bare) else text
