"""Settings of a company: one object each, by the id of the organization.

Source: docs/reference/authentication.md, "Settings of a company".
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.organizations import CREATED
from sage_active_sandbox.store import Company, Row
from sage_active_sandbox.writing.refusals import refused

ACCOUNTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "defaultCustomersAccountId": ("1410", "430000000", "411000"),
    "defaultSuppliersAccountId": ("1610", "400000000", "401000"),
    "defaultPrepaymentCustomerAccountId": ("1718", "438000000", "419100"),
    "defaultBankAccountId": ("1200", "572000000", "512000"),
    "defaultCashAccountId": ("1000", "570000000", "530000"),
    "defaultBankingAdjustmentsId": ("2309", "669000000", "658000"),
    "defaultBankingTransactionsId": ("1360", "555000000", "471000"),
    "defaultInputVATAccountId": ("1576", "472000021", "445660"),
    "defaultOutputVATAccountId": ("1776", "477000021", "445710"),
    "defaultPurchaseProductsAccountId": ("3400", "600000000", "607000"),
    "defaultSaleProductsAccountId": ("8400", "700000000", "707000"),
    "intracommunityAccountId": ("8125", "700000020", "707200"),
    "foreignAccountId": ("8120", "700000030", "707300"),
    "defaultProfitAccountCFId": ("0860", "129000000", "120000"),
    "defaultLossAccountCFId": ("0868", "129000000", "129000"),
    "defaultOpeningAccountCFId": ("9000", "", ""),
    "defaultResultAccountCFId": ("", "129000000", ""),
    "defaultCreditorsAccountCFId": ("9009", "", ""),
    "defaultDebtorsAccountCFId": ("9008", "", ""),
}
"""Code of each default account in DE, ES and FR; null where a company has no such account."""

JOURNALS: Final[Mapping[str, tuple[str, str, str]]] = {
    "defaultBankJournalTypeId": ("BK", "BAN", "BQ"),
    "defaultCashJournalTypeId": ("KA", "CAJ", "CAI"),
    "defaultOpeningJournalCFId": ("EB", "APE", "AN"),
    "defaultPayrollJournalTypeId": ("SO", "GEN", "OD"),
    "defaultFixedAssetJournalTypeId": ("SO", "GEN", "OD"),
    "defaultSalesPostingInvoiceJournalTypeId": ("AR", "VTA", "VTE"),
    "defaultPurchasePostingInvoiceJournalTypeId": ("ER", "COM", "ACH"),
}
"""Code of each default journal in DE, ES and FR."""

MARKETS: Final = ("DE", "ES", "FR")
MODELS: Final = {"DE": "DATEV_SKR03", "ES": "PYME", "FR": "NORMAL"}
IRPF: Final = ("IRPF 15 %", Decimal("15"))
LEGAL_MENTIONS: Final = (
    "Pas d'escompte pour paiement anticipé.",
    "Tout retard de paiement entraîne des pénalités.",
    "Indemnité forfaitaire pour frais de recouvrement : 40 €.",
)
SHOWN_PARTS: Final = ("Quotes", "Orders", "DeliveryNotes", "Invoices", "CreditNotes")


def accounting_setup(call: Call, arguments: Mapping[str, Any]) -> Row:
    """Chart of accounts and default accounts and journals."""
    company = _named(call, arguments)
    accounts = {row["code"]: row for row in call.scope.rows("AccountingAccount")}
    usual_code = ACCOUNTS["defaultBankAccountId"][MARKETS.index(company.market)]
    sessions = [row["id"] for row in call.scope.rows("AccountingEntrySession") if not row.get("isDefault")]
    return {
        "id": company.id,
        "organizationId": company.id,
        "organizationSocialName": company.name,
        "subAccountingLength": len(usual_code),
        "taxRegime": "GENERAL" if company.market == "FR" else "UNDEFINED",
        "annualAccountsModel": MODELS[company.market],
        "openItemsAutomaticAllocation": False,
        "defaultPayrollSessionId": next(iter(sessions), None),
        **_references(company, ACCOUNTS, accounts),
        **_references(company, JOURNALS, _journals(call)),
    }


def sales_setup(call: Call, arguments: Mapping[str, Any]) -> Row:
    """Number series and journals of sales and purchases."""
    company = _named(call, arguments)
    series = {row["operation"]: row["id"] for row in call.scope.rows("OperationalNumberPresetText")}
    session = next((row["id"] for row in call.scope.rows("AccountingEntrySession") if row.get("isDefault")), None)
    spanish = company.market == "ES"
    return {
        "id": company.id,
        "salesDeliveryNoteDefaultPresetTextId": series.get("DELIVERY_NOTE"),
        "salesOrderDefaultPresetTextId": series.get("ORDER"),
        "salesQuoteDefaultPresetTextId": series.get("QUOTE"),
        **dict.fromkeys(
            (
                "salesInvoiceDefaultPresetTextId",
                "salesCreditNoteDefaultPresetTextId",
                "salesReceiptDefaultPresetTextId",
            ),
            series.get("INVOICE"),
        ),
        "useSalesTracking": True,
        "useVATRatesForDOM": False,
        "askGenerateNonIdentifiedSalesInvoicesByDefault": False if spanish else None,
        "nonIdentifiedSalesInvoiceMaxAmount": Decimal("400.00") if spanish else None,
        "nonIdentifiedSalesInvoiceDefaultPresetTextId": series.get("INVOICE") if spanish else None,
        # Removed in June 2026, and still selectable.
        "allowPostingSalesInvoice": True,
        "allowPostingPurchaseInvoice": True,
        "defaultSalesPostingInvoiceSessionId": session,
        "defaultPurchasePostingInvoiceSessionId": session,
        **_references(company, JOURNALS, _journals(call)),
    }


def documents_setup(call: Call, arguments: Mapping[str, Any]) -> Row:
    """Layout of printed documents."""
    company = _named(call, arguments)
    columns = {
        f"showProduct{member}{part}": member != "Description"
        for part in SHOWN_PARTS
        for member in ("Code", "Name", "Description")
    }
    colours = {f"sales{part}ExportColor": "#00455C" for part in SHOWN_PARTS}
    return {
        "id": company.id,
        "creationDate": CREATED,
        "modificationDate": None,
        **columns,
        **colours,
        "salesInvoicesIntroText": company.name,
        "logoSizePercentage": 100,
        "applyExportColorToAllDocuments": True,
        "numberOfCopiesForInvoices": 1,
        "numberOfCopiesForCreditNotes": 1,
    }


def irpf_setup(call: Call, arguments: Mapping[str, Any]) -> Row:
    """The usual rate of withholding (ES)."""
    company = _named(call, arguments)
    name, percentage = IRPF
    return {"id": company.id, "name": name, "percentage": percentage}


def global_setup(call: Call, arguments: Mapping[str, Any]) -> Row:
    """The legal mentions on documents (FR)."""
    company = _named(call, arguments)
    return {"id": company.id, **{f"legalMention{n}": text for n, text in enumerate(LEGAL_MENTIONS, start=1)}}


def e_invoice_setup(call: Call, arguments: Mapping[str, Any]) -> Row:
    """The connection to the platform of electronic invoices (FR); the id may be missing."""
    company = _named(call, arguments) if arguments.get("id") is not None else call.usable_company()
    return {
        "id": company.id,
        "status": "Accepted",
        "statusConnectionDate": CREATED,
        "mandateNumber": company.id[:8],
        "companyInformation": company.name,
        "authorizedUserFirstName": call.user.first_name,
        "authorizedUserLastName": call.user.last_name,
        "authorizedUserEmail": call.user.email,
        "effectiveDate": CREATED,
        "salesInvoiceEffectiveDate": CREATED,
        "eReportingStartDate": CREATED,
        "businessInvoicesToggle": True,
        "creationUserId": call.user.id,
        "termsAndConditionsAccepted": True,
        "termsAndConditionsAcceptedAt": CREATED,
    }


def code_modes(call: Call, _arguments: Mapping[str, Any]) -> dict[str, bool]:
    """Are the codes of third parties assigned by the server (switch third_party_codes); DE is always automatic."""
    company = call.usable_company()
    manual = call.switches.third_party_codes == "manual" and company.market != "DE"
    return dict.fromkeys(("customerCodeIsManual", "supplierCodeIsManual", "employeeCodeIsManual"), manual)


def _named(call: Call, arguments: Mapping[str, Any]) -> Company:
    """The request's company, which the id must name."""
    company = call.usable_company()
    if str(arguments["id"]).lower() != company.id:
        raise refused("notFound", "id", value=arguments["id"])
    return company


def _journals(call: Call) -> dict[str, Row]:
    return {row["code"]: row for row in call.scope.rows("JournalType")}


def _references(company: Company, codes: Mapping[str, tuple[str, str, str]], rows: Mapping[str, Row]) -> Row:
    index = MARKETS.index(company.market)
    return {member: rows.get(by_market[index], {}).get("id") for member, by_market in codes.items()}
