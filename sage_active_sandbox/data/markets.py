"""All markets, and what they share: countries, currencies, units, parties from abroad, awkward texts (data only)."""

from sage_active_sandbox.data.de import GERMANY
from sage_active_sandbox.data.es import SPAIN
from sage_active_sandbox.data.fr import FRANCE

MARKETS = {market.code: market for market in (GERMANY, SPAIN, FRANCE)}

COUNTRIES: tuple[tuple[str, str, str, str | None, dict[str, str]], ...] = (
    ("DE", "DEU", "276", "DE", {"DE": "Deutschland", "ES": "Alemania", "FR": "Allemagne"}),
    ("ES", "ESP", "724", "ES", {"DE": "Spanien", "ES": "España", "FR": "Espagne"}),
    ("FR", "FRA", "250", "FR", {"DE": "Frankreich", "ES": "Francia", "FR": "France"}),
    ("AT", "AUT", "040", "AT", {"DE": "Österreich", "ES": "Austria", "FR": "Autriche"}),
    ("PT", "PRT", "620", "PT", {"DE": "Portugal", "ES": "Portugal", "FR": "Portugal"}),
    ("IT", "ITA", "380", "IT", {"DE": "Italien", "ES": "Italia", "FR": "Italie"}),
    ("GR", "GRC", "300", "EL", {"DE": "Griechenland", "ES": "Grecia", "FR": "Grèce"}),
    ("XI", "XIR", "826", "XI", {"DE": "Nordirland", "ES": "Irlanda del Norte", "FR": "Irlande du Nord"}),
    ("CH", "CHE", "756", None, {"DE": "Schweiz", "ES": "Suiza", "FR": "Suisse"}),
    ("NO", "NOR", "578", None, {"DE": "Norwegen", "ES": "Noruega", "FR": "Norvège"}),
    ("US", "USA", "840", None, {"DE": "Vereinigte Staaten", "ES": "Estados Unidos", "FR": "États-Unis"}),
)
"""ISO alpha-2, alpha-3, number, VIES code (None outside), name by market."""

FOREIGN_PARTIES: tuple[tuple[str, str, str, str | None], ...] = (
    ("AT", "Wien", "1010", "ATU########"),
    ("PT", "Lisboa", "1100-148", "PT#########"),
    ("IT", "Milano", "20121", "IT###########"),
    ("CH", "Zürich", "8001", None),
    ("US", "Springfield", "62701", None),
)
"""Country, town, zip code, VAT number pattern (None outside VIES) of third parties from abroad."""

CURRENCIES = (("EUR", "Euro", 2), ("CHF", "Swiss franc", 2), ("USD", "US dollar", 2), ("JPY", "Yen", 0))

UNITS: tuple[tuple[str, int], ...] = (
    ("UNIT", 0),
    ("HOUR", 2),
    ("DAY", 2),
    ("MONTH", 2),
    ("NIGHT", 0),
    ("METRE", 3),
    ("SQUARE_METRE", 3),
    ("CUBIC_METRE", 3),
    ("KILOMETRE", 1),
    ("GRAM", 1),
    ("MILLIGRAM", 0),
    ("KILOGRAM", 3),
    ("TONNE", 3),
    ("LITRE", 3),
    ("MILLILITRE", 0),
    ("PACK", 0),
    ("PERCENTAGE", 2),
    ("NOT_UNIT", 0),
)
"""Every member of UnitOfMeasurementNameType with its number of decimals."""

SPECIAL_TEXTS = (
    'He said "yes", then \\ and / and \' too',
    "First line\nsecond line\r\nthird line\twith a tab",
    "Grüße aus Köln, ¡adiós!, à bientôt - 😀🧾 and 日本語",
    "  leading and trailing blanks, a no-break\u00a0space, \u2028 and <b>&amp;</b>  ",
)
"""Texts that a reader must hand on unharmed."""
