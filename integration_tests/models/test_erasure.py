"""Customers and suppliers whose personal data may no longer be needed."""

from collections import defaultdict
from datetime import date

from integration_tests.models.ledger_figures import CLOSURES, OPENINGS
from integration_tests.models.world import World

SINCE = date(2025, 1, 1)


def test_candidates_have_nothing_open_and_nothing_since_a_day(world: World) -> None:
    for company in world.companies:
        last: dict[str, date] = defaultdict(lambda: date.min)
        for type_name, owner, member in (
            ("SalesInvoice", "customerId", "documentDate"),
            ("PurchaseInvoice", "supplierId", "invoiceDate"),
        ):
            for document in world.rows(company, type_name).values():
                last[document[owner]] = max(last[document[owner]], document[member].date())
        for entry, line in world.entries(company):
            party = line["accountingEntryThirdParty"]
            if party and entry["entryType"] not in OPENINGS and entry["entryType"] not in CLOSURES:
                last[party["thirdPartyId"]] = max(last[party["thirdPartyId"]], entry["date"].date())
        opened = {
            row["third_party_id"]
            for row in world.query(
                company, "SELECT DISTINCT third_party_id FROM open_items WHERE company_id = {company}"
            )
        }
        expected = {
            party["id"]
            for type_name in ("Customer", "Supplier")
            for party in world.rows(company, type_name).values()
            if party["creationDate"] is not None
            and party["creationDate"].date() < SINCE
            and party["id"] not in opened
            and last[party["id"]] < SINCE
        }
        rows = world.query(company, f"SELECT * FROM erasure_candidates(DATE '{SINCE}') WHERE company_id = {{company}}")
        found = {row["third_party_id"] for row in rows if row["created_on"]}
        assert found == expected
        assert all(row["third_party_code"] for row in rows)
