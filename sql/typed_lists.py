"""Lists of JSON in DuckDB: a list is turned into typed rows in one go, with the members that the model reads.

Read member by member, and joined by a lateral join, the lines of a ledger take twenty times as long.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlglot import exp, parse_one

from sql.source import WRITTEN_IN

TEXT: Final = "VARCHAR"
Structure = dict[str, Any]
"""Members by name: their type, a structure, or a list that holds one."""


def unnest_typed(
    query: exp.Expr, lists: Mapping[str, tuple[exp.Expr, str]], written: Callable[[exp.Anonymous, str], exp.Expr]
) -> None:
    """Reads lists from a subquery in place of the raw table.

    `lists` are by alias: a raw column or the alias of another list, and the path of the list in its element. `written`
    makes the expression of a function that reads a member, from its call and the SQL of the member.
    """
    source = query.args["from_"].this
    columns = list(dict.fromkeys(column.name for column in query.find_all(exp.Column) if column.table == source.alias))
    structures: dict[str, Structure] = {alias: {} for alias in lists}
    for call in list(query.find_all(exp.Anonymous)):
        first = call.expressions[0] if call.expressions else None
        if isinstance(first, exp.Column) and not first.table and first.name in lists:
            path = call.expressions[1].name
            _put(structures[first.name], path, TEXT)
            call.replace(written(call, _member(source.alias, first.name, path)))
    for alias, (holder, path) in reversed(list(lists.items())):
        if holder.name in lists:
            _put(structures[holder.name], path, [structures[alias]])
    rows, earlier = source.sql(dialect=WRITTEN_IN), list[str]()
    for alias, (holder, path) in lists.items():
        if holder.name in lists:
            elements = _member(source.alias, holder.name, path)
        else:
            shape = json.dumps([structures[alias]])
            elements = f"JSON_TRANSFORM({source.alias}.\"{holder.name}\", '{shape}')"
        columns_kept = [f'{source.alias}."{name}"' for name in [*columns, *earlier]]
        rows = f"(SELECT {', '.join([*columns_kept, f'UNNEST({elements}) AS {alias}'])} FROM {rows}) AS {source.alias}"
        earlier.append(alias)
    query.args["from_"].this.replace(parse_one(f"SELECT 1 FROM {rows}", read=WRITTEN_IN).args["from_"].this)


def _put(structure: Structure, path: str, value: Any) -> None:
    *above, name = path.split(".")
    for part in above:
        structure = structure.setdefault(part, {})
    structure[name] = value


def _member(table: str, alias: str, path: str) -> str:
    return ".".join([f"{table}.{alias}", *(f'"{part}"' for part in path.split("."))])
