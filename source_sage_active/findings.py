"""What the census has found of one stream, by company: only that, and never a page, is kept while others are asked."""

from dataclasses import dataclass, field

from sage_active.client import Counted


@dataclass(frozen=True, slots=True)
class StreamFindings:
    """`complete`: companies that need no read of their own; `counted`: how many rows the reads of the others have.

    No two threads note the same company.
    """

    complete: set[str] = field(default_factory=set)
    counted: dict[str, Counted] = field(default_factory=dict)

    def note_complete(self, company_id: str) -> None:
        """Everything of the company is delivered."""
        self.complete.add(company_id)
        self.counted.pop(company_id, None)
