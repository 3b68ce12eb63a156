"""A model in the SQL of a warehouse: sqlglot translates, and the functions of the source are written out.

The source knows these functions beside DuckDB's own:

* `text_at(x, 'a.b')`, `money_at`, `whole_at`, `flag_at` and `day_at` read a member of JSON;
* `scalar(x)` is the text of JSON that is a text, and no object;
* `each_of(x)` or `each_of(x, 'a.b')`, joined under an alias, yields the elements of a list (see `sql/lists.py`);
* `day_of(x)`, `money_of(x)`: a column of a raw table as a day, as an amount; `month_of(x)`: the first day of a month;
* `share_of(x, y, z)`: x times y divided by z, in cents; DuckDB's own division would count in doubles everywhere.
"""

from typing import Final

from sqlglot import ErrorLevel, exp, parse_one

from sql.dialects import Dialect
from sql.lists import RAW, is_raw, list_joins
from sql.source import WRITTEN_IN, Model
from sql.typed_lists import unnest_typed

MONEY: Final = "DECIMAL(38, 6)"
# Function of the source -> the type that the text of a member is cast to.
CASTS: Final = {"text_at": None, "money_at": MONEY, "whole_at": "BIGINT", "flag_at": "BOOLEAN"}


def statement(model: Model, dialect: Dialect, names: frozenset[str]) -> str:
    """The statement that creates a model, with its description; `names` are those of all models."""
    if model.is_table:
        # It keeps the rows that it has.
        columns = ",\n".join(f"  {column.name} {dialect.types[column.type]}" for column in model.columns)
        return f"{_comment(model)}\nCREATE TABLE IF NOT EXISTS {model.name} (\n{columns}\n);\n"
    # Nothing is said of where nulls are sorted: no window is ordered by what may be null.
    query = translated(model, dialect, names, typed_lists=dialect.typed_lists).sql(
        dialect=dialect.name, pretty=True, unsupported_level=ErrorLevel.IGNORE
    )
    if not model.parameters:
        return _view(model, query)
    with_types = dialect.name != WRITTEN_IN
    created = dialect.function.format(
        name=model.name,
        parameters=", ".join(
            f"{one.name} {dialect.types[one.type]}" if with_types else one.name for one in model.parameters
        ),
        columns=", ".join(f"{one.name} {dialect.types[one.type]}" for one in model.columns),
        query=query,
    )
    return f"{_comment(model)}\n{created};\n"


def without_rows(model: Model, dialect: Dialect) -> str:
    """The statement that creates an optional model as long as its streams are not read: it has columns and no rows."""
    return _view(model, model.no_rows.sql(dialect=dialect.name, pretty=True))


def translated(model: Model, dialect: Dialect, names: frozenset[str], *, typed_lists: bool = False) -> exp.Expr:
    """The query of a model with everything written out that the warehouse does not know."""
    query = model.query.copy()
    aliases = _read_typed(query, dialect) if typed_lists else _join_lists(query, dialect)
    for column in list(query.find_all(exp.Column)):
        if column.table == RAW and not isinstance(column.this, exp.Star):
            name = column.name.upper() if dialect.upper else column.name
            column.set("this", exp.to_identifier(name, quoted=True))
        elif not column.table and column.name in aliases:
            column.replace(_parse(dialect.item.format(alias=column.name), dialect))
    for call in reversed(list(query.find_all(exp.Anonymous))):
        written = _written_out(call, dialect)
        if written is not None:
            call.replace(written)
    for table in list(query.find_all(exp.Table)):
        if isinstance(table.this, exp.Anonymous) and table.this.name in names:
            _call(table, dialect)
    for part in query.find_all(exp.CTE):
        # sqlglot writes the word for every warehouse, also for those that do not know it.
        part.set("materialized", bool(dialect.materialized and (part.args.get("materialized") or dialect.once)) or None)
    return _read_once(query, names) if dialect.once else query


def _comment(model: Model) -> str:
    return "\n".join(f"-- {line}".rstrip() for line in model.description.splitlines())


def _view(model: Model, query: str) -> str:
    return f"{_comment(model)}\nCREATE OR REPLACE VIEW {model.name} AS\n{query};\n"


def _read_once(query: exp.Expr, names: frozenset[str]) -> exp.Expr:
    """The query over its own copies of the models that it reads; these and its own parts are worked out once."""
    read = sorted({table.name for table in query.find_all(exp.Table) if table.name in names})
    copies = [
        exp.CTE(this=exp.select("*").from_(name), alias=exp.TableAlias(this=exp.to_identifier(name)), materialized=True)
        for name in read
    ]
    if not copies:
        return query
    before = query.args.get("with_")
    query.set("with_", exp.With(expressions=[*copies, *(before.expressions if before else ())]))
    return query


def _read_typed(query: exp.Expr, dialect: Dialect) -> set[str]:
    """Replaces the joins of lists, and what is read of their elements; no names are left to replace."""
    lists: dict[str, tuple[exp.Expr, str]] = {}
    for one in list_joins(query):
        lists[one.alias] = (one.holder, one.path)
        one.join.pop()
    if lists:
        unnest_typed(query, lists, lambda call, member: _cast(call, member, dialect))
    return set()


def _join_lists(query: exp.Expr, dialect: Dialect) -> set[str]:
    """Replaces the joins of lists; the names under which their elements are known."""
    aliases: set[str] = set()
    for one in list_joins(query):
        elements = _argument(one.holder, dialect, aliases)
        if one.path:
            elements = dialect.part.format(x=elements, path=_path(one.path, dialect))
        sql = f"SELECT 1 FROM before {dialect.unnest.format(x=elements, alias=one.alias)}"
        one.join.replace(_parse(sql, dialect).args["joins"][0])
        aliases.add(one.alias)
    return aliases


def _argument(argument: exp.Expr, dialect: Dialect, aliases: set[str]) -> str:
    """A raw column, or an element of another list."""
    if is_raw(argument):
        name = argument.name.upper() if dialect.upper else argument.name
        return exp.column(exp.to_identifier(name, quoted=True), table=RAW).sql(dialect=dialect.name)
    if argument.name in aliases:
        return dialect.item.format(alias=argument.name)
    raise ValueError(f"each_of takes a raw column or the element of another list, not {argument.sql()}")


def _written_out(call: exp.Anonymous, dialect: Dialect) -> exp.Expr | None:
    name, arguments = call.name.lower(), call.expressions
    x = arguments[0].sql(dialect=dialect.name) if arguments else ""
    if name in CASTS or name == "day_at":
        return _cast(call, dialect.text.format(x=x, path=_path(arguments[1].name, dialect)), dialect)
    templates = {"day_of": dialect.raw_day, "month_of": dialect.month, "scalar": dialect.scalar}
    if name in templates:
        return _parse(templates[name].format(x=x), dialect)
    if name == "share_of":
        y, z = (argument.sql(dialect=dialect.name) for argument in arguments[1:])
        return _parse(dialect.share.format(x=x, y=y, z=z), dialect)
    if name == "money_of":
        return exp.cast(arguments[0].copy(), MONEY)
    return None


def _cast(call: exp.Anonymous, text: str, dialect: Dialect) -> exp.Expr:
    """What a function yields that reads a member of JSON, from the SQL of the member's text."""
    name = call.name.lower()
    if name == "day_at":
        return _parse(dialect.day.format(x=text), dialect)
    kind = CASTS[name]
    return exp.cast(_parse(f"({text})", dialect), kind) if kind else _parse(text, dialect)


def _call(table: exp.Table, dialect: Dialect) -> None:
    """Reads from a function of ours in the warehouse's way."""
    sql = dialect.call.format(call=table.this.sql(dialect=dialect.name))
    alias = f" AS {table.alias}" if table.alias else ""
    query = _parse(f"SELECT 1 FROM {sql}{alias}", dialect)
    table.replace(query.args["from_"].this)


def _path(path: str, dialect: Dialect) -> str:
    return path if dialect.dotted_path else path.replace(".", ",")


def _parse(sql: str, dialect: Dialect) -> exp.Expr:
    return parse_one(sql, read=dialect.name)
