"""Acts of writes that cannot be taken back, in the order in which they happened.

Source: docs/reference/documents.md, "Acts that are final".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ActKind = Literal["number", "posting", "e_invoice", "payment_link"]


@dataclass(frozen=True, eq=False)
class Act:
    """A document got its number, was posted, was submitted as an e-invoice, or got a link for paying.

    ``series`` is the id of its number series, None without one; ``number`` and ``date`` are the document's own.
    """

    kind: ActKind
    company_id: str
    document_id: str
    series: str | None
    number: str
    date: datetime
