"""Metadata of files: scanned bills, and what is attached to other records.

Source: docs/reference/files.md, "List of files".
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sage_active_sandbox.data.maker import ANCHOR, Maker, day
from sage_active_sandbox.store import Row, Table

ATTACHED_EVERY = 6
KINDS = (("pdf", "application/pdf"), ("png", "image/png"), ("jpg", "image/jpeg"))
OTHER_STATES = ("Pending", "ToCheck", "Rejected")
UNDONE_EVERY = 12
"""One file in so many is not ready (yet)."""

BILL_STATES = {"Uploading": "ToCheck", "SbdRejected": "Rejected"}


def files(maker: Maker, bills: Iterable[Row], owners: Iterable[tuple[str, Row]]) -> Table:
    """Files by id, which is not a UUID; ``owners`` are entity types and rows."""
    rows = [*_scans(maker, bills), *_attachments(maker, owners)]
    return {row["id"]: row for row in rows}


def _scans(maker: Maker, bills: Iterable[Row]) -> Iterator[Row]:
    for bill in bills:
        if bill["fileId"]:
            state = BILL_STATES.get(bill["status"], "Done")
            values = {"id": bill["fileId"], "fileName": bill["fileName"], "status": state}
            yield _file(maker, bill["creationDate"], "AP_AUTOMATION", None, KINDS[0], values)


def _attachments(maker: Maker, owners: Iterable[tuple[str, Row]]) -> Iterator[Row]:
    count = 0
    for position, (entity, row) in enumerate(owners):
        if position % ATTACHED_EVERY:
            continue
        count += 1
        moment = row.get("creationDate") or row.get("modificationDate") or ANCHOR - timedelta(days=1)
        kind = maker.pick(KINDS)
        values = {
            "id": f"{maker.rng.getrandbits(128):032x}.{kind[0]}",
            "fileName": f"{entity.lower()}-{count:05}"[:100],
            "status": maker.pick(OTHER_STATES) if count % UNDONE_EVERY == 0 else "Done",
        }
        yield _file(maker, moment, entity, row["id"], kind, values)


def _file(
    maker: Maker, moment: datetime, entity: str, entity_id: str | None, kind: tuple[str, str], values: dict[str, Any]
) -> Row:
    return {
        **values,
        "uploadDate": moment,
        "type": kind[0],
        "mimeType": kind[1],
        "size": maker.rng.randint(1_000, 900_000),
        "businessDate": day(moment),
        "comment": None,
        "entityType": entity,
        "entityId": entity_id,
        "filesExport": False,
        "downloadPath": None,
        "previewPath": None,
    }
