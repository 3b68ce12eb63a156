"""By what names a document states its amounts: which members say how much, and which of them the API computes.

Each connection declares its own: `direct/amount_facts.py` and `maesn/inputs.py`.
"""

from dataclasses import dataclass
from enum import Enum


class Part(Enum):
    """What a total is the sum of; net + tax + surcharge - withheld = total (docs/reference/documents.md, "Amounts")."""

    NET = "net"
    TAX = "tax"
    SURCHARGE = "surcharge"
    WITHHELD = "withheld"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Total:
    """One amount of a document.

    `member`: as reading gives it; `of_line`: the same amount of one line, where lines state it; `also`: further names
    by which a record may state it.
    """

    part: Part
    member: str
    of_line: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountMembers:
    """The members of a document and its lines that amounts follow from, and those that state the result.

    `line_discount`: a percentage; `discount`: of the whole document, a percentage or an amount
    (docs/reference/documents.md, "Amounts"); `rate`: a line's VAT, in percent; `reads_all`: whether every document is
    read back after it was written, or only the first, to see what the API makes of it; `number`: that of the document,
    which an act of its own gives it; `item` and `item_rate`: the member of a line that refers to its item, and that of
    the item which says at what rate it is sold. `net`, `tax`: the members of lines that state these, and have no
    quantity. `takes_discounts`: whether discounts are sent; where they are not, lines do not tell what they come to.
    `unsigned`: which sign the API gives amounts and quantities is not known, so that they are compared without one.
    """

    lines: str
    rate: str
    totals: tuple[Total, ...]
    reads_all: bool
    quantity: str = ""
    price: str = ""
    line_discount: str = ""
    discount: str = ""
    net: str = ""
    tax: str = ""
    number: str | None = None
    item: str | None = None
    item_rate: str | None = None
    takes_discounts: bool = True
    unsigned: bool = False
