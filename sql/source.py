"""The models as they are written: one file of SQL each, in DuckDB's dialect, below `sql/models/`.

A file begins with comments: what a row of the model is, then `columns:` with a line for each column (name, type and
meaning), then, for a model that is a function, `parameters:` in the same form. Staging models have no list of columns.

A file without a query is a table that the user may fill. A line `optional` says that a model has no rows where its
streams are not read, so that those above it need them no more than it does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from sqlglot import exp, parse_one

FOLDER: Final = Path(__file__).parent / "models"
WRITTEN_IN: Final = "duckdb"
COLUMNS: Final = "columns:"
PARAMETERS: Final = "parameters:"
OPTIONAL: Final = "optional"
# Types of columns as they are written -> in SQL.
TYPES: Final = {"text": "TEXT", "day": "DATE", "money": "DECIMAL(38, 6)", "whole": "BIGINT", "flag": "BOOLEAN"}


@dataclass(frozen=True)
class Column:
    """A column of a model or a parameter: its name, its type (text, day, money, whole, flag), and what it means."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Model:
    """One model: a view, a function with parameters that yields rows, or a table that the user may fill."""

    name: str
    description: str
    columns: Sequence[Column]
    parameters: Sequence[Column]
    sql: str
    optional: bool = False

    @property
    def is_table(self) -> bool:
        """Whether it is a table for the user's own rows, and has no query."""
        return not self.sql

    @cached_property
    def query(self) -> exp.Expr:
        """The query, parsed; of a table one without rows."""
        return self.no_rows if self.is_table else parse_one(self.sql, read=WRITTEN_IN)

    @property
    def no_rows(self) -> exp.Query:
        """A query with the columns of the model and without rows."""
        nothing = [exp.cast(exp.Null(), TYPES[column.type]).as_(column.name) for column in self.columns]
        return exp.select(*nothing).limit(0)

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of the tables, views and functions that the query reads; its own parts are not among them."""
        parts = {part.alias_or_name for part in self.query.find_all(exp.CTE)}
        tables = {_table_name(table) for table in self.query.find_all(exp.Table)}
        return frozenset(tables - parts - {""})


@cache
def read_models(folder: Path = FOLDER) -> tuple[Model, ...]:
    """All models, each behind those that it reads; ValueError if some read one another in a circle."""
    models = {path.stem: read_model(path) for path in sorted(folder.rglob("*.sql"))}
    return tuple(_in_order(models))


def read_model(path: Path) -> Model:
    """The model of one file; ValueError if a line of its list of columns cannot be read."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line[2:].rstrip() for line in lines if line.startswith("--")]
    head = [line for line in comments if line.strip() != OPTIONAL]
    sections: dict[str, list[str]] = {"": [], COLUMNS: [], PARAMETERS: []}
    section = ""
    for line in head:
        if line.strip() in sections and line.strip():
            section = line.strip()
        else:
            sections[section].append(line)
    return Model(
        name=path.stem,
        description="\n".join(line.removeprefix(" ") for line in sections[""]).strip(),
        columns=[_column(line, path) for line in sections[COLUMNS] if line.strip()],
        parameters=[_column(line, path) for line in sections[PARAMETERS] if line.strip()],
        sql="\n".join(line for line in lines if not line.startswith("--")).strip(),
        optional=head != comments,
    )


def levels(models: Iterable[Model]) -> Mapping[str, int]:
    """How many models, one above the other, each model stands on."""
    found: dict[str, int] = {}
    for model in models:
        found[model.name] = max((found[name] + 1 for name in model.reads if name in found), default=0)
    return found


def streams(model: Model, models: Mapping[str, Model]) -> frozenset[str]:
    """The streams that a model needs, directly or through other models; what is optional needs none."""
    found: set[str] = set()
    for name in model.reads:
        if name not in models:
            found.add(name)
        elif not models[name].optional:
            found |= streams(models[name], models)
    return frozenset(found)


def _column(line: str, path: Path) -> Column:
    kind, separator, meaning = line.partition(":")
    parts = kind.split()
    if not separator or len(parts) != 2:
        raise ValueError(f"{path.name}: a column is written as `name type: meaning`, not {line.strip()!r}")
    return Column(parts[0], parts[1], meaning.strip())


def _table_name(table: exp.Table) -> str:
    """The name of a table, or of a function that stands in its place; empty for a list of the same row."""
    if isinstance(table.this, exp.Anonymous):
        name = str(table.this.name).lower()
        return "" if name == "each_of" else name
    return table.name


def _in_order(models: Mapping[str, Model]) -> Iterator[Model]:
    waiting, ready = dict(models), set[str]()
    while waiting:
        free = [model for model in waiting.values() if not (model.reads & waiting.keys())]
        if not free:
            raise ValueError(f"these models read one another in a circle: {', '.join(waiting)}")
        for model in free:
            yield model
            ready.add(waiting.pop(model.name).name)
