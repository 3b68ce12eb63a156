"""Rules for customers, suppliers and employees (docs/reference/objects.md, "Third parties")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.addresses import set_country
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.payment_terms import complete_terms
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target


@dataclass(frozen=True)
class Role:
    """What sets third parties apart: account type, the contact's mark, German codes, settings.

    ``is_identified`` ones have a country, a document and a VAT number.
    """

    account_type: str
    default_contact: str
    german_codes: tuple[int, int]
    defaults: Mapping[str, Any]
    is_identified: bool = True
    most_addresses: int | None = None


ROLES = {
    "Customer": Role(
        account_type="CUSTOMER",
        default_contact="isDefaultCustomer",
        german_codes=(10000, 69999),
        defaults={
            "customerType": "BUSINESS",
            "hasEquivalenceSurcharge": False,
            "blockDeliveryNoteEnabled": False,
            "blockInvoiceEnabled": False,
            "blockOrderEnabled": False,
            "nonIdentifiedCustomer": False,
            "printNameOnPdf": False,
        },
    ),
    "Supplier": Role("PROVIDER", "isDefaultSupplier", (70000, 99999), {}),
    "Employee": Role("EMPLOYEE", "isDefault", (70000, 99999), {}, is_identified=False, most_addresses=1),
}
EMPLOYEE_CODES = ("E{n:05}", 1)
SHARED_DEFAULTS: Mapping[str, Any] = {"sourceType": "PUBLIC_API", "gdprApplied": False, "disabled": False}

DOCUMENT_ID_SHAPES = {"DE": r"[0-9A-Z]{11,14}", "ES": r"[0-9A-Z][0-9]{7}[0-9A-Z]", "FR": r"[0-9A-Z]{9}|[0-9A-Z]{14}"}
"""SIREN or SIRET, Steuer-IdNr, NIF/DNI/NIE; of third parties in the company's own country."""


def complete(attempt: Attempt) -> None:
    """Fill what the server fills, and note the rules that are broken."""
    row, target, problems = attempt.row, attempt.target, attempt.problems
    role = ROLES[attempt.type_name]
    for name, value in {**SHARED_DEFAULTS, **role.defaults}.items():
        if row.get(name) is None:
            row[name] = value
    _children(row, role, target, problems)
    if role.is_identified:
        _identity(row, attempt.before, target)
    _code(attempt)
    _accounts(attempt)
    if attempt.type_name == "Customer":
        row["documentLanguage"] = row.get("documentLanguage") or target.market.language
        if row["nonIdentifiedCustomer"] and row["customerType"] != "INDIVIDUAL":
            problems.add("nonIdentifiedBusiness", "nonIdentifiedCustomer")
    if row["disabled"]:
        row["disabledDate"] = row.get("disabledDate") or target.today()
    row["status"] = "GDPR_APPLIED" if row["gdprApplied"] else "DISABLED" if row["disabled"] else "ENABLED"
    if role.is_identified:
        _check_numbers(attempt)


def _children(row: Row, role: Role, target: Target, problems: Problems) -> None:
    if not row.get("addresses") and target.switches.empty_children == "refused":
        problems.add("required", "addresses")
    if role.most_addresses is not None and len(row.get("addresses") or ()) > role.most_addresses:
        problems.add("outOfRange", "addresses", allowed=f"the number of {role.most_addresses}")
    for position, address in enumerate(row.setdefault("addresses", [])):
        set_country(address, target, problems, f"addresses[{position}].")
        address["isMainAddress"] = position == 0
        if role.account_type == "CUSTOMER":
            address["isDefaultDeliveryAddress"] = bool(address.get("isDefaultDeliveryAddress"))
            address["isDeliveryAddress"] = address["isDefaultDeliveryAddress"] or position > 0
    for position, contact in enumerate(row.setdefault("contacts", [])):
        _complete_contact(contact, role.default_contact, first=position == 0)
    complete_terms(row.setdefault("paymentTermLines", []), problems)


def _complete_contact(contact: Row, mark: str, *, first: bool) -> None:
    sent = contact[mark] if contact.get(mark) is not None else contact.get("isDefault")
    contact[mark] = contact["isDefault"] = first if sent is None else sent
    contact["courtesy"] = contact.get("courtesy") or "NONE"
    for name, kind in (("emails", "usage"), ("phones", "type"), ("socialMedias", None)):
        for position, channel in enumerate(contact.setdefault(name, [])):
            if kind is not None:
                channel[kind] = channel.get(kind) or "NOT_SET"
                if channel.get("isDefault") is None:
                    channel["isDefault"] = position == 0


def _identity(row: Row, before: Row | None, target: Target) -> None:
    if before is None:
        address: Row = next(iter(row["addresses"]), {})
        row["countryAcronym"] = (
            row.get("countryAcronym") or address.get("countryIsoCodeAlpha2") or target.company.market
        )
    country = target.first("Country", isoCodeAlpha2=row["countryAcronym"]) or {}
    row["viesCode"] = country.get("viesCode")
    if before is None and row.get("documentTypeId") is None:
        domestic = row["countryAcronym"] == target.company.market
        code = "01" if domestic else "02" if row["viesCode"] else "06"
        row["documentTypeId"] = target.first_id("DocumentType", code=code)


def _code(attempt: Attempt) -> None:
    if attempt.before is not None:
        return
    type_name, row, target, problems = attempt.type_name, attempt.row, attempt.target, attempt.problems
    low, high = ROLES[type_name].german_codes
    german = target.company.market == "DE"
    code, taken = row.get("code"), {other.get("code") for other in attempt.others()}
    if not code:
        if target.switches.third_party_codes == "manual" and not german:
            problems.add("codeMissing", "code")
            return
        market = target.market
        pattern, start = {
            "Customer": (market.customer_code, market.first_customer),
            "Supplier": (market.supplier_code, market.first_supplier),
            "Employee": EMPLOYEE_CODES,
        }[type_name]
        row["code"] = target.next_number(type_name, taken, pattern, start)
    elif code in taken:
        problems.add("codeTaken", "code", value=code)
    elif german and not (re.fullmatch(r"\d{5}", code, re.ASCII) and low <= int(code) <= high):
        problems.add("codeOutOfRange", "code", value=code, allowed=f"{low}-{high}")


def _accounts(attempt: Attempt) -> None:
    row, target, problems = attempt.row, attempt.target, attempt.problems
    wanted = ROLES[attempt.type_name].account_type
    account_id = row.get("defaultAccountingAccountId")
    if account_id is None and attempt.before is None:
        if target.switches.default_accounts:
            row["defaultAccountingAccountId"] = target.first_id("AccountingAccount", subAccountType=wanted)
        elif target.company.market == "DE":
            problems.add("accountMissing", "defaultAccountingAccountId")
    account = target.table("AccountingAccount").get(account_id or "")
    if account is not None and account.get("subAccountType") != wanted:
        problems.add(
            "wrongReference", "defaultAccountingAccountId", value=account_id, allowed=f"of the subAccountType {wanted}"
        )
    category = target.table("TransactionCategory").get(row.get("transactionCategoryId") or "")
    if category is None:
        return
    if category.get("type") != "PURCHASE":
        problems.add("wrongReference", "transactionCategoryId", value=category["id"], allowed="of the type PURCHASE")
    if row.get("defaultPurchaseAccountId") is None:
        row["defaultPurchaseAccountId"] = category.get("accountingAccountId")
    if row.get("taxTreatmentId") is None and target.company.market == "ES":
        row["taxTreatmentId"] = category.get("taxTreatmentId")


def _check_numbers(attempt: Attempt) -> None:
    row, before, target, problems = attempt.row, attempt.before, attempt.target, attempt.problems
    everywhere = target.switches.third_party_numbers_unique == "organization"
    others = attempt.others("Customer", "Supplier") if everywhere else attempt.others()
    for member in ("documentId", "vatNumber"):
        value = row.get(member)
        if value and any(other.get(member) == value for other in others):
            problems.add(f"{member}Taken", member)
    market, domestic = target.company.market, row["countryAcronym"] == target.company.market
    sent = before is None or row.get("documentId") != before.get("documentId")
    if sent and domestic and row.get("documentId") and target.switches.document_id_shape == "checked":
        shape = DOCUMENT_ID_SHAPES[market]
        if not re.fullmatch(shape, row["documentId"]):
            problems.add("documentIdInvalid", "documentId", value=row["documentId"], allowed=shape)
    abroad_in_vies = bool(row["viesCode"]) and not domestic
    if abroad_in_vies and not row.get("vatNumber") and target.switches.vies_vat_number == "mandatory":
        problems.add("vatNumberMissing", "vatNumber", country=row["countryAcronym"])
