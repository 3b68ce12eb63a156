"""Queries that act: previews, mails and exports. They are counted like mutations.

Source: docs/reference/files.md, "Queries that act".
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from graphql import GraphQLInputObjectType

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.file_links import archive, base64_text, index_csv
from sage_active_sandbox.graphql_api.files import VISIBLE, scanned_files
from sage_active_sandbox.graphql_api.filter import compile_filter, matching
from sage_active_sandbox.graphql_api.pdf import pdf
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import refused

DOCUMENTS: Final[Mapping[str, str]] = {
    "SALES_DELIVERY_NOTE": "SalesDeliveryNote",
    "SALES_INVOICE": "SalesInvoice",
    "SALES_ORDER": "SalesOrder",
    "SALES_QUOTE": "SalesQuote",
}
"""The type of the rows behind each type of printed document."""

ARTEFACTS: Final = (("index", "csv", "text/csv"), ("files", "zip", "application/zip"))


def preview(call: Call, arguments: Mapping[str, Any]) -> Row:
    """The document as a PDF."""
    sent = arguments["input"]
    row = _document(call, sent)
    title = sent["type"].replace("_", " ").capitalize()
    return {"type": sent["type"], "id": row["id"], "pdfPreview": base64_text(render_pdf(row, title))}


def render_pdf(document: Row, title: str) -> bytes:
    """A sales document as a PDF."""
    lines = (f"{line.get('productName') or ''}: {line.get('totalNet')}" for line in document.get("lines") or ())
    head = (title, document.get("operationalNumber") or "Draft", document.get("socialName") or "")
    return pdf([*head, *lines, f"Total: {document.get('totalLiquid')} EUR"])


def email(call: Call, arguments: Mapping[str, Any]) -> Row:
    """Send the document; the request log has what was sent."""
    sent = arguments["input"]
    row = _document(call, sent)
    for member in ("emailFrom", "emailTo"):
        if "@" not in sent[member]:
            raise refused("wrongReference", member, value=sent[member], allowed="an e-mail address")
    return {"type": sent["type"], "id": row["id"]}


def export(call: Call, arguments: Mapping[str, Any]) -> Row:
    """Pack the files that match, as files of their own that the list shows under `filesExport`."""
    company = call.usable_company()
    where = call.served.schema.type_map["FilesExportFilterInput"]
    assert isinstance(where, GraphQLInputObjectType)
    predicate = None
    if arguments.get("where"):
        predicate = compile_filter(call.served.facts, where, "EntityFile", arguments["where"])
    visible = [row for row in scanned_files(call) if row.get("status") == VISIBLE]
    rows = [row for row in matching(visible, predicate, call.scope) if not row.get("filesExport")]
    requested = call.store.clock.now()
    if not rows:
        return {"status": "NO_MATCH", "message": "No file matches.", "requestedAt": requested}
    for (name, extension, media_type), content in zip(ARTEFACTS, (index_csv(rows), archive(rows)), strict=True):
        call.store.insert(
            company.id,
            "EntityFile",
            {
                "id": f"{uuid4().hex}.{extension}",
                "uploadDate": requested,
                "businessDate": requested.replace(hour=0, minute=0, second=0, microsecond=0),
                "fileName": name,
                "type": extension,
                "mimeType": media_type,
                "comment": None,
                "size": len(content),
                "entityType": "ORGANIZATION",
                "entityId": company.id,
                "filesExport": True,
                "status": VISIBLE,
                "_content": content,
            },
        )
    call.renew_scope()
    return {"status": "ACCEPTED", "message": f"{len(rows)} files are exported.", "requestedAt": requested}


def _document(call: Call, sent: Mapping[str, Any]) -> Row:
    call.usable_company()
    row = call.scope.find(DOCUMENTS[sent["type"]], sent["id"])
    if row is None:
        raise refused("notFound", "id", value=sent["id"])
    return row
