"""What a model reads of lists: the joins of `each_of`, and the members that their elements lead to.

Columns of raw tables are written `raw.member`; `each_of(x)` or `each_of(x, 'a.b')`, joined under an alias, yields the
elements of a list, where x is a raw column or the alias of another list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

RAW: Final = "raw"
EACH: Final = "each_of"


@dataclass(frozen=True)
class ListJoin:
    """A join of a list. `holder`: what the list is in; `path`: where in it, empty where it is the list itself."""

    join: exp.Join
    alias: str
    holder: exp.Expr
    path: str


def list_joins(query: exp.Expr) -> list[ListJoin]:
    """The joins of lists, each behind that of the list which it is in."""
    joins: list[ListJoin] = []
    for join in query.find_all(exp.Join):
        call = join.this.this
        if isinstance(call, exp.Anonymous) and call.name == EACH:
            holder, *path = call.expressions
            joins.append(ListJoin(join, join.this.alias, holder, path[0].name if path else ""))
    return joins


def list_paths(query: exp.Expr) -> Mapping[str, str]:
    """The aliases of lists, with the path of each from its raw table."""
    paths: dict[str, str] = {}
    for one in list_joins(query):
        paths[one.alias] = below(one.holder, one.path, paths)
    return paths


def below(holder: exp.Expr, path: str, lists: Mapping[str, str]) -> str:
    """The path from the raw table of what is below a raw column or the element of a list."""
    start = holder.name if is_raw(holder) else lists[holder.name]
    return f"{start}.{path}" if path else start


def is_raw(node: exp.Expr) -> bool:
    """Whether it is a column of a raw table."""
    return isinstance(node, exp.Column) and node.table == RAW
