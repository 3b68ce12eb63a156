"""Small tables around sales: types of invoices (ES), units in use, e-mail templates, users.

Source: docs/reference/objects.md, "Reference data".
"""

from collections.abc import Mapping

from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.reference_rows import delivered
from sage_active_sandbox.store import Tables

INVOICE_TYPES = (
    ("Factura completa", False, "ISSUED", "F1"),
    ("Factura simplificada", False, "ISSUED", "F2"),
    ("Factura rectificativa", True, "ISSUED", "R4"),
    ("Factura recibida", False, "RECEIVED", "F1"),
    ("Factura rectificativa recibida", True, "RECEIVED", "R4"),
)
"""Description, amends another, register, code of the SII."""

UNITS_IN_USE = (("PRODUCT", ("UNIT", "METRE", "KILOGRAM", "LITRE", "TONNE")), ("SERVICE", ("HOUR", "DAY", "NIGHT")))

TEMPLATES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "DE": (
        ("NEW_INVOICE", "Rechnung", "Ihre Rechnung {number}"),
        ("NEW_QUOTE", "Angebot", "Unser Angebot {number}"),
        ("PENDING_INVOICE_PAYMENT_REMINDER", "Mahnung", "Zahlungserinnerung {number}"),
    ),
    "ES": (
        ("NEW_INVOICE", "Factura", "Su factura {number}"),
        ("NEW_QUOTE", "Presupuesto", "Nuestro presupuesto {number}"),
        ("PENDING_INVOICE_PAYMENT_REMINDER", "Recordatorio", "Factura {number} pendiente"),
    ),
    "FR": (
        ("NEW_INVOICE", "Facture", "Votre facture {number}"),
        ("NEW_QUOTE", "Devis", "Notre devis {number}"),
        ("PENDING_INVOICE_PAYMENT_REMINDER", "Relance", "Facture {number} en attente"),
    ),
}
LANGUAGES = {"DE": "de-DE", "ES": "es-ES", "FR": "fr-FR"}
USERS = 3


def fill_sales_reference(tables: Tables, market: Market, company_id: str) -> None:
    """Add the tables; the units of measurement must be there."""
    maker = Maker(company_id, "sales reference")
    invoice_types = INVOICE_TYPES if market.code == "ES" else ()
    tables["InvoiceType"] = delivered(
        maker,
        (
            {
                "description": description,
                "isAmendInvoice": amends,
                "registerType": register,
                "siiCode": code,
                "invoiceTypesCode": code,
            }
            for description, amends, register, code in invoice_types
        ),
    )
    units = {row["name"]: row["id"] for row in tables["UnitOfMeasurement"].values()}
    setups = [
        {"id": maker.uuid(), "active": True, "category": category, "unitOfMeasurementId": units[name]}
        for category, names in UNITS_IN_USE
        for name in names
    ]
    tables["UnitOfMeasurementSalesSetup"] = {row["id"]: row for row in setups}
    tables["EmailTemplate"] = delivered(
        maker,
        (
            {
                "documentType": kind,
                "name": name,
                "isDefault": True,
                "sendMeCopy": False,
                "sendAdditionalCopy": False,
                "cc": None,
                "bcc": None,
                "emailSubject": subject,
                "emailMessage": f"{subject}\n{market.companies[0]}",
            }
            for kind, name, subject in TEMPLATES[market.code]
        ),
    )
    users = []
    for number in range(1, USERS + 1):
        first, last = maker.pick(market.first_names), maker.pick(market.surnames)
        users.append(
            {
                "id": maker.uuid(),
                "authenticationEmail": f"user{number}@{market.mail}",
                "auth0UserId": f"auth0|{maker.digits('############')}",
                "firstName": first,
                "lastName": last,
                "fullName": f"{first} {last}",
                "applicationLanguageCode": LANGUAGES[market.code],
            }
        )
    tables["User"] = {row["id"]: row for row in users}
