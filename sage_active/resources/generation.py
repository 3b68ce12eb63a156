"""Documents that the server makes of another one, wholly or in part.

Source: docs/reference/documents.md, "Credit notes and advance invoices".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What such a document is made of.

    `source`: the member with the id of the other document; `type`, `called`: that one's type, and how messages call it;
    `status`, `unfinished`: its status, and those in which nothing is made of it; `not_of`: a member and its value in
    documents that nothing is ever made from; `day`: the date of both, of which this one's is not the earlier one.

    `lines`: the list of both; `product`, `quantity`, `price`: of a line, and of the product the server takes what it is
    told, so that two lines of one cannot be told apart; `left`: of a line of the other document, how much can still be
    taken. The server may count a draft or not, so what all of them have taken counts as well.
    """

    source: str
    type: str
    called: str
    status: str
    unfinished: frozenset[str]
    not_of: tuple[str, str]
    day: str
    lines: str
    product: str
    quantity: str
    price: str
    left: str
