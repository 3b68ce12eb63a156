"""The models of the dbt package as dbt would send them to a warehouse, compared with the views of that warehouse.

dbt has no part in it: the macros are Jinja, and what they need of an adapter is little.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import jinja2
from sqlglot import ErrorLevel, exp, parse_one

from sql.current_rows import current_models
from sql.dbt_package.generate import files
from sql.dbt_package.query import relations_named
from sql.dialects import DIALECTS, Dialect
from sql.source import WRITTEN_IN, Model, read_models
from sql.translate import translated

MACROS: Final = "macros/dialects.sql"
TODAY: Final = "CURRENT_DATE"


@dataclass(frozen=True)
class Difference:
    """A model that is not what its view is."""

    model: str
    dialect: str
    rendered: str
    expected: str


class Adapter:
    """What the macros ask of the adapter of a warehouse, and the package by whose name they call each other."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
        environment.globals.update(
            {
                "adapter": self,
                "sage_active": self,
                "config": lambda **_: "",
                "ref": lambda name: name,
                "return": lambda value: value,
                "source": lambda _, name: name,
                "var": lambda _, default="all": default,
            }
        )
        self._environment = environment
        self._macros = environment.from_string(files()[MACROS]).module

    def quote(self, name: str) -> str:
        """A name of a column as the warehouse quotes it."""
        return str(exp.to_identifier(name, quoted=True).sql(dialect=self._dialect))

    def dispatch(self, name: str, package: str) -> Any:
        """The macro of this warehouse."""
        return getattr(self._macros, f"{self._dialect}__{name}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._macros, name)

    def render(self, text: str) -> str:
        """The SQL of a file of the package."""
        return self._environment.from_string(text).render()


def all_models() -> tuple[Model, ...]:
    """All models of the package that have a query."""
    return tuple(model for model in (*read_models(), *current_models()) if not model.is_table)


def differences(models: Iterable[Model], dialects: Iterable[Dialect] = DIALECTS) -> Iterator[Difference]:
    """The models that a warehouse gets other SQL for than its view has."""
    names = frozenset(model.name for model in all_models())
    for dialect in dialects:
        adapter = Adapter(dialect.name)
        # Views say which of their parts are worked out once; models that are tables need not.
        plain = replace(dialect, once=False, materialized=False)
        for model in models:
            query = translated(_as_model(model), plain, names)
            view = query.sql(dialect=dialect.name, unsupported_level=ErrorLevel.IGNORE)
            rendered, expected = _alike(adapter.render(_texts()[model.name]), dialect), _alike(view, dialect)
            if rendered != expected:
                yield Difference(model.name, dialect.name, rendered, expected)


@cache
def _texts() -> Mapping[str, str]:
    """The files of the models by the names of the models."""
    found = {name.rpartition("/")[2]: content for name, content in files().items() if name.startswith("models/")}
    return {name.removesuffix(".sql"): content for name, content in found.items() if name.endswith(".sql")}


def _as_model(model: Model) -> Model:
    """The model as dbt has it: of one day, and over relations only."""
    query, parameters = relations_named(model), {parameter.name for parameter in model.parameters}
    for column in list(query.find_all(exp.Column)):
        if not column.table and column.name in parameters:
            column.replace(parse_one(TODAY, read=WRITTEN_IN))
    return replace(model, sql=query.sql(dialect=WRITTEN_IN, normalize_functions=False))


def _alike(sql: str, dialect: Dialect) -> str:
    """SQL without what does not matter: parentheses within casts, and where windows without nulls would have them."""
    query = parse_one(sql, read=dialect.name)
    for parenthesis in list(query.find_all(exp.Paren)):
        if isinstance(parenthesis.parent, exp.Cast):
            parenthesis.replace(parenthesis.this)
    for ordered in query.find_all(exp.Ordered):
        ordered.set("nulls_first", None)
    return query.sql()
