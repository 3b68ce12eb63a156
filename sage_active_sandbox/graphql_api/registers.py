"""Two registers that every company can look up: the plan of accounts of its country, and the French SIRENE register."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.organizations import CREATED
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import refused

PLAN_NAMES: Final = {"DE": "SKR03", "ES": "Plan General de Contabilidad", "FR": "Plan comptable général"}
PLANS: Final = {market: str(uuid.uuid5(uuid.NAMESPACE_OID, f"plan {market}")) for market in PLAN_NAMES}
"""Id of each market's plan; no root lists them."""

COPIED: Final = ("id", "code", "name", "accountLevel", "subAccountType", "accountType", "applyVat")
SEARCH_LIMIT: Final = 100
MOST_FOUND: Final = 1000


def plan_master(call: Call, arguments: Mapping[str, Any]) -> Row:
    """The plan with one line for each account that companies are delivered with."""
    market = call.usable_company().market
    if str(arguments["id"]).lower() != PLANS[market]:
        raise refused("notFound", "id", value=arguments["id"])
    dates = {"creationDate": CREATED, "modificationDate": None}
    lines = [{**{name: row.get(name) for name in COPIED}, **dates} for row in call.scope.rows("AccountingAccount")]
    return {
        "id": PLANS[market],
        **dates,
        "description": PLAN_NAMES[market],
        "accountingPlanMasterLines": sorted(lines, key=lambda line: line["code"]),
    }


def identification(call: Call, arguments: Mapping[str, Any]) -> list[Row]:
    """French businesses that match all members of the input; the register knows the third parties of the company."""
    sent = arguments["input"]
    limit = sent.get("searchLimit") or SEARCH_LIMIT
    if not 0 < limit <= MOST_FOUND:
        raise refused("outOfRange", "searchLimit", allowed=f"1 to {MOST_FOUND}")
    wanted = {"businessName": "name", "siretSiren": "siret", "address": "address", "city": "city"}
    wanted |= {"zipCode": "zipCode", "nafApeCode": "nafCode"}
    rows = [
        business
        for business in _businesses(call)
        if all(
            str(sent.get(member) or "").casefold() in str(business[name] or "").casefold()
            for name, member in wanted.items()
        )
    ]
    return rows[:limit]


def _businesses(call: Call) -> Iterator[Row]:
    for type_name in ("Customer", "Supplier"):
        for row in call.scope.rows(type_name):
            if row.get("countryAcronym") != "FR":
                continue
            address: Row = next(iter(row.get("addresses") or ()), {})
            yield {
                "businessName": row.get("socialName"),
                "siretSiren": row.get("documentId"),
                "address": address.get("firstLine"),
                "city": address.get("city"),
                "zipCode": address.get("zipCode"),
                "nafApeCode": row.get("nafApeCode"),
                "vatNumber": row.get("vatNumber"),
            }
