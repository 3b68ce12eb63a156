"""Links between sales documents: which document came from which.

Source: docs/reference/documents.md, "Links between documents".
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.document_kinds import INVOICE, KINDS, ORIGIN_TYPES, link_kind
from sage_active_sandbox.writing.refusals import refused
from sage_active_sandbox.writing.target import Target

LINK: Final = "RelatedSalesDocument"
COPIED: Final = ("documentDate", "operationalNumber", "status", "totalLiquid")
"""Members of the document that its links show."""

ADVANCE: Final = "ADVANCE_INVOICE"


def link(type_name: str, document: Row, origin_type: str, origin: Row) -> Row:
    """The link from a document to its origin, without id and dates."""
    return {
        **{name: document[name] for name in COPIED},
        "documentId": document["id"],
        "documentType": link_kind(type_name, document),
        "originId": origin["id"],
        "originDocumentType": link_kind(origin_type, origin),
    }


def links_of(document_id: str, target: Target) -> Iterator[Row]:
    """The links from a document to its origins."""
    return (row for row in target.table(LINK).values() if row["documentId"] == document_id)


def follow(document: Row, target: Target) -> None:
    """Show the document's number, status and total in its links; a bill has none."""
    for row in [*links_of(document["id"], target)]:
        copied = {name: document[name] for name in COPIED}
        if any(row[name] != value for name, value in copied.items()):
            target.replace_changed(LINK, {**copy.deepcopy(row), **copied})


def remove_links(document_id: str, target: Target) -> None:
    """Forget where a deleted document came from."""
    for row in [*links_of(document_id, target)]:
        target.store.delete(target.company.id, LINK, row["id"])


def link_related(target: Target, sent: Mapping[str, Any]) -> Row:
    """Link two documents afterwards; a link that is there already is answered as it is."""
    type_name, document = _document(target, sent, "documentId")
    origin_type, origin = _document(target, sent, "originId")
    allowed = KINDS[type_name].origins
    is_advance = link_kind(origin_type, origin) == ADVANCE and type_name == INVOICE and document is not origin
    if not is_advance and origin_type not in (ORIGIN_TYPES[kind] for kind in allowed):
        raise refused("wrongReference", "originId", value=sent["originId"], allowed=f"of {' or '.join(allowed) or '-'}")
    known = next((row for row in links_of(document["id"], target) if row["originId"] == origin["id"]), None)
    return known or target.store.insert(target.company.id, LINK, link(type_name, document, origin_type, origin))


def _document(target: Target, sent: Mapping[str, Any], member: str) -> tuple[str, Row]:
    for type_name in KINDS:
        row = target.table(type_name).get(sent[member])
        if row is not None:
            return type_name, row
    raise refused("notFound", member, value=sent[member])
