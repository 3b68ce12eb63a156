"""The printed invoice as Maesn hands it out: base64, without an id (docs/reference/maesn.md, "Invoices")."""

from typing import Any

from sage_active_sandbox.graphql_api.actions import render_pdf
from sage_active_sandbox.graphql_api.file_links import base64_text
from sage_active_sandbox.store import Row


def document(row: Row) -> dict[str, Any]:
    """The document of an invoice."""
    return {
        "fileName": f"{row.get('operationalNumber') or row['id']}.pdf",
        "contentType": "application/pdf",
        "base64Encoded": True,
        "content": base64_text(render_pdf(row, "Sales invoice")),
    }
