"""Prices are net per unit. A record that says that its own hold the tax is not written."""

from collections.abc import Mapping
from typing import Any, Final

from destination_sage_active.plan.amounts.stated_amounts import NET_EXPECTED
from destination_sage_active.plan.content.parts import with_lines
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.spelling import letters
from sage_active.writing import Row, WriteModel

# Members that say so by a flag, and those that say so by one of these values, however they are spelt.
FLAGS: Final = frozenset(
    {
        *("isgross", "isgrossprice", "grossprices", "pricesaregross", "priceisgross"),
        *("priceincludestax", "pricesincludetax", "priceincludesvat", "pricesincludevat", "priceincludestaxes"),
        *("taxincluded", "taxesincluded", "vatincluded", "istaxincluded", "isvatincluded"),
        *("taxinclusive", "istaxinclusive", "vatinclusive", "isvatinclusive"),
    }
)
CHOICES: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("taxrule", "taxtype", "lineamounttypes", "lineamounttype"), frozenset({"gross", "inclusive"})),
    **dict.fromkeys(("pricetype", "pricemode", "pricebasis"), frozenset({"gross", "inclusive", "taxincluded"})),
}
TRUE: Final = frozenset({"true", "1", "yes"})


def is_about_prices(name: str) -> bool:
    """Whether a member is looked at for what it says of prices."""
    return letters(name) in FLAGS or letters(name) in CHOICES


def refuse_gross_prices(model: WriteModel, record: Row) -> None:
    """Raises `Rejected` for a record that says, in one of its members or lines, that its prices hold the tax."""
    for path, part in with_lines(model, record):
        for name, value in part.items():
            if _says_gross(letters(name), value):
                raise Rejected(f"{path}{name}", f"says that prices hold the tax; {NET_EXPECTED}", "gross-price")


def _says_gross(name: str, value: Any) -> bool:
    meaning = TRUE if name in FLAGS else CHOICES.get(name)
    return meaning is not None and letters(str(value)) in meaning
