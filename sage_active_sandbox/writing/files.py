"""Uploads: what is attached to a record, and the virus scan that hides it for a while.

Source: docs/reference/files.md, "Uploads".
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, Final

from sage_active_sandbox.data.maker import day
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Operation, Target

MOST_BYTES: Final = 20 * 1024 * 1024
LENGTHS: Final = {"fileName": 100, "comment": 255}
OWNERS: Final[Mapping[str, str]] = {
    "ACCOUNTING_ENTRY": "AccountingEntry",
    "CUSTOMER": "Customer",
    "EMPLOYEE": "Employee",
    "PRODUCT": "Product",
    "SUPPLIER": "Supplier",
}
"""Type of what a file is attached to, by entity type; the company itself has no row."""

SCANNED: Final = "_scanned"
VERDICT: Final = "_verdict"
"""When the scan of a file ends, and the status that the file has then."""


def upload(target: Target, sent: Mapping[str, Any]) -> Row:
    """Store a file, which the scan hides at first; RefusedError names everything that is wrong."""
    problems = Problems()
    part, entity_type = sent.get("file"), str(sent["entityType"])
    content = getattr(part, "content", b"")
    if not 0 < len(content) <= MOST_BYTES:
        problems.add("fileSize", "file", value=len(content), allowed=f"1 to {MOST_BYTES} bytes")
    for member, length in LENGTHS.items():
        if len(sent.get(member) or "") > length:
            problems.add("tooLong", member, length=length)
    _check_owner(target, entity_type, sent.get("entityId"), problems)
    problems.raise_if_any()
    file_name = PurePath(getattr(part, "file_name", None) or "")
    now, extension = target.store.clock.now(), file_name.suffix.removeprefix(".")
    name = str(sent.get("fileName") or file_name.name)
    if target.switches.uploaded_names == "without_extension" and extension:
        name = name.removesuffix(f".{extension}")
    row = {
        "id": f"{uuid.uuid4().hex}.{extension or 'bin'}",
        "uploadDate": now,
        "fileName": name,
        "type": extension[:10],
        "mimeType": getattr(part, "media_type", "")[:100],
        "size": len(content),
        "businessDate": day(sent.get("businessDate") or now),
        "comment": sent.get("comment"),
        "entityType": entity_type,
        "entityId": sent.get("entityId"),
        "filesExport": False,
        "status": "Pending",
        "downloadPath": None,
        "previewPath": None,
        SCANNED: now + timedelta(seconds=target.switches.scan_seconds),
        VERDICT: "Done" if target.switches.virus_scan == "passes" else "Rejected",
        "_content": content,
    }
    return target.store.insert(target.company.id, "EntityFile", row)


def finish_scans(rows: Iterable[Row], now: datetime) -> None:
    """Give the files whose scan has ended the status that they have from then on."""
    for row in rows:
        if row["status"] == "Pending" and SCANNED in row and row[SCANNED] <= now:
            row["status"] = row[VERDICT]


def _check_owner(target: Target, entity_type: str, entity_id: str | None, problems: Problems) -> None:
    owner = OWNERS.get(entity_type)
    if entity_type == "AP_AUTOMATION":
        problems.add("scanNotPlayed", "entityType", value=entity_type)
    elif entity_id is None:
        problems.add("required", "entityId")
    elif entity_type == "ORGANIZATION":
        if entity_id != target.company.id:
            problems.add("unknownReference", "entityId", value=entity_id)
    elif owner is None:
        problems.add("wrongReference", "entityType", value=entity_type, allowed=f"one of {', '.join(OWNERS)}")
    elif entity_id not in target.table(owner):
        problems.add("unknownReference", "entityId", value=entity_id)


OPERATIONS: Final[Mapping[str, Operation]] = {"uploadFileToEntity": upload}
