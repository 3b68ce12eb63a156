"""Root queries that are not lists of rows: one function for each (data and short functions)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import GraphQLError

from sage_active_sandbox.graphql_api import actions, prices, registers, settings
from sage_active_sandbox.graphql_api.aggregation import catalogs
from sage_active_sandbox.graphql_api.bank_accounts import bank_accounts
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports.kpis import accounting_kpis, sales_kpis
from sage_active_sandbox.graphql_api.reports.statements import balance_sheet, profit_and_loss, report_positions
from sage_active_sandbox.graphql_api.reports.third_party_balance import third_party_balance
from sage_active_sandbox.graphql_api.reports.trial_balance import trial_balance
from sage_active_sandbox.graphql_api.texts import enum_labels, error_message
from sage_active_sandbox.store import Row

Root = Callable[[Call, Mapping[str, Any]], Any]
"""The value of a root field, given its arguments."""


def _of_input(report: Root) -> Root:
    """A root whose only argument is `input`, in a company that can be used."""

    def answer(call: Call, arguments: Mapping[str, Any]) -> Any:
        call.usable_company()
        return report(call, arguments["input"])

    return answer


def _user_profile(call: Call, _arguments: Mapping[str, Any]) -> Row:
    return call.user.profile()


def _policy_check(call: Call, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which of the mutations and queries the user may send.

    Source: docs/reference/server-behaviour.md, "Editions and rights".
    """
    call.usable_company()
    schema = call.served.schema
    known = {name for kind in (schema.query_type, schema.mutation_type) if kind is not None for name in kind.fields}
    unknown = [name for name in arguments["actions"] if name not in known]
    if unknown:
        raise GraphQLError("global.businessErrors.unknownActionNames", extensions={"details": "|".join(unknown)})
    return [{"action": name, "isAllowed": call.denial(name) is None} for name in arguments["actions"]]


def _error_message(_call: Call, arguments: Mapping[str, Any]) -> dict[str, str]:
    return error_message(arguments["errorCode"], arguments["language"])


def _enum_labels(call: Call, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    return enum_labels(call.served.schema, arguments["enumName"])


ROOTS: Final[Mapping[str, Root]] = {
    "userProfile": _user_profile,
    "userAccessPolicyCheck": _policy_check,
    "localizedErrorMessage": _error_message,
    "localizedEnumValues": _enum_labels,
    "thirdPartyCodeModeSettings": settings.code_modes,
    "organizationAccountingSetupByOrgId": settings.accounting_setup,
    "organizationSalesSetupByOrgId": settings.sales_setup,
    "organizationSalesSetupDocsCustomizationByOrgId": settings.documents_setup,
    "organizationIrpfSetupByOrgId": settings.irpf_setup,
    "organizationGlobalSetupByOrgId": settings.global_setup,
    "organizationEInvoiceSetupByOrgId": settings.e_invoice_setup,
    "productPriceById": prices.product_price,
    "bankAccounts": bank_accounts,
    "accountingPlansMasterById": registers.plan_master,
    "thirdPartyIdentification": registers.identification,
    "accountingTrialBalance": _of_input(trial_balance),
    "accountingThirdPartyBalance": _of_input(third_party_balance),
    "accountingBalanceSheet": _of_input(balance_sheet),
    "accountingProfitAndLoss": _of_input(profit_and_loss),
    "accountingReportPositions": _of_input(report_positions),
    "accountingKpis": _of_input(accounting_kpis),
    "salesKpis": _of_input(sales_kpis),
    "documentPdfPreview": actions.preview,
    "documentPdfEmail": actions.email,
    "filesExport": actions.export,
    "aggregationCatalog": catalogs.aggregation_catalog,
    "aggregationExecute": _of_input(catalogs.aggregation_execute),
    "listCatalog": catalogs.list_catalog,
    "listExecute": _of_input(catalogs.list_execute),
}
"""The roots by name; every other one is a list of rows, or finds one row by its id."""

ONE_MARKET: Final[Mapping[str, str]] = {
    "organizationIrpfSetupByOrgId": "ES",
    "organizationGlobalSetupByOrgId": "FR",
    "organizationEInvoiceSetupByOrgId": "FR",
    "thirdPartyIdentification": "FR",
}
"""Roots that exist in one market only; how the others refuse them is not published.

Source: docs/reference/authentication.md, "Companies"; docs/reference/objects.md, "Third parties".
"""
