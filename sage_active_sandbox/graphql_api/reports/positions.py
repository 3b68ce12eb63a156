"""Lines of the balance sheet and of profit and loss, with the accounts that they show (data only).

The vendor's own schemes are not published. These follow the usual layouts of the three countries; an account belongs to
the position with its longest matching prefix, else to the one of its kind, else to the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Position:
    """One line of a statement.

    ``labels`` are in the languages of DE, ES and FR. ``debit`` tells whether a debit balance is positive. ``prefixes``
    (by market) and ``kinds`` say which accounts it shows; ``deducted`` are those of the second column. ``sums`` are the
    codes of the lines that it adds up. An account whose balance has the other sign moves to ``alternative``.
    """

    code: str
    labels: tuple[str, str, str]
    line_type: str = "ACCOUNT_CALCULATION"
    debit: bool = True
    prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deducted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    sums: tuple[str, ...] = ()
    alternative: str | None = None


def _accounts(de: str = "", es: str = "", fr: str = "") -> dict[str, tuple[str, ...]]:
    return {"DE": tuple(de.split()), "ES": tuple(es.split()), "FR": tuple(fr.split())}


OTHER_ASSETS: Final = "A.6"
OTHER_LIABILITIES: Final = "L.7"
RESULT: Final = "L.2"
EQUITY: Final = "L.1"
TOTAL_ASSETS: Final = "A.T"
NET_RESULT: Final = "R.T"

BALANCE_SHEET: Final = (
    Position(code="A", labels=("Aktiva", "Activo", "Actif"), line_type="TITLE"),
    Position(
        code="A.1",
        labels=("Anlagevermögen", "Activo no corriente", "Actif immobilisé"),
        prefixes=_accounts("00 01 02 03 04 05", "20 21 22 23 24 25 26", "20 21 22 23 26 27"),
        deducted=_accounts("", "28 29", "28 29"),
        kinds=frozenset({"FIXED_ASSET", "DEPRECIATION_PROVISION"}),
    ),
    Position(
        code="A.2",
        labels=("Vorräte", "Existencias", "Stocks et en-cours"),
        prefixes=_accounts("3970 3980", "30 31 32 33 34 35 36", "31 32 33 34 35 37"),
        deducted=_accounts("", "39", "39"),
        kinds=frozenset({"STOCK"}),
    ),
    Position(
        code="A.3",
        labels=("Forderungen aus Lieferungen und Leistungen", "Clientes", "Créances clients"),
        prefixes=_accounts("14", "43 44", "411 413 416 418"),
        kinds=frozenset({"CUSTOMER", "CURRENT_ASSETS"}),
    ),
    Position(
        code="A.4",
        labels=("Vorsteuer", "Hacienda Pública, deudora", "TVA déductible"),
        prefixes=_accounts("155 156 157", "470 471 472 473", "4456"),
        kinds=frozenset({"INPUT_TAX", "CURRENT_ASSETS_INPUT_TAX"}),
    ),
    Position(
        code="A.5",
        labels=("Kasse und Bank", "Efectivo", "Disponibilités"),
        prefixes=_accounts("10 11 12 13", "57", "51 53 54"),
        kinds=frozenset({"BANK", "CASH", "TITLE"}),
        alternative=OTHER_LIABILITIES,
    ),
    Position(
        code=OTHER_ASSETS,
        labels=("Sonstige Vermögensgegenstände", "Otros activos", "Autres créances"),
        prefixes=_accounts("15 098", "54 55 56 460 48", "409 46 486"),
        alternative=OTHER_LIABILITIES,
    ),
    Position(
        code=TOTAL_ASSETS,
        labels=("Summe Aktiva", "Total activo", "Total de l'actif"),
        line_type="LINE_CALCULATION",
        sums=("A.1", "A.2", "A.3", "A.4", "A.5", OTHER_ASSETS),
    ),
    Position(code="L", labels=("Passiva", "Patrimonio neto y pasivo", "Passif"), line_type="TITLE"),
    Position(
        code=EQUITY,
        labels=("Eigenkapital", "Fondos propios", "Capitaux propres"),
        debit=False,
        prefixes=_accounts("08 18 19", "10 11 12 13 8 9", "10 11 12 13 14"),
        kinds=frozenset({"CAPITAL", "MANAGEMENT_RESULT", "RESULT_BALANCE_SHEET"}),
    ),
    Position(
        code=RESULT,
        labels=("Jahresergebnis", "Resultado del ejercicio", "Résultat de l'exercice"),
        line_type="RESULT_CALCULATION",
        debit=False,
    ),
    Position(
        code="L.3",
        labels=("Rückstellungen und Darlehen", "Deudas a largo plazo", "Provisions et emprunts"),
        debit=False,
        prefixes=_accounts("06 07 095 096 097", "14 16 17 18", "15 16"),
        kinds=frozenset({"BORROWED_CAPITAL"}),
    ),
    Position(
        code="L.4",
        labels=("Verbindlichkeiten aus Lieferungen und Leistungen", "Proveedores", "Dettes fournisseurs"),
        debit=False,
        prefixes=_accounts("16", "40 41", "401 403 404 405 408"),
        kinds=frozenset({"PROVIDER"}),
    ),
    Position(
        code="L.5",
        labels=("Erhaltene Anzahlungen", "Anticipos de clientes", "Avances et acomptes reçus"),
        debit=False,
        prefixes=_accounts("171 172", "438", "4191"),
        kinds=frozenset({"CUSTOMER_PREPAYMENT", "CUSTOMER_PREPAYMENT_TAX_INCLUDED"}),
    ),
    Position(
        code="L.6",
        labels=("Umsatzsteuer", "Hacienda Pública, acreedora", "TVA collectée"),
        debit=False,
        prefixes=_accounts("176 177 178 179", "475 477", "4455 4457 44587"),
        kinds=frozenset({"OUTPUT_TAX", "BORROWED_CAPITAL_OUTPUT_TAX"}),
    ),
    Position(
        code=OTHER_LIABILITIES,
        labels=("Sonstige Verbindlichkeiten", "Otros pasivos", "Autres dettes"),
        debit=False,
        prefixes=_accounts("17 099", "465 476 52", "42 43 44 487"),
        kinds=frozenset({"EMPLOYEE"}),
        alternative=OTHER_ASSETS,
    ),
    Position(
        code="L.T",
        labels=("Summe Passiva", "Total patrimonio neto y pasivo", "Total du passif"),
        line_type="LINE_CALCULATION",
        debit=False,
        sums=(EQUITY, RESULT, "L.3", "L.4", "L.5", "L.6", OTHER_LIABILITIES),
    ),
)

PROFIT_AND_LOSS: Final = (
    Position(
        code="R.1",
        labels=("Umsatzerlöse", "Importe neto de la cifra de negocios", "Chiffre d'affaires"),
        debit=False,
        prefixes=_accounts("8", "70", "70"),
        kinds=frozenset({"REVENUE", "SALES_DEDUCTION"}),
    ),
    Position(
        code="R.2",
        labels=("Sonstige Erträge", "Otros ingresos de explotación", "Autres produits"),
        debit=False,
        prefixes=_accounts("27 89", "71 73 74 75 79", "71 72 74 75 78 79"),
        kinds=frozenset({"NEUTRAL_REVENUE", "REDUCTION_IN_EXPENSES"}),
    ),
    Position(
        code="R.3",
        labels=("Wareneinsatz", "Aprovisionamientos", "Achats"),
        debit=False,
        prefixes=_accounts("3", "60 61", "60"),
    ),
    Position(
        code="R.4",
        labels=("Personalaufwand", "Gastos de personal", "Charges de personnel"),
        debit=False,
        prefixes=_accounts("41", "64", "64"),
    ),
    Position(
        code="R.5",
        labels=("Abschreibungen", "Amortización", "Dotations aux amortissements"),
        debit=False,
        prefixes=_accounts("48", "68", "68"),
    ),
    Position(
        code="R.6",
        labels=("Sonstige Aufwendungen", "Otros gastos de explotación", "Autres charges"),
        debit=False,
        prefixes=_accounts("4 23 24", "62 63 65 69", "61 62 63 65"),
        kinds=frozenset({"COST", "CHARGE", "NEUTRAL_EXPENSES"}),
    ),
    Position(
        code="R.7",
        labels=("Betriebsergebnis", "Resultado de explotación", "Résultat d'exploitation"),
        line_type="LINE_CALCULATION",
        debit=False,
        sums=("R.1", "R.2", "R.3", "R.4", "R.5", "R.6"),
    ),
    Position(
        code="R.8",
        labels=("Finanzergebnis", "Resultado financiero", "Résultat financier"),
        debit=False,
        prefixes=_accounts("21 26", "66 76", "66 76"),
        kinds=frozenset({"EXCHANGE_RATE_INCOME", "EXCHANGE_RATE_EXPENSE"}),
    ),
    Position(
        code="R.9",
        labels=("Außerordentliches Ergebnis", "Resultados excepcionales", "Résultat exceptionnel"),
        debit=False,
        prefixes=_accounts("20 25", "67 77", "67 77"),
    ),
    Position(
        code="R.10",
        labels=("Steuern vom Einkommen und Ertrag", "Impuesto sobre beneficios", "Impôts sur les bénéfices"),
        debit=False,
        prefixes=_accounts("22", "630 633 638", "69"),
    ),
    Position(
        code=NET_RESULT,
        labels=("Jahresergebnis", "Resultado del ejercicio", "Résultat net"),
        line_type="RESULT_CALCULATION",
        debit=False,
        sums=("R.7", "R.8", "R.9", "R.10"),
    ),
)

STATEMENTS: Final = {"BALANCE_SHEET": BALANCE_SHEET, "ECPN": BALANCE_SHEET, "INCOME_STATEMENT": PROFIT_AND_LOSS}
"""The statement of each type of account; special and statistical accounts have none.

Source: docs/reference/accounting.md, "Reports".
"""

OTHER_EXPENSES: Final = "R.6"
LANGUAGES: Final = ("DE", "ES", "FR")
"""Markets in the order of the labels."""

LINE_TYPES: Final = (
    "UNDEFINED",
    "ACCOUNT_CALCULATION",
    "LABEL",
    "LINE_CALCULATION",
    "RESULT_CALCULATION",
    "TITLE",
)
"""Members of lineType in their documented order; replies show a name, or its number (switch report_line_types)."""
