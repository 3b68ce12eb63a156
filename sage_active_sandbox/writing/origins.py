"""Transformations: lines of a document that come from lines of an earlier one.

Source: docs/reference/documents.md, "Links between documents".
"""

import copy
from typing import Final

from sage_active_sandbox.data.orders import ORDER
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing import pending
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.document_kinds import INVOICE, KINDS, ORIGIN_TYPES, link_kind
from sage_active_sandbox.writing.document_links import ADVANCE, LINK, follow, link, links_of, remove_links
from sage_active_sandbox.writing.target import Target

ORIGIN_MEMBERS: Final = ("originType", "originId", "originLineId")


def use_origins(attempt: Attempt) -> None:
    """Use up the lines that the document's lines newly come from, and link the documents.

    A line that names the origin that it has already uses nothing again.
    """
    for position, line in enumerate(attempt.row["lines"]):
        sent = [line.pop(name, None) for name in ORIGIN_MEMBERS]
        if not any(sent) or sent == line.get("_origin"):
            continue
        line["_origin"] = sent
        if sent[0] is None:
            _deduct(attempt, sent[1], f"lines[{position}].")
        else:
            _use(attempt, line, f"lines[{position}].")
    for (type_name, _), origin in attempt.changed.items():
        if pending.is_complete(type_name, origin):
            origin["status"] = "Closed"


def show_use(attempt: Attempt) -> None:
    """Let the links of the stored document and of its origins show what became of these."""
    follow(attempt.row, attempt.target)
    for type_name, row_id in attempt.changed:
        follow(attempt.target.table(type_name)[row_id], attempt.target)


def forget_use(document: Row, target: Target) -> None:
    """Remove the links of a deleted document, and give back what it used."""
    remove_links(document["id"], target)
    _give_back(document, target)


def _give_back(document: Row, target: Target) -> None:
    """Give lines of quotes and orders what a deleted document used of them (switch origin_lines)."""
    if target.switches.origin_lines == "used":
        return
    for line in document["lines"]:
        origin_type, origin_id, line_id = line.get("_origin") or ("", "", "")
        type_name = ORIGIN_TYPES.get(origin_type or "", "")
        stored = target.table(type_name).get(origin_id or "")
        if stored is None or not KINDS[type_name].counts_quantity:
            continue
        origin = copy.deepcopy(stored)
        for source in origin["lines"]:
            if source["id"] == line_id:
                pending.give_back(source, line["totalQuantity"])
                origin["status"] = "Pending"
        target.replace_changed(type_name, origin)
        follow(origin, target)


def _use(attempt: Attempt, line: Row, path: str) -> None:
    origin_kind, origin_id, line_id = line["_origin"]
    problems, type_name = attempt.problems, ORIGIN_TYPES[origin_kind]
    allowed = KINDS[attempt.type_name].origins
    if origin_kind not in allowed:
        expected = " or ".join(allowed) or "allowed here"
        problems.add("wrongReference", f"{path}originType", value=origin_kind, allowed=expected)
        return
    origin = attempt.changing(type_name, origin_id) if origin_id else None
    if origin is None:
        problems.add("unknownReference", f"{path}originId", value=origin_id)
        return
    source = next((found for found in origin["lines"] if found["id"] == line_id), None)
    if origin["status"] != "Pending":
        problems.add("wrongStatus", f"{path}originId", value=origin["status"], allowed="Pending")
    elif source is None:
        problems.add("unknownReference", f"{path}originLineId", value=line_id)
    elif pending.is_used_up(type_name, source):
        problems.add("lineUsedUp", f"{path}originLineId", value=line_id)
    else:
        pending.use(type_name, source, line["totalQuantity"])
        source["modificationDate"] = attempt.target.store.clock.now()
        if (attempt.type_name, origin_kind) == (ORDER, "QUOTE"):
            line["salesQuoteLineId"] = line_id
        _link(attempt, type_name, origin)


def _deduct(attempt: Attempt, advance_id: str | None, path: str) -> None:
    """A line without originType deducts the advance invoice that it names."""
    advance = attempt.target.table(INVOICE).get(advance_id or "")
    if attempt.type_name != INVOICE or advance is None or link_kind(INVOICE, advance) != ADVANCE:
        problem = "unknownReference" if advance is None else "wrongReference"
        attempt.problems.add(problem, f"{path}originId", value=advance_id, allowed="an advance invoice")
        return
    _link(attempt, INVOICE, advance)


def _link(attempt: Attempt, origin_type: str, origin: Row) -> None:
    origins = {found["originId"] for found in links_of(attempt.row["id"], attempt.target)}
    origins |= {found["originId"] for _, found in attempt.added}
    if origin["id"] not in origins:
        attempt.added.append((LINK, link(attempt.type_name, attempt.row, origin_type, origin)))
