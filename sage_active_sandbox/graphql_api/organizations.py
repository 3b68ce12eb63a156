"""Companies as GraphQL organizations (docs/reference/authentication.md, "Companies")."""

from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

from sage_active_sandbox.store import Company, Row, Store

EMPTY_ID = "00000000-0000-0000-0000-000000000000"
"""Id that is shown for a company that is not onboarded."""
CREATED = datetime(2021, 1, 1, tzinfo=UTC)


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


def organizations(store: Store, market: str, *, hidden: Container[str], split: bool) -> list[Row]:
    """The companies of the market that the user may see; without the split they carry all members (switch)."""
    companies = [row for row in store.companies.values() if row.market == market and row.id not in hidden]
    return [_whole(store, company) if not split and company.usable else organization(company) for company in companies]


def _whole(store: Store, company: Company) -> Row:
    return {**organization_detail(store, company)[0], **organization(company)}


def organization_detail(store: Store, company: Company) -> list[Row]:
    """The company itself with the second block of members, as a list of one."""
    stored = list(store.table(company.id, "OrganizationDetail").values())
    currencies: list[dict[str, Any]] = list(store.table(company.id, "Currency").values())
    euro = next((row["id"] for row in currencies if row.get("code") == "EUR"), None)
    setup = {"allowBlankIdentificationNumbers": True, "useCustomerCodes": True, "currencyId": euro}
    return stored or [{**organization(company), **setup}]
