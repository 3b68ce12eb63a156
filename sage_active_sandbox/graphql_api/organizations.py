"""Companies as GraphQL organizations, and the signed-in user (fact sheet, sections 3 and 9)."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sage_active_sandbox.store import Company, Row, Store

EMPTY_ID = "00000000-0000-0000-0000-000000000000"
"""Id that is shown for a company that is not onboarded."""
CREATED = datetime(2021, 1, 1, tzinfo=UTC)

USER: Row = {
    "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "user.example.com")),
    "firstName": "Sam",
    "lastName": "Sandbox",
    "fullName": "Sam Sandbox",
    "applicationLanguageCode": "en-US",
    "authenticationEmail": "sam.sandbox@example.com",
}
"""The one user of the sandbox."""


def organization(company: Company) -> Row:
    """The block of members that the list of organizations fills; the others are null there."""
    return {
        "id": company.id if company.onboarded else EMPTY_ID,
        "creationDate": CREATED,
        "modificationDate": None,
        "status": company.status,
        "onboardingCompleted": company.onboarded,
        "onboardingDateCompleted": CREATED if company.onboarded else None,
        "legislationCode": company.market,
        "socialName": company.name,
    }


def organizations(store: Store, market: str) -> list[Row]:
    """All companies of the market."""
    return [organization(company) for company in store.companies.values() if company.market == market]


def organization_detail(store: Store, company: Company) -> list[Row]:
    """The company itself with the second block of members, as a list of one."""
    stored = list(store.table(company.id, "OrganizationDetail").values())
    currencies: list[dict[str, Any]] = list(store.table(company.id, "Currency").values())
    euro = next((row["id"] for row in currencies if row.get("code") == "EUR"), None)
    setup = {"allowBlankIdentificationNumbers": True, "useCustomerCodes": True, "currencyId": euro}
    return stored or [{**organization(company), **setup}]
