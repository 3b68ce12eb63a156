"""The list of files: a filter of few fields, one sort order, chunks of a hundred.

Source: docs/reference/files.md, "List of files".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.files import finish_scans
from sage_active_sandbox.writing.refusals import refused

OPERATORS: Final[Mapping[str, frozenset[str]]] = {
    "id": frozenset({"eq"}),
    "status": frozenset({"eq"}),
    "entityType": frozenset({"eq", "in"}),
    "entityId": frozenset({"eq", "in"}),
    "type": frozenset({"eq", "in"}),
    "businessDate": frozenset({"gte", "gt", "lte"}),
    "uploadDate": frozenset({"gte", "gt", "lte"}),
    "fileName": frozenset({"contains"}),
    "filesExport": frozenset({"eq"}),
}
"""Fields of the filter with the operators that each understands."""

LONGEST_LIST: Final = 10
CHUNK: Final = 100
VISIBLE: Final = "Done"


def visible_files(call: Call, arguments: Mapping[str, Any]) -> list[Row]:
    """The files that a list may show, before its filter; RefusedError for a filter or order that is not understood."""
    call.usable_company()
    conditions = [*_conditions(arguments.get("where") or {})]
    _check_filter(conditions)
    _check_order(call, arguments.get("order") or ())
    by_id = any(name == "id" for name, _ in conditions)
    return [row for row in scanned_files(call) if by_id or row.get("status") == VISIBLE]


def scanned_files(call: Call) -> list[Row]:
    """All files of the company, as their virus scans have left them by now."""
    rows = list(call.scope.rows("EntityFile"))
    finish_scans(rows, call.store.clock.now())
    return rows


def delivered_size(size: int | None) -> int | None:
    """How many files a page has at most, given the size that is asked for."""
    return size if size is None else min(size, CHUNK)


def _conditions(where: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, condition in where.items():
        if name == "or" and condition:
            raise refused("filterNotAllowed", "where.or")
        if name in ("and", "or"):
            for part in condition or ():
                yield from _conditions(part)
        else:
            yield name, condition


def _check_filter(conditions: Sequence[tuple[str, Any]]) -> None:
    names = [name for name, _ in conditions]
    for name, condition in conditions:
        if name not in OPERATORS or names.count(name) > 1:
            raise refused("filterNotAllowed", f"where.{name}")
        for operator, operand in (condition or {}).items():
            if operator not in OPERATORS[name]:
                raise refused("filterNotAllowed", f"where.{name}.{operator}")
            if operator == "in" and len(operand or ()) > LONGEST_LIST:
                raise refused("filterNotAllowed", f"where.{name}.in")


def _check_order(call: Call, order: Iterable[Mapping[str, Any]]) -> None:
    allowed = {"businessDate"} | ({"uploadDate"} if call.switches.files_sort == "upload_date_too" else set())
    for part in order:
        for name in part:
            if name not in allowed:
                raise refused("orderNotAllowed", f"order.{name}")
