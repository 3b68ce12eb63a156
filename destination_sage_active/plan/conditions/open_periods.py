"""In which days something can be booked, by the fiscal years of each company (`creation_rules.OpenPeriod`)."""

from datetime import timezone
from typing import Final

from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.days import day_of
from sage_active.resources.creation_rules import OpenPeriod
from sage_active.writing import Reference, Row, WriteClient

REMEDY: Final = "open it in Sage Active, or date the record in an open one"


class OpenPeriods:
    """The periods of the companies of one sync, read once for each; once more for a day that no year has."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client
        self._missed: set[tuple[str, str]] = set()
        self._reasons: dict[tuple[str, str, str], str | None] = {}

    def require(self, company: Company, rule: OpenPeriod, day: str) -> None:
        """Raises `Rejected` for a day in which nothing can be booked, `SageActiveError` if a look-up fails."""
        key = (company.id, rule.type, day)
        if key not in self._reasons:
            self._reasons[key] = self._reason(company, rule, day)
        if reason := self._reasons[key]:
            raise Rejected(rule.day, f"{day} lies in {reason}", "period")

    def _reason(self, company: Company, rule: OpenPeriod, day: str) -> str | None:
        year = self._year(company, rule, day)
        if year is None:
            return "no fiscal year; create the year in Sage Active"
        member, value = rule.closed
        if year.get(member) == value:
            return f"a fiscal year that is closed; {REMEDY}"
        periods = year.get(rule.periods) or ()
        if any(row.get(rule.is_closed) for row in periods if _has(rule, row, day)):
            return f"a period that is closed; {REMEDY}"
        return None

    def _year(self, company: Company, rule: OpenPeriod, day: str) -> Row | None:
        years = Reference(rule.type, ("id",), (), also=(rule.begin, rule.end, rule.closed[0], rule.periods))
        found = next((row for row in self._client.listed(company, years) if _has(rule, row, day)), None)
        key = (company.id, day[:4])
        if found is None and key not in self._missed:
            # Somebody may have created it in the meantime.
            self._missed.add(key)
            again = self._client.listed(company, years, fresh=True)
            found = next((row for row in again if _has(rule, row, day)), None)
        return found


def _has(rule: OpenPeriod, row: Row, day: str) -> bool:
    first, last = (day_of(str(row[name]), timezone.utc) if row.get(name) else None for name in (rule.begin, rule.end))
    return first is not None and last is not None and first.text <= day <= last.text
