"""Members of documents that act outside the company once a document is final.

Source: docs/reference/documents.md, "Actions".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExternalEffect:
    """One such member. `effect`: what it does, as words that follow its name; `markets`: those that have it."""

    member: str
    effect: str
    markets: frozenset[str] = frozenset({"DE", "ES", "FR"})
