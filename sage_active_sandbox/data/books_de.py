"""Bookkeeping rules of the market Germany: a part of SKR03 (data only)."""

from sage_active_sandbox.data.books_spec import BooksSpec, JournalSpec, ManualEntrySpec
from sage_active_sandbox.data.market import AccountSpec, TreatmentSpec

IS = "INCOME_STATEMENT"
STATISTICAL = "STATISTICAL"

GERMAN_BOOKS = BooksSpec(
    accounts=(
        AccountSpec("input_tax_reduced", "1571", "Abziehbare Vorsteuer 7 %", "CURRENT_ASSETS_INPUT_TAX"),
        AccountSpec("intracommunity", "8125", "Steuerfreie innergemeinschaftliche Lieferungen", "REVENUE", IS),
        AccountSpec("foreign", "8120", "Steuerfreie Umsätze § 4 Nr. 1a UStG", "REVENUE", IS),
        AccountSpec("purchase_reduced", "3300", "Wareneingang 7 % Vorsteuer", "COST", IS),
        AccountSpec("fees", "4970", "Nebenkosten des Geldverkehrs", "COST", IS),
        AccountSpec("wages", "4120", "Gehälter", "COST", IS),
        AccountSpec("wages_payable", "1740", "Verbindlichkeiten aus Lohn und Gehalt", "OTHER_BALANCE_SHEET_ACCOUNT"),
        AccountSpec("rent", "4210", "Miete", "COST", IS),
        AccountSpec("depreciation", "4830", "Abschreibungen auf Sachanlagen", "COST", IS),
        AccountSpec("assets", "0420", "Büroeinrichtung", "FIXED_ASSET"),
        AccountSpec("profit", "0860", "Gewinnvortrag vor Verwendung", "CAPITAL"),
        AccountSpec("loss", "0868", "Verlustvortrag vor Verwendung", "CAPITAL"),
        AccountSpec("second_bank", "1210", "Bank 2", "BANK"),
        AccountSpec("supplier_prepayment", "1518", "Geleistete Anzahlungen 19 % Vorsteuer", "SUPPLIER_PREPAYMENT"),
        AccountSpec("suspense", "1360", "Geldtransit", "CURRENT_ASSETS"),
        AccountSpec("adjustments", "2309", "Sonstige Aufwendungen unregelmäßig", "NEUTRAL_EXPENSES", IS),
        AccountSpec("debtors_forward", "9008", "Saldenvorträge, Debitoren", "AGGREGATE_CARRIED_FORWARD", STATISTICAL),
        AccountSpec(
            "creditors_forward", "9009", "Saldenvorträge, Kreditoren", "AGGREGATE_CARRIED_FORWARD", STATISTICAL
        ),
    ),
    treatments=(
        TreatmentSpec("8", "Vorsteuer 7 %", "RECEIVED", "UST_ERM", inputs=("input_tax_reduced",)),
        TreatmentSpec("1", "Umsatzsteuerfrei", "ISSUED", "UST_FREI"),
        TreatmentSpec("0", "Ohne Vorsteuer", "RECEIVED", "UST_FREI"),
    ),
    journals=(
        JournalSpec("KA", "Kasse", "FINANCIAL", "cash"),
        JournalSpec("EB", "Eröffnungsbuchungen", "CARRY_FORWARD", "carried_forward"),
    ),
    output_taxes={"UST_VOLL": "output_tax", "UST_ERM": "output_tax_reduced"},
    input_taxes={"UST_VOLL": "input_tax", "UST_ERM": "input_tax_reduced"},
    issued={"UST_VOLL": "3", "UST_ERM": "2", "UST_FREI": "1"},
    received={"UST_VOLL": "9", "UST_ERM": "8", "UST_FREI": "0"},
    reverse_charge="19",
    bills=(("UST_VOLL", ("purchase", "expense")), ("UST_ERM", ("purchase_reduced",)), ("UST_FREI", ("rent",))),
    sales_journal="AR",
    purchase_journal="ER",
    bank_journal="BK",
    cash_journal="KA",
    general_journal="SO",
    opening_journal="EB",
    closing_journal=None,
    profit="profit",
    loss="loss",
    classes={
        "0": "Anlage- und Kapitalkonten",
        "1": "Finanz- und Privatkonten",
        "2": "Abgrenzungskonten",
        "3": "Wareneingangs- und Bestandskonten",
        "4": "Betriebliche Aufwendungen",
        "8": "Erlöskonten",
        "9": "Vortrags- und statistische Konten",
    },
    headings=(
        AccountSpec("total", "T1", "Summe Umlaufvermögen", "UNDEFINED", level="TOTAL"),
        AccountSpec("breakdown", "14101", "Forderungen Inland", "UNDEFINED", level="BREAKDOWN"),
        AccountSpec("unplaced", "X1", "Nicht zugeordnet", "UNDEFINED", "UNDEFINED", level="UNDEFINED"),
    ),
    texts={
        "invoice": "Rechnung {number}",
        "credit_note": "Gutschrift {number}",
        "advance": "Anzahlung {number}",
        "bill": "Eingangsrechnung {number}",
        "received": "Zahlungseingang {number}",
        "paid": "Zahlungsausgang {number}",
        "fee": "Kontoführung",
        "capital": "Einlage Stammkapital",
        "wages": "Gehälter",
        "wages_paid": "Gehaltszahlung",
        "opening": "Eröffnungsbilanz {year}",
        "provisional": "Vorläufiger Saldenvortrag {year}",
        "cash_vat": "Umbuchung Vorsteuer",
    },
    manual=(
        ManualEntrySpec(1, "Büroeinrichtung", "4800.00", "assets", "bank"),
        ManualEntrySpec(7, "Miete Lager", "1150.00", "rent", "bank"),
        ManualEntrySpec(12, "Abschreibung", "960.00", "depreciation", "assets"),
    ),
    dimensions=(
        ("KST", "Kostenstelle", (("100", "Verwaltung"), ("200", "Vertrieb"), ("300", "Werkstatt"))),
        ("KTR", "Kostenträger", (("A", "Projekt A"), ("B", "Projekt B"))),
    ),
    annual_accounts="DATEV_SKR03",
    employees=False,
    sessions=True,
    bank_names=("Blaue Bank AG", "Sparkasse Nordlicht"),
    iban="DE####################",
)
