"""Queries that do something: they render, send or pack documents (docs/reference/files.md, "Queries that act")."""

from typing import Final

ACTING_QUERIES: Final = frozenset({"documentPdfPreview", "documentPdfEmail", "filesExport"})
"""Root queries that are counted like mutations, and that a reader must never send."""
