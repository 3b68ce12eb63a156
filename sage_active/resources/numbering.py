"""How documents are numbered: by series, when they become final.

Sources: docs/reference/documents.md, "Lifecycle" and "Actions".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """The members of a document from which its place among others follows.

    `day`: its date; `series`: the id of its number series; `operation`: the kind of series that are for such
    documents; `number`: what it gets when it becomes final; `total`: a list and the member of its elements that add up
    to its amount, where it states none; `total_of_record`: the same of a record, where that has another list. None: it
    has none.
    """

    day: str
    series: str | None = None
    operation: str | None = None
    number: str | None = None
    total: tuple[str, str] | None = None
    total_of_record: tuple[str, str] | None = None
