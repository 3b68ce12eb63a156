"""What a company says of itself: address, numbers, currency, and the settings of its market.

Source: docs/reference/documents.md, "Currency".
"""

from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.reference_rows import DELIVERED
from sage_active_sandbox.store import Company, Row, Store


def organization_row(store: Store, company: Company, market: Market) -> Row:
    """The row of the type OrganizationDetail; the company's reference tables must be there."""
    maker = Maker(company.id, "detail")
    city, zip_code, province = maker.pick(market.cities)
    country = next(row for row in store.table(company.id, "Country").values() if row["isoCodeAlpha2"] == market.code)
    euro = next(row for row in store.table(company.id, "Currency").values() if row["code"] == "EUR")
    address = {
        "id": maker.uuid(),
        "creationDate": DELIVERED,
        "modificationDate": None,
        "countryId": country["id"],
        "countryIsoCodeAlpha2": market.code,
        "countryName": country["name"],
        "name": None,
        "firstLine": maker.pick(market.streets).format(n=1),
        "secondLine": None,
        "city": city,
        "zipCode": zip_code,
        "province": province,
        "isMainAddress": True,
    }
    return {
        "id": company.id,
        "creationDate": DELIVERED,
        "modificationDate": None,
        "status": company.status,
        "onboardingCompleted": company.onboarded,
        "onboardingDateCompleted": DELIVERED,
        "legislationCode": market.code,
        "socialName": company.name,
        "tenantId": company.environment_id,
        "documentId": maker.digits(market.document_id),
        "vatNumber": maker.digits(market.vat),
        "currencyId": euro["id"],
        "addresses": [address],
        "contacts": [],
        "documentTypeId": _id_of(company, "DocumentType", "code", "01"),
        "allowBlankIdentificationNumbers": True,
        "useCustomerCodes": True,
        "nafApeCode": maker.digits(market.activity),
        "emailSubject": None,
        "emailMessage": None,
        "sendEmailCopy": False,
        **_by_market(company, market, maker),
    }


def _by_market(company: Company, market: Market, maker: Maker) -> Row:
    """Members that have a meaning in one market only (docs/reference/authentication.md, "Companies")."""
    german, spanish = market.code == "DE", market.code == "ES"
    official_model = {
        "id": maker.uuid(),
        "creationDate": DELIVERED,
        "modificationDate": None,
        "initialDate": DELIVERED.replace(hour=0),
        "finalDate": None,
        "periodicity": "QUARTERLY",
        "territory": "COMMON",
        "description": "Modelo 303",
    }
    return {
        "vatCriterion": None if spanish else False,
        "useWithholdingForSales": spanish,
        "useWithholdingTaxTreatmentId": _id_of(company, "TaxTreatment", "taxCode", "IRPF") if spanish else None,
        "useThirdPartyBilling": False,
        "datevConsultantNumber": int(maker.digits("1######")) if german else None,
        "datevClientNumber": int(maker.digits("2####")) if german else None,
        "taxOfficialModelsOrganization": [official_model] if spanish else [],
    }


def _id_of(company: Company, type_name: str, member: str, value: str) -> str | None:
    return next((row["id"] for row in company.tables[type_name].values() if row[member] == value), None)
