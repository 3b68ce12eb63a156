"""Where the number series of a company stand: what day the last final document of one has."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from sage_active.client import Company
from sage_active.days import day_of
from sage_active.direct.answers import PLAIN_DECODER
from sage_active.direct.client import DirectClient
from sage_active.direct.filters import all_of
from sage_active.direct.lookup import Lookup
from sage_active.direct.query import PAGE, page_query
from sage_active.markets import DIRECT
from sage_active.resources.resource import Member, Resource
from sage_active.writing import Reference

SERIES: Final = Reference("OperationalNumberPresetText", ("presetText", "operation"), ())


class NumberSeries:
    """The series of one sign-in. Safe for all threads."""

    def __init__(self, client: DirectClient, lookup: Lookup) -> None:
        self._client = client
        self._lookup = lookup

    def usual(self, resource: Resource, company: Company) -> str | None:
        """The id of the series that a document gets which names none; None where nobody can tell."""
        numbering = resource.on(DIRECT).numbering
        if numbering is None or numbering.series is None:
            return None
        found = self._lookup.resolve(company, SERIES, (), fresh=False)
        series = [entity for (_, operation), entity in found.items() if operation == numbering.operation]
        chosen = next((entity for entity in series if entity.row.get("isDefault")), None)
        return chosen.id if chosen else series[0].id if len(series) == 1 else None

    def last_day(self, resource: Resource, company: Company, series: str | None, zone: tzinfo) -> str | None:
        """The day of the latest final document of a series, credit notes among them; None where there is none.

        Raises `SageActiveError`.
        """
        binding = resource.on(DIRECT)
        numbering, lifecycle = binding.numbering, binding.lifecycle_in(company.market)
        if numbering is None or numbering.series is None or lifecycle is None:
            return None
        not_final = ({lifecycle.member: {"neq": status}} for status in sorted(lifecycle.reversible))
        query = page_query(
            binding.root,
            numbering.day,
            all_of({numbering.series: {"eq": series}}, *not_final),
            first=1,
            order=({numbering.day: Member("DESC")}, {"id": Member("DESC")}),
        )
        data = self._client.post(
            company,
            resource.name,
            query.body(),
            lambda answer: self._client.answers.data_or_raise(answer, PLAIN_DECODER),
        )
        page: Mapping[str, Any] = data.get(PAGE) or {}
        days = [day_of(str(row[numbering.day]), zone) for row in page.get("nodes") or () if row.get(numbering.day)]
        return next((day.text for day in days if day), None)
