"""Invented customers and suppliers of one company."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.maker import Maker, day
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import FOREIGN_PARTIES, SPECIAL_TEXTS
from sage_active_sandbox.data.reference import TERM_LINES, References, payment_term_lines
from sage_active_sandbox.store import Row, Table

EXACT_DISCOUNT = Decimal("1E-7")
SAMPLE_ROWS = 5
"""From this many rows on a company holds the samples of awkward values."""

WITHOUT_CREATION_DATE = 3
WITHOUT_CHILDREN = 4
"""Positions of the sample customers."""


class Parties:
    """Makes the third parties of one company; names, VAT numbers and document ids are unique in it."""

    def __init__(self, market: Market, references: References, maker: Maker) -> None:
        self._market = market
        self._references = references
        self._maker = maker
        self._taken: set[str] = set()

    def customers(self, count: int) -> Table:
        """Customers in the order of their creation."""
        rows = []
        for index, created in enumerate(self._maker.creation_dates(count)):
            code = self._market.customer_code.format(n=self._market.first_customer + index)
            rows.append(self._customer(code, created))
        if count >= SAMPLE_ROWS:
            self._set_samples(rows)
        return {row["id"]: row for row in rows}

    def suppliers(self, count: int) -> Table:
        """Suppliers in the order of their creation."""
        rows = []
        for index, created in enumerate(self._maker.creation_dates(count)):
            code = self._market.supplier_code.format(n=self._market.first_supplier + index)
            rows.append(self._supplier(code, created))
        return {row["id"]: row for row in rows}

    def _customer(self, code: str, created: datetime) -> Row:
        maker, references, market = self._maker, self._references, self._market
        individual = maker.chance(0.15)
        values = self._shared(code, created, individual=individual, role="customer")
        french_business = market.code == "FR" and not individual and values["documentId"]
        return maker.row(
            created,
            {
                **values,
                "customerType": "INDIVIDUAL" if individual else "BUSINESS",
                "hasEquivalenceSurcharge": maker.chance(0.1) if market.code == "ES" else False,
                "specialMention": None,
                "documentLanguage": market.language,
                "defaultPrepaymentAccountingAccountId": references.accounts["prepayment"],
                "salesDiscountGroupId": maker.pick(references.discount_groups) if maker.chance(0.2) else None,
                "salesTariffId": maker.pick(references.tariffs) if maker.chance(0.3) else None,
                "discount": maker.decimal(0, 5, 2) if maker.chance(0.3) else None,
                "blockDeliveryNoteEnabled": False,
                "blockInvoiceEnabled": False,
                "blockOrderEnabled": maker.chance(0.05),
                "nonIdentifiedCustomer": False,
                "printNameOnPdf": False,
                "eInvoicingAddressType": "fr.siren" if french_business else None,
                "eInvoicingAddress": values["documentId"][:9] if french_business else None,
            },
        )

    def _supplier(self, code: str, created: datetime) -> Row:
        maker, references, market = self._maker, self._references, self._market
        return maker.row(
            created,
            {
                **self._shared(code, created, individual=False, role="supplier"),
                "defaultPurchaseAccountId": references.accounts["purchase"],
                "vatCriterion": maker.chance(0.2) if market.code == "FR" else None,
                "personalIncomeTax": maker.chance(0.1) if market.code == "ES" else None,
                "taxTreatmentId": next(iter(references.treatments.values())) if market.code == "ES" else None,
                "transactionCategoryId": maker.pick(references.categories) if maker.chance(0.5) else None,
            },
        )

    def _shared(self, code: str, created: datetime, *, individual: bool, role: str) -> Row:
        maker, references, market = self._maker, self._references, self._market
        abroad = maker.pick(FOREIGN_PARTIES) if maker.chance(0.12) else None
        country = references.countries[abroad[0] if abroad else market.code]
        city, zip_code, province = (abroad[1], abroad[2], None) if abroad else maker.pick(market.cities)
        first, last = maker.pick(market.first_names), maker.pick(market.surnames)
        name = self._unique(self._person_names(first) if individual else self._firm_names(city))
        vat_pattern = abroad[3] if abroad else market.vat
        disabled = maker.chance(0.05)
        vat_number = None
        if vat_pattern and not individual and not maker.chance(0.1):
            vat_number = self._unique(self._numbers(vat_pattern))
        document_type = "01" if abroad is None else "02" if country["viesCode"] else "06"
        id_pattern = market.personal_id if individual else market.document_id
        return {
            "sourceType": maker.pick(("GLOBAL", "GLOBAL", "IMPORT_FILES", "PUBLIC_API")),
            "code": code,
            "socialName": name,
            "tradeName": name.split(" ")[0] if maker.chance(0.4) else None,
            "countryAcronym": country["isoCodeAlpha2"],
            "viesCode": country["viesCode"],
            "documentTypeId": references.document_types[document_type],
            "documentId": self._unique(self._numbers(id_pattern)) if abroad is None and maker.chance(0.9) else None,
            "vatNumber": vat_number,
            "defaultAccountingAccountId": references.accounts[role],
            "businessAreaId": maker.pick(references.business_areas) if maker.chance(0.6) else None,
            "nafApeCode": maker.digits(market.activity) if maker.chance(0.5) else None,
            "comments": maker.pick(SPECIAL_TEXTS) if maker.chance(0.1) else None,
            "status": "DISABLED" if disabled else "ENABLED",
            "gdprApplied": False,
            "gdprAppliedDate": None,
            "disabled": disabled,
            "disabledDate": day(created) if disabled else None,
            "addresses": self._addresses(created, country, city, zip_code, province, customer=role == "customer"),
            "contacts": [
                self._contact(created, position, (first, last), customer=role == "customer")
                for position in range(maker.pick((0, 1, 1, 1, 2)))
            ],
            "paymentTermLines": payment_term_lines(
                maker, created, maker.pick(TERM_LINES), maker.pick(references.payment_means)
            ),
        }

    def _addresses(
        self, created: datetime, country: Row, city: str, zip_code: str, province: str | None, *, customer: bool
    ) -> list[Row]:
        maker, market = self._maker, self._market
        addresses = []
        for position in range(2 if maker.chance(0.3) else 1):
            main = position == 0
            values: dict[str, Any] = {
                "countryId": country["id"],
                "countryIsoCodeAlpha2": country["isoCodeAlpha2"],
                "countryName": country["name"],
                "name": None if main else maker.pick(market.adjectives),
                "firstLine": maker.pick(market.streets).format(n=maker.rng.randint(1, 199)),
                "secondLine": "2. OG" if market.code == "DE" and maker.chance(0.1) else None,
                "city": city,
                "zipCode": zip_code,
                "province": province,
                "isMainAddress": main,
            }
            if customer:
                values |= {"isDefaultDeliveryAddress": not main, "isDeliveryAddress": not main}
            addresses.append(maker.row(created, values))
        return addresses

    def _contact(self, created: datetime, position: int, name: tuple[str, str], *, customer: bool) -> Row:
        maker, market = self._maker, self._market
        first, last = name if position == 0 else (maker.pick(market.first_names), maker.pick(market.surnames))
        domain = maker.pick((market.mail, market.mail, "example.com"))
        mailbox = f"kontakt{maker.digits('####')}" if market.code == "DE" else f"contact{maker.digits('####')}"
        emails = [{"emailAddress": f"{mailbox}@{domain}", "usage": "NOT_SET", "isDefault": True}]
        if maker.chance(0.2):
            emails.append({"emailAddress": f"{mailbox}.invoices@{domain}", "usage": "INVOICES", "isDefault": False})
        phones = [
            {"number": maker.digits(pattern), "type": kind, "isDefault": kind == "LANDLINE"}
            for pattern, kind in zip(market.phones, ("LANDLINE", "MOBILE"), strict=True)
        ]
        return maker.row(
            created,
            {
                "isDefault": position == 0,
                "courtesy": maker.pick(("NONE", "MISS", "MR")),
                "name": first,
                "surname": last,
                "jobName": None,
                "jobAreaId": maker.pick(self._references.job_areas) if maker.chance(0.5) else None,
                "emails": [maker.row(created, email) for email in emails],
                "phones": [maker.row(created, phone) for phone in phones[: maker.rng.randint(0, 2)]],
                "socialMedias": [
                    maker.row(created, {"name": "Web", "link": f"https://www.{domain}/{maker.digits('####')}"})
                    for _ in range(maker.chance(0.1))
                ],
                "isDefaultCustomer" if customer else "isDefaultSupplier": position == 0,
            },
        )

    def _set_samples(self, customers: list[Row]) -> None:
        customers[0].update(discount=EXACT_DISCOUNT, modificationDate=None)
        customers[1].update(comments="".join(SPECIAL_TEXTS), tradeName=SPECIAL_TEXTS[0])
        undated = customers[WITHOUT_CREATION_DATE]
        undated["modificationDate"] = undated["modificationDate"] or undated["creationDate"]
        undated["creationDate"] = None
        customers[WITHOUT_CHILDREN].update(addresses=[], contacts=[], paymentTermLines=[], vatNumber=None)

    def _unique(self, candidates: Iterator[str]) -> str:
        value = next(candidate for candidate in candidates if candidate not in self._taken)
        self._taken.add(value)
        return value

    def _firm_names(self, city: str) -> Iterator[str]:
        maker, market = self._maker, self._market
        while True:
            name = maker.pick(market.names).format(
                surname=maker.pick(market.surnames),
                other=maker.pick(market.surnames),
                trade=maker.pick(market.trades),
                form=maker.pick(market.forms),
                city=city,
            )
            yield name
            yield f"{name} {len(self._taken)}"

    def _person_names(self, first: str) -> Iterator[str]:
        maker, market = self._maker, self._market
        while True:
            name = f"{first} {maker.pick(market.surnames)}"
            yield name
            name = f"{name}-{maker.pick(market.surnames)}"
            yield name
            yield f"{name} {len(self._taken)}"

    def _numbers(self, pattern: str) -> Iterator[str]:
        while True:
            yield self._maker.digits(pattern)
