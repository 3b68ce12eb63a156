"""A model as a file of dbt: SQL with `ref()`, `source()` and the package's macros where warehouses differ.

Parts of the query give way to names such as `jinja_0_` until the SQL is written; then each stands in braces.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from sqlglot import exp

from sql.lists import RAW, is_raw, list_joins
from sql.source import TYPES, WRITTEN_IN, Column, Model, read_models
from sql.translate import CASTS, MONEY

PACKAGE: Final = "sage_active"
# Types -> what the macro `type_of` knows them by; a day is called alike everywhere.
KINDS: Final = {written: kind for kind, written in TYPES.items() if kind != "day"}
# Functions of the source that are macros of one or more expressions.
FUNCTIONS: Final = frozenset({"day_of", "month_of", "scalar", "share_of"})
# One that removes equal rows has another name in BigQuery.
UNION: Final = re.compile(r"^( *)UNION$", flags=re.MULTILINE)
PLACED: Final = re.compile(r"jinja_(\d+)_")


class Template:
    """Names that stand for expressions of Jinja in a query."""

    def __init__(self) -> None:
        self._expressions: list[str] = []

    def name(self, expression: str) -> str:
        """A name for an expression."""
        self._expressions.append(expression)
        return f"jinja_{len(self._expressions) - 1}_"

    def column(self, expression: str) -> exp.Column:
        """A column in whose place an expression is written."""
        return exp.column(self.name(expression))

    def macro(self, name: str, arguments: Iterable[exp.Expr | str]) -> str:
        """A call of a macro of the package; nodes of a query are passed as text."""
        passed = (one if isinstance(one, str) else self.text(one) for one in arguments)
        return f"{PACKAGE}.{name}({', '.join(passed)})"

    def text(self, node: exp.Expr) -> str:
        """SQL as an expression of Jinja that yields its text."""
        pieces = PLACED.split(node.sql(dialect=WRITTEN_IN))
        # Every second piece is the number of an expression.
        expressions = [
            self._expressions[int(piece)] if index % 2 else quoted(piece) for index, piece in enumerate(pieces) if piece
        ]
        return " ~ ".join(expressions)

    def fill(self, sql: str) -> str:
        """The query with its expressions in braces."""
        sql = re.sub(r"CROSS JOIN (jinja_\d+_)", r"\1", sql)
        sql = UNION.sub(lambda match: f"{match[1]}{{{{ {PACKAGE}.union_distinct() }}}}", sql)
        return PLACED.sub(lambda match: f"{{{{ {self._expressions[int(match[1])]} }}}}", sql)


def quoted(text: str) -> str:
    """A text as Jinja writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def jinja_sql(model: Model, streams: frozenset[str]) -> str:
    """The query of a model for dbt; names among `streams` are raw tables, all others that it reads are models."""
    template, query = Template(), relations_named(model)
    parameters = {parameter.name for parameter in model.parameters}
    parts = {part.alias_or_name for part in query.find_all(exp.CTE)}
    relations = [table for table in query.find_all(exp.Table) if table.name not in parts and not _is_call(table)]
    aliases = _join_lists(query, template)
    _replace_columns(query, template, aliases, parameters)
    for call in reversed(list(query.find_all(exp.Anonymous, exp.DateDiff))):
        replacement = _written(call, template)
        if replacement is not None:
            call.replace(replacement)
    for cast in query.find_all(exp.Cast):
        kind = KINDS.get(cast.to.sql(dialect=WRITTEN_IN))
        if kind:
            named = template.name(template.macro("type_of", [quoted(kind)]))
            cast.set("to", exp.DataType.build(named, udt=True))
    for part in query.find_all(exp.CTE):
        # Models are tables, so nothing is gained by it; and not every warehouse knows the word.
        part.set("materialized", None)
    for table in relations:
        read = f"source('{PACKAGE}', '{table.name}')" if table.name in streams else f"ref('{table.name}')"
        table.set("this", exp.to_identifier(template.name(read)))
    return template.fill(query.sql(dialect=WRITTEN_IN, pretty=True))


def without_rows(model: Model) -> str:
    """The query of a model that has columns and no rows."""
    nothing = ",\n".join(f"  CAST(NULL AS {_type_of(column)}) AS {column.name}" for column in model.columns)
    return f"SELECT\n{nothing}\nLIMIT 0\n"


def user_table(model: Model) -> str:
    """The file of a model that has the user's own rows: a variable names the model or seed with them."""
    columns = ",\n".join(f"  CAST({column.name} AS {_type_of(column)}) AS {column.name}" for column in model.columns)
    given = f"var('{variable(model.name)}', none)"
    rows = f"SELECT\n{columns}\nFROM {{{{ ref(project_name, {given}) }}}}\n"
    return f"{{% if {given} %}}\n{rows}{{% else %}}\n{without_rows(model)}{{% endif %}}\n"


def _type_of(column: Column) -> str:
    return f"{{{{ {PACKAGE}.type_of('{column.type}') }}}}"


def relations_named(model: Model) -> exp.Expr:
    """The query with a name for each relation that it reads, and without functions.

    dbt has none: a model with a parameter is built for the day of a variable. Whoever passes on a parameter of its own
    reads that; where another day is asked for, the query stands in the place of the call.
    """
    query = model.query.copy()
    parameters = {parameter.name for parameter in model.parameters}
    for table in list(query.find_all(exp.Table)):
        if _is_call(table) and table.this.name in model.reads:
            name, arguments = table.this.name, table.this.expressions
            alias = exp.TableAlias(this=exp.to_identifier(table.alias or name))
            if {argument.name for argument in arguments} <= parameters:
                table.replace(exp.Table(this=exp.to_identifier(name), alias=alias))
            else:
                table.replace(exp.Subquery(this=_called(name, arguments), alias=alias))
        elif table.name in model.reads and not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    return query


def _called(name: str, arguments: Sequence[exp.Expr]) -> exp.Expr:
    """The query of a function for these arguments."""
    function = next(model for model in read_models() if model.name == name)
    values = {parameter.name: value for parameter, value in zip(function.parameters, arguments, strict=True)}
    query = relations_named(function)
    for column in list(query.find_all(exp.Column)):
        if not column.table and column.name in values:
            column.replace(values[column.name].copy())
    return query


def variable(parameter: str) -> str:
    """The variable that stands for a parameter of a model, or names what has the rows of one."""
    return f"{PACKAGE}_{parameter}"


def _join_lists(query: exp.Expr, template: Template) -> set[str]:
    """Replaces the joins of lists; the names under which their elements are known."""
    aliases: set[str] = set()
    for one in list_joins(query):
        passed = template.macro("raw" if is_raw(one.holder) else "element", [quoted(one.holder.name)])
        if one.path:
            passed = template.macro("part", [passed, quoted(one.path)])
        joined = template.macro("join_each", [passed, quoted(one.alias)])
        one.join.replace(exp.Join(this=exp.Table(this=exp.to_identifier(template.name(joined))), kind="CROSS"))
        aliases.add(one.alias)
    return aliases


def _is_call(table: exp.Table) -> bool:
    return isinstance(table.this, exp.Anonymous)


def _replace_columns(query: exp.Expr, template: Template, aliases: set[str], parameters: set[str]) -> None:
    """Replaces columns of raw tables, elements of lists, and parameters."""
    for column in list(query.find_all(exp.Column)):
        if column.table == RAW and not isinstance(column.this, exp.Star):
            column.replace(template.column(template.macro("raw", [quoted(column.name)])))
        elif not column.table and column.name in aliases:
            column.replace(template.column(template.macro("element", [quoted(column.name)])))
        elif not column.table and column.name in parameters:
            column.replace(template.column(template.macro("day_given", [quoted(variable(column.name))])))


def _written(call: exp.Expr, template: Template) -> exp.Expr | None:
    """The macro that stands in the place of a function."""
    if isinstance(call, exp.DateDiff):
        if call.text("unit").upper() not in ("", "DAY"):
            raise ValueError(f"only days are counted between two days, not {call.sql()}")
        return template.column(template.macro("days_between", [call.expression, call.this]))
    name, arguments = call.name.lower(), call.expressions
    if name in CASTS or name == "day_at":
        return template.column(template.macro(name, [arguments[0], quoted(arguments[1].name)]))
    if name in FUNCTIONS:
        return template.column(template.macro(name, arguments))
    if name == "money_of":
        return exp.cast(arguments[0].copy(), MONEY)
    return None
