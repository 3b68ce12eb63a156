"""Invented employees of one company; there are none in DE (docs/reference/objects.md, "Third parties")."""

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.reference import References
from sage_active_sandbox.store import Row, Table

CUSTOMERS_PER_EMPLOYEE = 10


def employees(rows: int, books: Books, references: References, maker: Maker) -> Table:
    """A tenth as many employees as customers, at least one where there is a customer."""
    count = -(-rows // CUSTOMERS_PER_EMPLOYEE) if books.spec.employees else 0
    table: Table = {}
    for number, created in enumerate(maker.creation_dates(count), start=1):
        market = books.market
        country = references.countries[market.code]
        first, last = maker.pick(market.first_names), maker.pick(market.surnames)
        city, zip_code, province = maker.pick(market.cities)
        address = {
            "countryId": country["id"],
            "countryIsoCodeAlpha2": country["isoCodeAlpha2"],
            "countryName": country["name"],
            "name": None,
            "firstLine": maker.pick(market.streets).format(n=maker.rng.randint(1, 199)),
            "secondLine": None,
            "city": city,
            "zipCode": zip_code,
            "province": province,
            "isMainAddress": True,
        }
        row: Row = maker.row(
            created,
            {
                "sourceType": "GLOBAL",
                "code": f"E{number:05}",
                "name": f"{first} {last}",
                "shortName": first,
                "disabled": False,
                "disabledDate": None,
                "status": "ENABLED",
                "defaultAccountingAccountId": books.roles["wages_payable"],
                "comments": None,
                "gdprApplied": False,
                "gdprAppliedDate": None,
                "businessAreaId": maker.pick(references.business_areas) if maker.chance(0.5) else None,
                "addresses": [maker.row(created, address)],
                "contacts": [
                    maker.row(
                        created,
                        {
                            "isDefault": True,
                            "courtesy": "NONE",
                            "name": first,
                            "surname": last,
                            "jobName": None,
                            "jobAreaId": maker.pick(references.job_areas) if maker.chance(0.5) else None,
                            "emails": [],
                            "phones": [],
                            "socialMedias": [],
                        },
                    )
                ],
            },
        )
        table[row["id"]] = row
    return table
