"""Third parties of rehearsals: invented, with addresses and numbers that a service can check."""

from collections.abc import Mapping
from typing import Any, Final

# A country of VIES that has no Sage Active.
ABROAD: Final = "AT"
ADDRESSES: Final[Mapping[str, Mapping[str, str]]] = {
    "AT": {"city": "Wien", "zipCode": "1010"},
    "DE": {"city": "Berlin", "zipCode": "10115"},
    "ES": {"city": "Madrid", "zipCode": "28001", "province": "Madrid"},
    "FR": {"city": "Paris", "zipCode": "75001"},
    "PT": {"city": "Lisboa", "zipCode": "1000-001"},
}
# Spain wants one on its invoices (docs/reference/documents.md, "Members taken from the customer"): the one of the
# examples, which nobody has.
DOCUMENT_IDS: Final[Mapping[str, str]] = {"ES": "99999999R"}
# Where codes may have letters (docs/reference/objects.md, "Third parties").
FREE_CODES: Final = frozenset({"ES", "FR", "PT"})
_DIGITS: Final = 7


def party(name: str, country: str) -> dict[str, Any]:
    """What every third party has: its name, and one address."""
    address = {"name": "Main", "firstLine": "1", "countryIsoCodeAlpha2": country, **ADDRESSES.get(country, {})}
    return {"socialName": name, "addresses": [address]}


def vat_number(trace: str) -> str:
    """An Austrian VAT number with the right check digit, another one for each rehearsal.

    The digits in even places count as the digit sum of their double.
    """
    number = f"{int(trace[-6:], 16) % 10**_DIGITS:0{_DIGITS}d}"
    weighted = (
        sum(divmod(2 * int(digit), 10)) if position % 2 else int(digit) for position, digit in enumerate(number)
    )
    return f"ATU{number}{-(sum(weighted) + 4) % 10}"
