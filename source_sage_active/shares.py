"""What of a resource is read once: a company's rows, or those that the companies of a market or sign-in share."""

from collections.abc import Sequence
from dataclasses import dataclass

from sage_active.client import Company
from sage_active.resources.resource import Scope


@dataclass(frozen=True, slots=True)
class Share:
    """Rows that are read once, through the first of `companies` that can be read.

    `owner`: what their `company_id` says, None where they belong to no company; `label`: how messages name it.
    """

    owner: str | None
    label: str
    companies: Sequence[Company]

    @property
    def state_id(self) -> str:
        """What the state calls it; no company has an empty id."""
        return self.owner or ""


def shares(scope: Scope, companies: Sequence[Company]) -> list[Share]:
    """What is to be read in these companies, in their order.

    Rows of a market carry its code in place of a company's id: it stays the same whichever company they come through,
    and tells the same id in two markets apart.
    """
    if scope is Scope.COMPANY:
        return [Share(company.id, company.label, (company,)) for company in companies]
    if scope is Scope.SIGN_IN:
        return [Share(None, "All companies", tuple(companies))] if companies else []
    markets = dict.fromkeys(company.market for company in companies)
    return [
        Share(market, f"Market {market}", tuple(company for company in companies if company.market == market))
        for market in markets
    ]
