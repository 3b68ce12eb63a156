"""A server of prepared rows: a process of its own, `python -m benchmarks.server`.

It answers what the source and the yardsticks ask of either API.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from benchmarks import rows
from benchmarks.companies import COMPANY, organization
from benchmarks.contract_rows import Root, root_of
from benchmarks.documents import RootField, members_of, nodes_of, root_fields
from benchmarks.heavy_rows import HEAVY, HeavyRows
from benchmarks.spans import length, part, select_spans
from benchmarks.tables import ROWS_PER_DAY, Members, Table
from benchmarks.wire import ANNOUNCEMENT, Request, Server
from sage_active.direct.contract import Contract

# Roots with more rows have a thousand on a day, others one.
SMALL: Final = 100


class PreparedPages:
    """Both APIs over prepared rows, which are the same in each of `companies` companies.

    Each of four objects has a quarter of `total` rows; every other root of the direct API has `per_root` rows, and so
    have those four if there is no total. `heavy`: all rows are of this kind.
    """

    def __init__(self, total: int, heavy: HeavyRows | None = None, *, companies: int = 1, per_root: int = 0) -> None:
        self._direct = _with_rows(rows.DIRECT, total)
        self._maesn = _with_rows(rows.MAESN, total)
        self._companies = [organization(number) for number in range(1, companies + 1)]
        self._per_root = per_root
        if heavy:
            tables = {"direct": self._direct, "maesn": self._maesn}[heavy.connection]
            tables[heavy.root] = replace(heavy.table, rows=total)
        # Two threads that make the same one at the same time only take twice the time.
        self._root = cache(self._made_root)
        self._selecting = cache(self._made_selection)

    def answer(self, request: Request) -> bytes:
        """The body of the answer. Raises `KeyError` or `ValueError` for what it does not serve."""
        if request.path == "/graphql":
            return self._graphql(json.loads(request.body))
        if request.path == "/auth/companies":
            return json.dumps({"data": [{"id": COMPANY, "name": "Bench GmbH", "environmentId": "bench"}]}).encode()
        return self._numbered(self._maesn[request.path.removeprefix("/accounting/")], request.parameters)

    def _graphql(self, body: Mapping[str, Any]) -> bytes:
        variables = body.get("variables") or {}
        fields = [
            b'"%s":%s' % (field.alias.encode(), self._field(field, field.values(variables)))
            for field in root_fields(body["query"])
        ]
        return b'{"data":{' + b",".join(fields) + b"}}"

    def _field(self, field: RootField, arguments: Mapping[str, Any]) -> bytes:
        offset, first = int(arguments.get("after") or 0), arguments.get("first", 0)
        if field.name == "organizations":
            listed = json.dumps(self._companies[offset : offset + first]).encode()[1:-1]
            return _connection(len(self._companies), listed, offset + first)
        root = self._root(field.name)
        if not root.has_pages:
            values = self._selecting(field.name, members_of(field.selection)).page(0, root.table.rows)
            return b"[" + values + b"]" if root.is_list else values or b"null"
        spans = select_spans(root.table, arguments.get("where"))
        stated, members = length(spans), nodes_of(field.selection)
        if members is None:
            return b'{"totalCount":%d}' % stated
        if _is_descending(arguments) and stated:
            if first != 1:
                raise ValueError("only the last row is found from the end")
            offset = stated - 1
        table = self._selecting(field.name, members)
        return _connection(stated, b",".join(table.page(*span) for span in part(spans, offset, first)), offset + first)

    def _made_root(self, name: str) -> Root:
        if (table := self._direct.get(name)) and table.rows:
            return Root(table, has_pages=True, is_list=False)
        per_day = ROWS_PER_DAY if self._per_root > SMALL else 1
        root = root_of(Contract(), name, self._per_root, per_day)
        return root if root.has_pages or root.is_list else replace(root, table=replace(root.table, rows=1))

    def _made_selection(self, name: str, members: Members) -> Table:
        return self._root(name).table.selecting(members)

    @staticmethod
    def _numbered(table: Table, parameters: Mapping[str, str]) -> bytes:
        since = parameters.get("lastModifiedAt")
        changed = max(table.dates, key=lambda name: table.dates[name])
        spans = select_spans(table, {changed: {"gte": since}} if since else None)
        limit, number, total = int(parameters["limit"]), int(parameters["page"]), length(spans)
        pagination = {"total": total, "page": number, "limit": limit, "totalPages": -(-total // limit)}
        page = b",".join(table.page(*span) for span in part(spans, (number - 1) * limit, limit))
        meta = json.dumps({"warnings": [], "pagination": pagination}).encode()
        return b'{"meta":' + meta + b',"data":[' + page + b"]}"


def _with_rows(tables: Mapping[str, Table], total: int) -> dict[str, Table]:
    return {name: replace(table, rows=total // len(tables)) for name, table in tables.items()}


def _is_descending(arguments: Mapping[str, Any]) -> bool:
    return any("DESC" in order.values() for order in arguments.get("order") or ())


def _connection(stated: int, nodes: bytes, end: int) -> bytes:
    """A page and the count beside it. `end`: the number of the row behind it, which is the cursor as well."""
    info = json.dumps({"hasNextPage": end < stated, "endCursor": str(end)}).encode()
    return b'{"totalCount":%d,"nodes":[' % stated + nodes + b'],"pageInfo":' + info + b"}"


def main() -> None:
    """Serves until the process is ended."""
    parser = argparse.ArgumentParser(description="Sends prepared pages.")
    parser.add_argument("--rows", type=int, default=200_000, help="rows in all, spread over four objects")
    parser.add_argument("--heavy", choices=HEAVY, help="one object with rows of this kind instead")
    parser.add_argument("--per-root", type=int, default=0, help="rows of every other root, and of those with --rows 0")
    parser.add_argument("--companies", type=int, default=1, help="companies, all with the same rows")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    options = parser.parse_args()
    pages = PreparedPages(
        options.rows, HEAVY.get(options.heavy), companies=options.companies, per_root=options.per_root
    )
    server = Server(pages.answer, options.latency_ms / 1000)
    print(f"{ANNOUNCEMENT}{server.url}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
